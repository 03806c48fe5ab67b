package io.thunderhead.cli.synth;

import io.thunderhead.model.checkpoint.CheckpointWriter;
import io.thunderhead.model.checkpoint.TensorSpec;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/// Random bf16 weights whose activations neither vanish nor explode: matrices of deviation `1 / sqrt(in)`, norms around
/// one. The same seed gives the same weights, whoever writes which piece when.
record RandomWeights(long seed) implements CheckpointWriter.Source {
    private static final float NORM_DEVIATION = 0.02f;
    /// Of four uniform 16-bit integers added.
    private static final float SUM_DEVIATION = 37_837f;

    @Override
    public void fill(TensorSpec tensor, long firstElement, ByteBuffer piece) {
        boolean norm = tensor.shape().size() == 1;
        float mean = norm ? 1 : 0;
        float deviation =
                norm ? NORM_DEVIATION : (float) (1 / Math.sqrt(tensor.shape().getLast()));
        long pieceSeed = seed + 31 * (tensor.name().hashCode() + 31 * firstElement);
        SplittableRandom random = new SplittableRandom(new SplittableRandom(pieceSeed).nextLong());
        float scale = deviation / SUM_DEVIATION;
        while (piece.hasRemaining()) {
            piece.putShort(bf16(mean + scale * sumOfShorts(random.nextLong())));
        }
    }

    /// Near enough to a normal distribution, and a few nanoseconds: files of many gigabytes are made of it.
    private static int sumOfShorts(long bits) {
        return (short) bits + (short) (bits >>> 16) + (short) (bits >>> 32) + (short) (bits >>> 48);
    }

    private static short bf16(float value) {
        return (short) (Float.floatToRawIntBits(value) >>> Short.SIZE);
    }
}
