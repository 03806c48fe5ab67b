package io.thunderhead.model.state;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// What a stage remembers of one sequence. Layout: [StateLayout].
///
/// Before a step [#reserve] room for its last token; when the step is done, [#advance] by its tokens. To save a state
/// copy [#lightning()] and every [#page]; to restore it, reserve, write them and advance.
/// Owner: the engine thread of the [StatePool] it came from; whoever acquired it releases it.
public final class SequenceState {
    private final StatePool pool;
    private final StateLayout layout;
    private final MemorySegment lightning;
    private final List<MemorySegment> lightningLayers = new ArrayList<>();
    private final List<MemorySegment> pages = new ArrayList<>();
    private int length;
    private boolean released;

    SequenceState(StatePool pool, MemorySegment lightning) {
        this.pool = pool;
        this.layout = pool.layout();
        this.lightning = lightning;
        long layerBytes = layout.lightningLayerBytes();
        for (int slot = 0; slot < layout.lightningLayerCount(); slot++) {
            lightningLayers.add(lightning.asSlice(slot * layerBytes, layerBytes));
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

    /// All lightning layers' states.
    public MemorySegment lightning() {
        return lightning;
    }

    /// State `[heads, headDim, headDim]` of one lightning layer.
    public MemorySegment lightning(int layerIndex) {
        return lightningLayers.get(layout.lightningSlot(layerIndex));
    }

    public int pageCount() {
        return pages.size();
    }

    /// Keys and values of positions `[pageIndex * 256, pageIndex * 256 + 256)` in every softmax layer.
    public MemorySegment page(int pageIndex) {
        return pages.get(pageIndex);
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
