package io.thunderhead.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.cluster.placement.WeightStorage;
import io.thunderhead.model.config.KnownModels;
import io.thunderhead.model.kernels.Ceilings;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class CeilingWatchTest {
    /// A machine that computes fast, slow, then at half speed.
    private final Iterator<Double> flops = List.of(400.0, 200.0, 300.0).iterator();

    private final ModelWork work =
            new ModelWork(KnownModels.byName("minimax-text-01").orElseThrow(), WeightStorage.BF16);
    private final CeilingWatch watch = CeilingWatch.of(work, () -> new Ceilings(2, 30, flops.next()));

    @Test
    void comparesEachSpeedWithTheLooksAroundIt() {
        watch.begin();

        assertThat(watch.part(150, roof -> roof.ceilings().flopsPerSecond())).hasValue(0.5);
        assertThat(watch.part(150, roof -> roof.ceilings().flopsPerSecond()).orElseThrow())
                .isCloseTo(0.6, within(1e-12));
        assertThat(watch.best()).isEqualTo(new Ceilings(2, 30, 400));
    }

    @Test
    void knowsNothingOfAServerElsewhere() {
        CeilingWatch nothing = CeilingWatch.none();

        nothing.begin();

        assertThat(nothing.part(150, roof -> 300)).isEmpty();
        assertThat(nothing.best()).isNull();
    }
}
