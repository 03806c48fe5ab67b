package io.thunderhead.model.layers;

/// Which experts each row of a step goes to. A row's experts stand in ascending id order, the order in which their
/// outputs are added.
public final class Routing {
    private final int expertCount;
    private final int topK;
    private final float[] logits;
    private final int[] expertIds;
    private final float[] weights;
    private int rowCount;

    public Routing(int tokenMax, int expertCount, int topK) {
        this.expertCount = expertCount;
        this.topK = topK;
        this.logits = new float[tokenMax * expertCount];
        this.expertIds = new int[tokenMax * topK];
        this.weights = new float[tokenMax * topK];
    }

    public int rowCount() {
        return rowCount;
    }

    public int topK() {
        return topK;
    }

    public int expertId(int row, int slot) {
        return expertIds[row * topK + slot];
    }

    public float weight(int row, int slot) {
        return weights[row * topK + slot];
    }

    /// `[rows, experts]`, before the softmax.
    public float[] logits() {
        return logits;
    }

    /// Chooses from [#logits] for the first `rows` rows. The best `topK` by logit win, the lower id among equals, and
    /// the weights are their softmax probabilities over all experts, renormalised: the same as a softmax over the
    /// chosen logits alone.
    public void choose(int rows) {
        rowCount = rows;
        for (int row = 0; row < rows; row++) {
            takeBest(row);
            weigh(row);
        }
    }

    /// The same as [#choose] made elsewhere: rows `[firstRow, firstRow + rows)`, which come in ascending order.
    ///
    /// @param expertIds,weights `[rows, topK]`, a row's experts in ascending id order
    public void set(int firstRow, int rows, int[] expertIds, float[] weights) {
        rowCount = firstRow + rows;
        System.arraycopy(expertIds, 0, this.expertIds, firstRow * topK, rows * topK);
        System.arraycopy(weights, 0, this.weights, firstRow * topK, rows * topK);
    }

    /// Keeps the row's slots sorted by id; a later id replaces the worst slot only if strictly better.
    private void takeBest(int row) {
        int first = row * topK;
        for (int expert = 0; expert < topK; expert++) {
            expertIds[first + expert] = expert;
        }
        for (int expert = topK; expert < expertCount; expert++) {
            int worst = worstSlot(row);
            if (logit(row, expert) > logit(row, expertIds[worst])) {
                System.arraycopy(expertIds, worst + 1, expertIds, worst, first + topK - 1 - worst);
                expertIds[first + topK - 1] = expert;
            }
        }
    }

    /// The slot with the smallest logit, the highest id among equals.
    private int worstSlot(int row) {
        int worst = row * topK;
        for (int slot = worst + 1; slot < (row + 1) * topK; slot++) {
            if (logit(row, expertIds[slot]) <= logit(row, expertIds[worst])) {
                worst = slot;
            }
        }
        return worst;
    }

    private void weigh(int row) {
        int first = row * topK;
        float largest = Float.NEGATIVE_INFINITY;
        for (int slot = first; slot < first + topK; slot++) {
            largest = Math.max(largest, logit(row, expertIds[slot]));
        }
        float sum = 0;
        for (int slot = first; slot < first + topK; slot++) {
            weights[slot] = (float) StrictMath.exp(logit(row, expertIds[slot]) - largest);
            sum += weights[slot];
        }
        for (int slot = first; slot < first + topK; slot++) {
            weights[slot] /= sum;
        }
    }

    private float logit(int row, int expert) {
        return logits[row * expertCount + expert];
    }
}
