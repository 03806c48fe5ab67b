package io.thunderhead.model.experts;

import io.thunderhead.model.kernels.WeightLoader;
import java.util.Collection;
import java.util.Set;

/// Where the weights of an [ExpertBank] lie, and who computes with them: the host, or a device. [#add] may run beside
/// [#feedForward].
public interface ExpertStore extends AutoCloseable {
    /// Makes room for so many more, before they are added one by one.
    void reserve(int expertCount);

    /// Takes the expert's tensors out of the loader; it can be used as soon as this returns.
    void add(ExpertId id, WeightLoader loader);

    /// Frees these; unknown ones are ignored.
    void remove(Collection<ExpertId> ids);

    Set<ExpertId> held();

    /// Bytes of packed weights.
    long byteSize();

    /// `y` becomes the experts of `x` for groups of rows: group `g`, of expert `experts[g]` of the layer, has the rows
    /// `[firstRows[g], firstRows[g + 1])`. Throws STALE_PLAN, having written nothing, if one of them is not held.
    ///
    /// @param x,y `[rows, hidden]`
    /// @param activated scratch `[rows, intermediate]`
    void feedForward(
            int layerIndex, int[] experts, int[] firstRows, int groups, float[] x, float[] activated, float[] y);

    @Override
    void close();
}
