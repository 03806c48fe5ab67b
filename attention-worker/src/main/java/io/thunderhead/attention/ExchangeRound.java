package io.thunderhead.attention;

import io.thunderhead.core.time.Deadline;
import io.thunderhead.model.layers.Routing;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.exchange.PendingCombine;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One layer's rows out to the holders of their experts and back, for one micro-batch: [#dispatch], other work, then
/// [#combine]. A row goes to each worker once, even if both its experts live there. Buffers are reused round after
/// round; owner: the stage's engine thread.
///
/// Experts are added in slot order, which is ascending expert id, never in arrival order, so the sum does not depend on
/// who holds what.
final class ExchangeRound {
    private final ExpertDirectory directory;
    private final int hiddenSize;
    private final int topK;
    private final HolderRows[] outgoing;
    private final @Nullable PendingCombine[] pending;
    private final @Nullable CombinedRows[] returned;
    /// `[row * topK + slot]`: which line has the slot's result, and at which row of its answer.
    private final int[] lineOfSlot;
    private final int[] placeOfSlot;
    private final float[] answerRow;
    private int rowCount;
    private long slowestComputeNanos;

    ExchangeRound(ExpertDirectory directory, long planEpoch, int rowsMax, int hiddenSize, int topK) {
        this.directory = directory;
        this.hiddenSize = hiddenSize;
        this.topK = topK;
        this.outgoing = new HolderRows[directory.lineCount()];
        Arrays.setAll(outgoing, line -> new HolderRows(planEpoch, rowsMax, hiddenSize, topK));
        this.pending = new @Nullable PendingCombine[outgoing.length];
        this.returned = new @Nullable CombinedRows[outgoing.length];
        this.lineOfSlot = new int[rowsMax * topK];
        this.placeOfSlot = new int[rowsMax * topK];
        this.answerRow = new float[hiddenSize];
    }

    /// Sends every row to the holders of its experts.
    ///
    /// @param rows `[rowCount, hidden]`, unchanged until [#combine] returns
    void dispatch(int layerIndex, float[] rows, int rowCount, Routing routing, Deadline deadline) {
        this.rowCount = rowCount;
        assign(layerIndex, MemorySegment.ofArray(rows), routing);
        try {
            for (int line = 0; line < outgoing.length; line++) {
                if (outgoing[line].rowCount() > 0) {
                    pending[line] = directory.line(line).dispatch(outgoing[line], deadline);
                }
            }
        } catch (RuntimeException | Error e) {
            abandon();
            throw e;
        }
    }

    private void assign(int layerIndex, MemorySegment rows, Routing routing) {
        for (HolderRows holder : outgoing) {
            holder.begin(layerIndex, rows);
        }
        for (int row = 0; row < rowCount; row++) {
            for (int slot = 0; slot < topK; slot++) {
                int expert = routing.expertId(row, slot);
                int line = leastLoaded(directory.holders(layerIndex, expert));
                int at = row * topK + slot;
                lineOfSlot[at] = line;
                placeOfSlot[at] = outgoing[line].add(row, slot, expert, routing.weight(row, slot));
            }
        }
    }

    /// Of an expert's replicas the one with the fewest rows of this round; any of them gives the same bits.
    private int leastLoaded(int[] lines) {
        int best = lines[0];
        for (int line : lines) {
            if (outgoing[line].rowCount() < outgoing[best].rowCount()) {
                best = line;
            }
        }
        return best;
    }

    /// Waits for every answer and writes the sum of each row's experts to `sums` `[rowCount, hidden]`. The first
    /// failure abandons the other answers.
    void combine(float[] sums, Deadline deadline) {
        slowestComputeNanos = 0;
        try {
            for (int line = 0; line < pending.length; line++) {
                PendingCombine answer = pending[line];
                if (answer != null) {
                    pending[line] = null;
                    CombinedRows rows = answer.await(deadline);
                    returned[line] = rows;
                    slowestComputeNanos = Math.max(slowestComputeNanos, rows.computeNanos());
                }
            }
            for (int row = 0; row < rowCount; row++) {
                sum(row, sums);
            }
        } finally {
            abandon();
        }
    }

    private void sum(int row, float[] sums) {
        int target = row * hiddenSize;
        boolean first = true;
        for (int slot = 0; slot < topK; slot++) {
            int at = row * topK + slot;
            CombinedRows answer = returned[lineOfSlot[at]];
            if (answer == null || (answer.rowsPerToken() == 1 && alreadyAdded(row, slot))) {
                continue;
            }
            int answerIndex = answer.rowsPerToken() == 1 ? placeOfSlot[at] : placeOfSlot[at] * topK + slot;
            long offsetBytes = (long) answerIndex * hiddenSize * Float.BYTES;
            if (first) {
                MemorySegment.copy(answer.hidden(), ValueLayout.JAVA_FLOAT, offsetBytes, sums, target, hiddenSize);
                first = false;
            } else {
                MemorySegment.copy(answer.hidden(), ValueLayout.JAVA_FLOAT, offsetBytes, answerRow, 0, hiddenSize);
                for (int i = 0; i < hiddenSize; i++) {
                    sums[target + i] += answerRow[i];
                }
            }
        }
    }

    /// Whether an earlier slot of the row brought this slot's part along, because both live on one worker.
    private boolean alreadyAdded(int row, int slot) {
        for (int earlier = 0; earlier < slot; earlier++) {
            if (lineOfSlot[row * topK + earlier] == lineOfSlot[row * topK + slot]) {
                return true;
            }
        }
        return false;
    }

    /// Compute time of the slowest expert worker of the last round.
    long slowestComputeNanos() {
        return slowestComputeNanos;
    }

    /// Gives up whatever is still under way and frees what came.
    void abandon() {
        for (int line = 0; line < pending.length; line++) {
            PendingCombine answer = pending[line];
            if (answer != null) {
                answer.abandon();
                pending[line] = null;
            }
            CombinedRows rows = returned[line];
            if (rows != null) {
                rows.close();
                returned[line] = null;
            }
        }
    }
}
