package io.thunderhead.model.kernels;

/// A block's weights as floats, piece after piece: all pieces of a panel, then the next panel. While one piece is
/// multiplied the next is on its way: each tile reads a part of it into a cache, and then that part is widened into a
/// second buffer. Otherwise multiplying would wait for memory, and memory for multiplying (docs/adr/0036).
final class WidenedPieces {
    /// Fewer inputs are not worth a call.
    private static final int STEP_MIN = 16;

    private final Scratch.Memory buffers = new Scratch.Memory();
    private PackedMatrix weights = PackedMatrix.EMPTY;
    private long data;
    private int firstInput;
    private int packedDepth;
    private int endPanel;

    /// The piece that comes next: its panel, its first input among the packed, where its weights are, and its buffer.
    private int panel;

    private int input;
    private long address;
    private long buffer;
    private long otherBuffer;

    /// Of that piece: inputs, how many a tile brings nearer, and how many are widened.
    private int depth;

    private int step;
    private int widened;

    /// Begins with the first piece of inputs `[first, first + count)`.
    void start(BlockProduct block, int first, int count) {
        weights = block.weights;
        data = NativeMemory.address(weights.data());
        firstInput = first;
        packedDepth = count;
        panel = block.firstPanel;
        endPanel = block.endPanel;
        input = 0;
        locate();
        if (weights.format() != WeightFormat.F32) {
            long floats = (long) BlockPiece.DEPTH_MAX * PackedMatrix.PANEL;
            buffer = NativeMemory.address(buffers.floatsAtLeast(2 * floats));
            otherBuffer = buffer + floats * Float.BYTES;
            step = depth;
            widenAhead();
        }
    }

    /// Gives the piece its weights, and turns to the one behind it, which comes while `tiles` tiles are multiplied.
    void next(BlockPiece piece, int tiles) {
        piece.depth = depth;
        if (weights.format() == WeightFormat.F32) {
            piece.inputs = address;
        } else {
            piece.inputs = buffer;
            buffer = otherBuffer;
            otherBuffer = piece.inputs;
        }
        input += depth;
        if (input == packedDepth) {
            input = 0;
            panel++;
        }
        locate();
        step = Math.max(STEP_MIN, Math.ceilDiv(depth, tiles));
    }

    private void locate() {
        depth = panel == endPanel ? 0 : Math.min(BlockPiece.DEPTH_MAX, packedDepth - input);
        address = depth == 0 ? 0 : data + weights.panelOffset(panel) + (firstInput + input) * inputBytes();
        widened = 0;
    }

    /// Has a tile read what [#widenAhead] takes behind it.
    void readAhead(BlockPiece piece) {
        int count = Math.min(step, depth - widened);
        piece.ahead = count == 0 ? piece.inputs : address + widened * inputBytes();
        piece.aheadBytes = count * inputBytes();
    }

    /// Widens a step of the piece that comes next.
    void widenAhead() {
        int count = Math.min(step, depth - widened);
        if (count > 0) {
            widen(count);
            widened += count;
        }
    }

    /// Of all outputs of a panel.
    private long inputBytes() {
        return (long) PackedMatrix.PANEL * weights.format().byteSize();
    }

    private void widen(int count) {
        long from = address + widened * inputBytes();
        long to = buffer + (long) widened * PackedMatrix.PANEL * Float.BYTES;
        if (weights.format() == WeightFormat.BF16) {
            PairTiles.widen(from, count, to);
        } else if (weights.format() == WeightFormat.INT8) {
            ByteTiles.widen(from, count, to);
        }
    }
}
