package io.thunderhead.attention;

import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.layers.DecoderLayer;
import java.util.List;

/// Layer by layer, top to bottom. With two micro-batches, each layer's attention of one overlaps the other one's round
/// trip to the expert workers.
final class LayerLoop {
    private final List<DecoderLayer> layers;

    LayerLoop(List<DecoderLayer> layers) {
        this.layers = List.copyOf(layers);
    }

    void run(List<MicroBatch> batches, Deadline deadline, StepClock clock) {
        try {
            for (DecoderLayer layer : layers) {
                for (MicroBatch batch : batches) {
                    batch.returnFromExperts(deadline, clock);
                    batch.sendThrough(layer, deadline, clock);
                }
            }
            for (MicroBatch batch : batches) {
                batch.returnFromExperts(deadline, clock);
            }
        } catch (RuntimeException | Error e) {
            batches.forEach(MicroBatch::abandon);
            throw e;
        }
    }
}
