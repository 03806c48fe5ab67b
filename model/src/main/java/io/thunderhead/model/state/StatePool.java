package io.thunderhead.model.state;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// A stage's memory for sequences: so many lightning slots, so many KV pages, each with a number. Here, off-heap memory
/// is allocated when a slot or page is first used, kept for the next sequence, and zeroed before each use; or it lies
/// on a device, where a sequence's first step finds zeros by starting at position 0.
///
/// Owner: the engine thread, which alone takes and gives back; kernels read and write what it hands them.
public final class StatePool implements AutoCloseable {
    /// Cache line, and the widest vector.
    private static final long ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final StateLayout layout;
    private final Optional<DeviceStates> device;
    private final Stock lightning;
    private final Stock pages;

    /// @param sequenceMax sequences that have a state at the same time
    /// @param pageMax KV pages of all sequences together
    public StatePool(StateLayout layout, int sequenceMax, int pageMax) {
        this(layout, sequenceMax, pageMax, Optional.empty());
    }

    /// @param device that has at least so many slots and pages; stays the caller's
    public StatePool(StateLayout layout, int sequenceMax, int pageMax, Optional<DeviceStates> device) {
        this.layout = layout;
        this.device = device;
        this.lightning = new Stock("sequence slots", layout.lightningBytes(), sequenceMax);
        this.pages = new Stock("KV pages", layout.pageBytes(), pageMax);
    }

    public StateLayout layout() {
        return layout;
    }

    /// A new sequence of length 0. Throws KV_POOL_FULL if every slot is taken.
    public SequenceState acquire() {
        lightning.checkFree(1);
        return new SequenceState(this, lightning.take());
    }

    public int freeSequences() {
        return lightning.free();
    }

    public int freePages() {
        return pages.free();
    }

    void checkFreePages(int count) {
        pages.checkFree(count);
    }

    Optional<DeviceStates> device() {
        return device;
    }

    Place takePage() {
        return pages.take();
    }

    void giveBackPage(Place page) {
        pages.giveBack(page);
    }

    void giveBackLightning(Place slot) {
        lightning.giveBack(slot);
    }

    /// A slot or a page.
    ///
    /// @param memory NULL if it lies on a device
    record Place(int number, MemorySegment memory) {}

    /// Frees all memory; no sequence may be used afterwards.
    @Override
    public void close() {
        arena.close();
    }

    /// Equal pieces of memory, made on first use.
    private final class Stock {
        private final String name;
        private final long pieceBytes;
        private final int pieceMax;
        private final Deque<Place> unused = new ArrayDeque<>();
        private int made;

        Stock(String name, long pieceBytes, int pieceMax) {
            this.name = name;
            this.pieceBytes = pieceBytes;
            this.pieceMax = pieceMax;
        }

        int free() {
            return pieceMax - made + unused.size();
        }

        void checkFree(int count) {
            if (free() < count) {
                throw new ServingException(
                        ErrorCode.KV_POOL_FULL,
                        name + ": " + count + " wanted, " + free() + " of " + pieceMax + " are free");
            }
        }

        Place take() {
            Place piece = unused.poll();
            if (piece != null) {
                piece.memory().fill((byte) 0);
                return piece;
            }
            MemorySegment memory = device.isPresent() ? MemorySegment.NULL : arena.allocate(pieceBytes, ALIGNMENT);
            return new Place(made++, memory);
        }

        void giveBack(Place piece) {
            unused.push(piece);
        }
    }
}
