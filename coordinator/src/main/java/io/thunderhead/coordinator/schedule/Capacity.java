package io.thunderhead.coordinator.schedule;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.model.config.LayerKind;
import io.thunderhead.model.config.ModelConfig;

/// How much the tightest stage of a plan can remember.
///
/// @param kvPages pages of [#PAGE_TOKENS] tokens
record Capacity(int sequenceSlots, int kvPages) {
    static final int PAGE_TOKENS = 256;

    static Capacity of(Plan plan, ModelConfig model) {
        int slots =
                plan.stages().stream().mapToInt(Plan.Stage::sequenceSlots).min().orElse(0);
        int pages = plan.stages().stream()
                .filter(stage -> hasSoftmaxLayers(stage, model))
                .mapToInt(Plan.Stage::kvPages)
                .min()
                .orElse(Integer.MAX_VALUE);
        return new Capacity(slots, pages);
    }

    private static boolean hasSoftmaxLayers(Plan.Stage stage, ModelConfig model) {
        return model.layerKinds()
                .subList(stage.layers().first(), stage.layers().end())
                .contains(LayerKind.SOFTMAX);
    }

    static int pagesFor(int tokens) {
        return Math.ceilDiv(tokens, PAGE_TOKENS);
    }

    /// The most tokens one sequence can have when it is alone.
    int tokensMax() {
        return sequenceSlots == 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, (long) kvPages * PAGE_TOKENS);
    }
}
