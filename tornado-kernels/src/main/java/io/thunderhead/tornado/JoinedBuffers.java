package io.thunderhead.tornado;

import io.thunderhead.model.config.ModelConfig;

/// Where a step leaves on a device what it needs on its way through whole layers. All of it are addresses; rows are
/// float32, "halves" are rows in two bf16 numbers each (decode.cu).
///
/// @param parts rows of a product's input in two parts
/// @param partials of splits of a row's past
/// @param choices `[layers, rows, 2]` experts of each row
/// @param places,rowsOf,tiles rows sorted by expert
/// @param gathered,gate,up,results of the experts, `[2 * rows, ...]`
/// @param blocksDone counts blocks of a kernel; 0 between kernels
/// @param routers `[layers, 32, hidden]`
/// @param bytes of all of them
record JoinedBuffers(
        long hidden,
        long normed,
        long branch,
        long expertInput,
        long parts,
        long projected,
        long gates,
        long attended,
        long partials,
        long choices,
        long shares,
        long places,
        long rowsOf,
        long tiles,
        long gathered,
        long gate,
        long up,
        long results,
        long normedHalves,
        long attendedHalves,
        long expertHalves,
        long activatedHalves,
        long logits,
        long blocksDone,
        long routers,
        long table,
        long bytes) {
    /// @param address of memory for all of them
    static JoinedBuffers at(long address, ModelConfig config, int layerCount) {
        Room room = new Room(address);
        long rows = JoinedStage.ROW_MAX;
        long choices = JoinedStage.CHOICES * rows;
        int decodes = DecodeLayers.ROW_MAX;
        return new JoinedBuffers(
                room.floats(rows * config.hiddenSize()),
                room.floats(rows * config.hiddenSize()),
                room.floats(rows * config.hiddenSize()),
                room.floats(rows * config.hiddenSize()),
                room.floats(rows * Math.max(config.hiddenSize(), config.attentionSize())),
                room.floats(rows * 3 * config.attentionSize()),
                room.floats(rows * config.attentionSize()),
                room.floats(rows * config.attentionSize()),
                room.floats(rows * config.headCount() * JoinedStep.PART_FLOATS),
                room.floats(choices * layerCount),
                room.floats(choices),
                room.floats(choices),
                room.floats(choices),
                room.floats(3 * (choices + JoinedStage.EXPERTS_MAX)),
                room.floats(choices * config.hiddenSize()),
                room.floats(choices * config.intermediateSize()),
                room.floats(choices * config.intermediateSize()),
                room.floats(choices * config.hiddenSize()),
                room.floats((long) decodes * StepShapes.halves(config.hiddenSize())),
                room.floats((long) decodes * StepShapes.halves(config.attentionSize())),
                room.floats((long) decodes * StepShapes.halves(config.hiddenSize())),
                room.floats((long) JoinedStage.CHOICES * decodes * StepShapes.halves(config.intermediateSize())),
                room.floats((long) decodes * JoinedStage.EXPERTS_MAX),
                room.floats(1),
                room.floats((long) layerCount * JoinedStage.EXPERTS_MAX * config.hiddenSize()),
                room.floats(JoinedStep.tableBytes(config) / Float.BYTES),
                room.end - address);
    }

    private static final class Room {
        private static final long ALIGNMENT = 256;
        private long end;

        Room(long first) {
            this.end = first;
        }

        long floats(long count) {
            long at = end;
            end += Math.ceilDiv(count * Float.BYTES, ALIGNMENT) * ALIGNMENT;
            return at;
        }
    }
}
