package io.thunderhead.model.experts;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.FeedForwardWeights;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.WeightLoader;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Experts packed off-heap, computed by the CPU. Several [#feedForward] may be under way; [#remove] and [#close] free
/// memory at once.
final class HostExperts implements ExpertStore {
    private final ModelConfig config;
    private final Kernels kernels;
    private final Map<ExpertId, LoadedExpert> experts = new ConcurrentHashMap<>();

    HostExperts(ModelConfig config, Kernels kernels) {
        this.config = config;
        this.kernels = kernels;
    }

    /// Each expert allocates its own.
    @Override
    public void reserve(int expertCount) {}

    @Override
    public void add(ExpertId id, WeightLoader loader) {
        experts.put(id, new LoadedExpert(config, loader, id));
    }

    @Override
    public void remove(Collection<ExpertId> ids) {
        for (ExpertId id : ids) {
            LoadedExpert removed = experts.remove(id);
            if (removed != null) {
                removed.close();
            }
        }
    }

    @Override
    public Set<ExpertId> held() {
        return experts.keySet();
    }

    @Override
    public long byteSize() {
        return experts.values().stream()
                .mapToLong(expert -> expert.weights().byteSize())
                .sum();
    }

    @Override
    public void feedForward(
            int layerIndex, int[] chosen, int[] firstRows, int groups, float[] x, float[] activated, float[] y) {
        FeedForwardWeights[] weights = new FeedForwardWeights[groups];
        Arrays.setAll(weights, group -> weights(new ExpertId(layerIndex, chosen[group])));
        kernels.feedForward(weights, firstRows, groups, x, activated, y);
    }

    private FeedForwardWeights weights(ExpertId id) {
        LoadedExpert held = experts.get(id);
        if (held == null) {
            throw notHeld(id);
        }
        return held.weights();
    }

    private static ServingException notHeld(ExpertId id) {
        return new ServingException(
                ErrorCode.STALE_PLAN, "expert " + id.expert() + " of layer " + id.layerIndex() + " is not held here");
    }

    @Override
    public void close() {
        remove(List.copyOf(experts.keySet()));
    }
}
