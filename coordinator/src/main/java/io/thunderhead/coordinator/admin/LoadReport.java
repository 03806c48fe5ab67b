package io.thunderhead.coordinator.admin;

import io.thunderhead.cluster.membership.ExpertLoad;
import io.thunderhead.coordinator.admin.AdminView.Dimensions;
import io.thunderhead.coordinator.openai.Json;
import java.util.Collection;
import java.util.List;

/// The body of `GET /admin/api/loads`: rows that each expert computed, `[layers][experts]`, of all workers that are
/// there, since they started.
public record LoadReport(Dimensions model, Collection<ExpertLoad> loads) {
    public byte[] json() {
        long[][] rows = new long[model.layers()][model.experts()];
        loads.forEach(load -> load.rowsByLayer().forEach((layer, byExpert) -> add(rows[layer], byExpert)));
        return Json.write(json -> {
            json.writeStartObject();
            json.writeArrayPropertyStart("rows");
            for (long[] layer : rows) {
                json.writeArray(layer, 0, layer.length);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void add(long[] sums, List<Long> rows) {
        for (int expert = 0; expert < rows.size(); expert++) {
            sums[expert] += rows.get(expert);
        }
    }
}
