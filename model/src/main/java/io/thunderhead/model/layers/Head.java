package io.thunderhead.model.layers;

import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.PackedMatrix;

/// The final norm and the product with the vocabulary.
final class Head {
    private final float[] norm;
    private final PackedMatrix vocabulary;

    Head(float[] norm, PackedMatrix vocabulary) {
        this.norm = norm;
        this.vocabulary = vocabulary;
    }

    /// Norms `hidden [rows, hidden]` in place; `logits [rows, vocab]`.
    void logits(Kernels kernels, float[] hidden, int rows, float eps, float[] logits) {
        kernels.rmsNorm(hidden, rows, norm, eps, hidden);
        kernels.matmul(hidden, rows, vocabulary, logits);
    }

    long byteSize() {
        return vocabulary.byteSize();
    }
}
