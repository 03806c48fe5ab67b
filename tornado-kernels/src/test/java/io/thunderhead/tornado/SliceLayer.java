package io.thunderhead.tornado;

import static io.thunderhead.tornado.CudaMeasurements.ATTENTION;
import static io.thunderhead.tornado.CudaMeasurements.DIM;
import static io.thunderhead.tornado.CudaMeasurements.EXPERTS;
import static io.thunderhead.tornado.CudaMeasurements.HIDDEN;
import static io.thunderhead.tornado.CudaMeasurements.INTERMEDIATE;

import io.thunderhead.tornado.CudaMeasurements.Filled;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// A layer of MiniMax-Text-01 with random int8 weights.
///
/// @param memory lightning states, or keys and values
record SliceLayer(
        boolean lightning,
        Matrix project,
        Matrix gate,
        Matrix out,
        FloatArray attentionNorm,
        FloatArray inputNorm,
        FloatArray postNorm,
        FloatArray memory,
        FloatArray router,
        Matrix expertGate,
        Matrix expertUp,
        Matrix expertDown) {

    record Matrix(IntArray words, FloatArray scales, int out, int in) {
        static Matrix filled(Filled filled, int count, int out, int in) {
            int words = Math.toIntExact((long) count * out * in / 4);
            return new Matrix(filled.words(words), filled.floats(count * out, 2e-4f), out, in);
        }

        long size() {
            return (long) out * in;
        }
    }

    static SliceLayer filled(Filled filled, boolean lightning, int memory) {
        int projections = lightning ? 3 * ATTENTION : ATTENTION + 2 * CudaSlice.KV_HEADS * DIM;
        return new SliceLayer(
                lightning,
                Matrix.filled(filled, 1, projections, HIDDEN),
                Matrix.filled(filled, 1, lightning ? ATTENTION : 32, HIDDEN),
                Matrix.filled(filled, 1, HIDDEN, ATTENTION),
                filled.floats(ATTENTION, 1f),
                filled.floats(HIDDEN, 1f),
                filled.floats(HIDDEN, 1f),
                filled.floats(memory, 1e-2f),
                filled.floats(EXPERTS * HIDDEN, 1f),
                Matrix.filled(filled, EXPERTS, INTERMEDIATE, HIDDEN),
                Matrix.filled(filled, EXPERTS, INTERMEDIATE, HIDDEN),
                Matrix.filled(filled, EXPERTS, HIDDEN, INTERMEDIATE));
    }

    /// What a decode step must move: weights and keys once, a lightning state in and out.
    double bytesOfStep(int experts) {
        double weights = project.size() + out.size() + 3.0 * experts * INTERMEDIATE * HIDDEN + 4.0 * router.getSize();
        return weights + (lightning ? gate.size() + 8.0 * memory.getSize() : 4.0 * memory.getSize());
    }

    /// Of products, for each token: two experts.
    double operationsOfToken() {
        double weights = project.size() + out.size() + 6.0 * INTERMEDIATE * HIDDEN;
        return 2 * (weights + (lightning ? gate.size() : 0));
    }
}
