package io.thunderhead.expert;

import io.thunderhead.cluster.membership.ExpertLoad;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.metrics.ErrorCounters;
import io.thunderhead.metrics.Families;
import io.thunderhead.metrics.Histogram;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.metrics.Readings;
import io.thunderhead.model.experts.ExpertBank;
import io.thunderhead.model.experts.ExpertId;
import io.thunderhead.transport.exchange.ExpertRows;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/// What an expert worker records. The rows of each expert are counted in one array, `[layer * experts + expert]`, and
/// read when somebody scrapes. Owner: the expert engine's thread, if not said otherwise.
final class ExpertMetrics {
    private final ExpertBank bank;
    private final int expertCount;
    private final AtomicLongArray expertRows;
    private final Histogram dispatchRows;
    private final Histogram queueTime;
    private final Histogram computeTime;
    private final ErrorCounters failures;

    ExpertMetrics(NodeMetrics metrics, ExpertBank bank) {
        this.bank = bank;
        this.expertCount = bank.config().expertCount();
        this.expertRows = new AtomicLongArray(bank.config().layerCount() * expertCount);
        this.dispatchRows = metrics.histogram(Families.DISPATCH_ROWS);
        this.queueTime = metrics.histogram(Families.DISPATCH_QUEUE_TIME);
        this.computeTime = metrics.histogram(Families.DISPATCH_COMPUTE_TIME);
        this.failures = metrics.errors(Families.DISPATCH_FAILURES);
        metrics.readAll(Families.EXPERT_ROWS, this::readRows);
        metrics.read(Families.EXPERTS_HELD, () -> bank.held().size());
    }

    private void readRows(Readings readings) {
        for (ExpertId id : bank.held()) {
            double rows = (double) expertRows.get(id.layerIndex() * expertCount + id.expert());
            readings.value(rows, Integer.toString(id.layerIndex()), Integer.toString(id.expert()));
        }
    }

    /// Any thread.
    ExpertLoad load() {
        Map<Integer, List<Long>> byLayer = new TreeMap<>();
        for (int layer = 0; layer < bank.config().layerCount(); layer++) {
            int first = layer * expertCount;
            List<Long> rows = IntStream.range(first, first + expertCount)
                    .mapToObj(expertRows::get)
                    .toList();
            if (rows.stream().anyMatch(count -> count > 0)) {
                byLayer.put(layer, rows);
            }
        }
        return new ExpertLoad(byLayer);
    }

    /// Rows that went through the bank without an error: their experts exist.
    void computed(ExpertRows rows) {
        dispatchRows.record(rows.rowCount());
        int layer = rows.layerIndex() * expertCount;
        for (int row = 0; row < rows.rowCount(); row++) {
            for (int slot = 0; slot < rows.topK(); slot++) {
                int expert = rows.expertId(row, slot);
                if (expert >= 0) {
                    expertRows.getAndIncrement(layer + expert);
                }
            }
        }
    }

    /// The same for rows that came through no dispatch. Any thread.
    void computedElsewhere(int layerIndex, int rows, int[] rowsOfExpert) {
        dispatchRows.record(rows);
        for (int expert = 0; expert < expertCount; expert++) {
            expertRows.getAndAdd(layerIndex * expertCount + expert, rowsOfExpert[expert]);
        }
    }

    void answered(long queueNanos, long computeNanos) {
        queueTime.recordNanos(queueNanos);
        computeTime.recordNanos(computeNanos);
    }

    void failed(ErrorCode code) {
        failures.count(code);
    }
}
