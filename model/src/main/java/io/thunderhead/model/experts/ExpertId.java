package io.thunderhead.model.experts;

import java.util.Comparator;

/// One expert of one layer.
public record ExpertId(int layerIndex, int expert) implements Comparable<ExpertId> {
    private static final Comparator<ExpertId> BY_LAYER =
            Comparator.comparingInt(ExpertId::layerIndex).thenComparingInt(ExpertId::expert);

    @Override
    public int compareTo(ExpertId other) {
        return BY_LAYER.compare(this, other);
    }

    @Override
    public String toString() {
        return layerIndex + "/" + expert;
    }
}
