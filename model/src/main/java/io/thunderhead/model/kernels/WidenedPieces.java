package io.thunderhead.model.kernels;

/// A block's weights as floats, piece after piece: all pieces of a panel, then the next panel. While one piece is
/// multiplied the next is on its way: each tile reads a part of it into a cache, and then that part is widened into a
/// second buffer. Otherwise multiplying would wait for memory, and memory for multiplying (docs/adr/0036).
final class WidenedPieces {
    private final Scratch.Memory buffers = new Scratch.Memory();
    private PackedMatrix weights = PackedMatrix.EMPTY;
    private long data;
    private int firstInput;
    private int packedDepth;
    private int endPanel;

    /// The piece that comes next: its panel, its first input among the packed, and the buffer it goes to.
    private int panel;

    private int input;
    private long buffer;
    private long otherBuffer;

    /// Begins with the first piece of inputs `[first, first + count)`.
    void start(BlockProduct block, int first, int count) {
        weights = block.weights;
        data = NativeMemory.address(weights.data());
        firstInput = first;
        packedDepth = count;
        panel = block.firstPanel;
        endPanel = block.endPanel;
        input = 0;
        if (weights.format() != WeightFormat.F32) {
            long floats = (long) BlockPiece.DEPTH_MAX * PackedMatrix.PANEL;
            buffer = NativeMemory.address(buffers.floatsAtLeast(2 * floats));
            otherBuffer = buffer + floats * Float.BYTES;
            widen(0, depth());
        }
    }

    /// Gives the piece its weights, and turns to the one behind it.
    void next(BlockPiece piece) {
        piece.depth = depth();
        if (weights.format() == WeightFormat.F32) {
            piece.inputs = address(0);
        } else {
            piece.inputs = buffer;
            buffer = otherBuffer;
            otherBuffer = piece.inputs;
        }
        input += piece.depth;
        if (input == packedDepth) {
            input = 0;
            panel++;
        }
    }

    /// Has a tile read what [#widenAhead] takes behind it.
    void readAhead(BlockPiece piece, int part, int parts) {
        if (panel == endPanel) {
            piece.ahead = piece.inputs;
            piece.aheadBytes = 0;
            return;
        }
        int first = depth() * part / parts;
        int end = depth() * (part + 1) / parts;
        piece.ahead = address(first);
        piece.aheadBytes = (end - first) * inputBytes();
    }

    /// Widens one of `parts` equal parts of the piece that comes next.
    void widenAhead(int part, int parts) {
        if (panel < endPanel && weights.format() != WeightFormat.F32) {
            widen(depth() * part / parts, depth() * (part + 1) / parts);
        }
    }

    private int depth() {
        return Math.min(BlockPiece.DEPTH_MAX, packedDepth - input);
    }

    /// Of all outputs of a panel.
    private long inputBytes() {
        return (long) PackedMatrix.PANEL * weights.format().byteSize();
    }

    private long address(int first) {
        return data + weights.panelOffset(panel) + (firstInput + input + first) * inputBytes();
    }

    private void widen(int first, int end) {
        long to = buffer + (long) first * PackedMatrix.PANEL * Float.BYTES;
        if (weights.format() == WeightFormat.BF16) {
            PairTiles.widen(address(first), end - first, to);
        } else {
            ByteTiles.widen(address(first), end - first, to);
        }
    }
}
