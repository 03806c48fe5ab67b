package io.thunderhead.model.sampling;

/// The tokens still in question, with unnormalised probabilities relative to the most likely one (which has 1).
/// In id order until a filter needs them by probability; then most likely first, lower ids before higher ones.
final class Candidates {
    /// Nuclei are rarely larger; a wider one sorts more.
    private static final int FIRST_SORT = 256;

    private final int[] ids;
    private final double[] weights;
    private int count;
    /// How many leading entries are known to be the most likely ones, in order.
    private int sorted;

    Candidates(int vocabSize) {
        this.ids = new int[vocabSize];
        this.weights = new double[vocabSize];
    }

    void fill(float[] scores, float temperature) {
        float max = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            max = Math.max(max, score);
        }
        for (int id = 0; id < scores.length; id++) {
            ids[id] = id;
            weights[id] = Math.exp(((double) scores[id] - max) / temperature);
        }
        count = scores.length;
        sorted = 0;
    }

    /// Drops what is less likely than `minP` times the most likely one.
    void keepAtLeast(float minP) {
        if (minP == 0) {
            return;
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (weights[i] >= minP) {
                swap(i, kept++);
            }
        }
        count = kept;
    }

    void keepLargest(int topK) {
        if (topK == 0 || topK >= count) {
            return;
        }
        sortLargest(topK);
        count = topK;
    }

    /// Keeps the fewest most likely tokens whose probability reaches `topP`; at least one.
    void keepNucleus(float topP) {
        if (topP >= 1) {
            return;
        }
        double wanted = topP * total();
        double mass = 0;
        for (int i = 0; i < count; i++) {
            if (i == sorted) {
                sortLargest(Math.min(count, Math.max(FIRST_SORT, sorted * 4)));
            }
            mass += weights[i];
            if (mass >= wanted) {
                count = i + 1;
                return;
            }
        }
    }

    /// The token at the share `uniform` of the cumulated probability.
    int pick(double uniform) {
        double wanted = uniform * total();
        double mass = 0;
        for (int i = 0; i < count; i++) {
            mass += weights[i];
            if (mass > wanted) {
                return ids[i];
            }
        }
        return ids[count - 1];
    }

    private double total() {
        double total = 0;
        for (int i = 0; i < count; i++) {
            total += weights[i];
        }
        return total;
    }

    /// Brings the `wanted` most likely entries to the front, in order.
    private void sortLargest(int wanted) {
        if (wanted <= sorted) {
            return;
        }
        select(sorted, count - 1, wanted - 1);
        sort(sorted, wanted - 1);
        sorted = wanted;
    }

    /// Quickselect: afterwards entries up to `target` are before all the others in the order.
    private void select(int low, int high, int target) {
        while (low < high) {
            int split = partition(low, high);
            if (target <= split) {
                high = split;
            } else {
                low = split + 1;
            }
        }
    }

    private void sort(int low, int high) {
        while (low < high) {
            int split = partition(low, high);
            sort(low, split);
            low = split + 1;
        }
    }

    /// Hoare's partition around the middle entry: `[low, split]` come before `[split + 1, high]`.
    private int partition(int low, int high) {
        int middle = (low + high) >>> 1;
        double pivotWeight = weights[middle];
        int pivotId = ids[middle];
        int i = low - 1;
        int j = high + 1;
        while (true) {
            do {
                i++;
            } while (before(weights[i], ids[i], pivotWeight, pivotId));
            do {
                j--;
            } while (before(pivotWeight, pivotId, weights[j], ids[j]));
            if (i >= j) {
                return j;
            }
            swap(i, j);
        }
    }

    private static boolean before(double weight, int id, double otherWeight, int otherId) {
        return weight > otherWeight || (weight == otherWeight && id < otherId);
    }

    private void swap(int i, int j) {
        int id = ids[i];
        ids[i] = ids[j];
        ids[j] = id;
        double weight = weights[i];
        weights[i] = weights[j];
        weights[j] = weight;
    }
}
