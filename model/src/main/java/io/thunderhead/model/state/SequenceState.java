package io.thunderhead.model.state;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// What a stage remembers of one sequence. Layout: [StateLayout].
///
/// Before a step [#reserve] room for its last token; when the step is done, [#advance] by its tokens. To save a state,
/// wherever it lies, [#readLightning] and [#readPage] every page; to restore it, reserve, write them and advance. Who
/// computes on the host reads and writes [#lightning()] and [#page] in place. Owner: the engine thread of the
/// [StatePool] it came from; whoever acquired it releases it.
public final class SequenceState {
    private final StatePool pool;
    private final StateLayout layout;
    private final StatePool.Place lightning;
    private final List<MemorySegment> lightningLayers = new ArrayList<>();
    private final List<StatePool.Place> pages = new ArrayList<>();
    private int length;
    private boolean released;

    SequenceState(StatePool pool, StatePool.Place lightning) {
        this.pool = pool;
        this.layout = pool.layout();
        this.lightning = lightning;
        if (pool.device().isEmpty()) {
            long layerBytes = layout.lightningLayerBytes();
            for (int layer = 0; layer < layout.lightningLayerCount(); layer++) {
                lightningLayers.add(lightning.memory().asSlice(layer * layerBytes, layerBytes));
            }
        }
    }

    /// Tokens that the state has seen.
    public int length() {
        return length;
    }

    /// Makes room for positions up to `tokenCount`. Throws KV_POOL_FULL, having taken nothing, if the pool cannot.
    public void reserve(int tokenCount) {
        int missing = layout.pagesFor(tokenCount) - pages.size();
        if (layout.pageBytes() == 0 || missing <= 0) {
            return;
        }
        pool.checkFreePages(missing);
        for (int i = 0; i < missing; i++) {
            pages.add(pool.takePage());
        }
    }

    public void advance(int tokenCount) {
        length += tokenCount;
    }

    /// Number of the slot in its pool.
    public int slot() {
        return lightning.number();
    }

    /// Copies all lightning layers' states out.
    public void readLightning(MemorySegment to) {
        pool.device().ifPresentOrElse(device -> device.readSlot(slot(), to), () -> to.copyFrom(lightning.memory()));
    }

    public void writeLightning(MemorySegment from) {
        pool.device()
                .ifPresentOrElse(
                        device -> device.writeSlot(slot(), from),
                        () -> lightning.memory().copyFrom(from));
    }

    /// All lightning layers' states; on the host only, as everything that returns memory.
    public MemorySegment lightning() {
        return lightning.memory();
    }

    /// State `[heads, headDim, headDim]` of one lightning layer.
    public MemorySegment lightning(int layerIndex) {
        return lightningLayers.get(layout.lightningSlot(layerIndex));
    }

    public int pageCount() {
        return pages.size();
    }

    /// Number of a page in its pool.
    public int pageNumber(int pageIndex) {
        return pages.get(pageIndex).number();
    }

    /// Copies keys and values of positions `[pageIndex * 256, pageIndex * 256 + 256)` of every softmax layer out.
    public void readPage(int pageIndex, MemorySegment to) {
        pool.device()
                .ifPresentOrElse(
                        device -> device.readPage(pageNumber(pageIndex), to), () -> to.copyFrom(page(pageIndex)));
    }

    public void writePage(int pageIndex, MemorySegment from) {
        pool.device()
                .ifPresentOrElse(
                        device -> device.writePage(pageNumber(pageIndex), from),
                        () -> page(pageIndex).copyFrom(from));
    }

    /// As [#readPage], in place.
    public MemorySegment page(int pageIndex) {
        return pages.get(pageIndex).memory();
    }

    /// Byte offset in a page of a softmax layer's keys `[headDim, 256]` of one kv head.
    public long keysOffset(int layerIndex, int kvHead) {
        return layout.keysOffset(layerIndex, kvHead);
    }

    /// Byte offset in a page of a softmax layer's values `[256, headDim]` of one kv head.
    public long valuesOffset(int layerIndex, int kvHead) {
        return layout.valuesOffset(layerIndex, kvHead);
    }

    /// Gives slot and pages back; a second call does nothing.
    public void release() {
        if (released) {
            return;
        }
        released = true;
        pages.forEach(pool::giveBackPage);
        pages.clear();
        pool.giveBackLightning(lightning);
    }
}
