package io.thunderhead.model.kernels;

import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StepRows.Segment;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Softmax attention of one layer and step over the KV pages, for one kv head of one tile of a segment's rows at a
/// time.
///
/// A page's scores are taken relative to the largest score so far; sums and outputs of the pages before are scaled down
/// when it grows. Pages come in order, so a row's bits do not depend on the tile.
///
/// @param q,out `[rows, heads, headDim]`; queries are rotated and scaled
@SuppressWarnings("ArrayRecordComponent") // names a call\'s buffers; never compared
record SoftmaxRows(Arithmetic arithmetic, HeadShape shape, int layerIndex, float[] q, float[] out) {
    /// Positions of a tile: its scores against a page stay in the second-level cache.
    static final int TILE_ROWS = 64;

    private static final int PAGE = StateLayout.PAGE_TOKENS;

    /// Consecutive rows of a segment that lie in one page.
    private record Tile(Segment segment, int firstPosition, int rowCount) {
        int firstRow() {
            return segment.firstRow() + firstPosition - segment.startPosition();
        }

        int pageCount() {
            return firstPosition / PAGE + 1;
        }

        /// Tokens of a page that the tile's first row sees.
        int tokensSeen(int page) {
            return Math.min(PAGE, firstPosition + 1 - page * PAGE);
        }

        boolean endsIn(int page) {
            return page == pageCount() - 1;
        }
    }

    /// Tiles of a segment: they end on absolute multiples of [#TILE_ROWS].
    static int tileCount(Segment segment) {
        return Math.ceilDiv(segment.endPosition(), TILE_ROWS) - segment.startPosition() / TILE_ROWS;
    }

    private static Tile tile(Segment segment, int index) {
        int grid = (segment.startPosition() / TILE_ROWS + index) * TILE_ROWS;
        int first = Math.max(segment.startPosition(), grid);
        return new Tile(segment, first, Math.min(segment.endPosition(), grid + TILE_ROWS) - first);
    }

    /// A tile's queries go in strips that lie evenly spaced in memory: the rows of one head, or all heads of one row.
    void run(Segment segment, int tileIndex, int kvHead, Scratch scratch) {
        Tile tile = tile(segment, tileIndex);
        int strips = tile.rowCount() == 1 ? 1 : shape.groupSize();
        int queries = tile.rowCount() * shape.groupSize() / strips;
        float[] running = scratch.rows.atLeast(2 * strips * queries);
        Arrays.fill(running, 0, strips * queries, Float.NEGATIVE_INFINITY);
        Arrays.fill(running, strips * queries, 2 * strips * queries, 0);
        for (int page = 0; page < tile.pageCount(); page++) {
            for (int strip = 0; strip < strips; strip++) {
                addPage(tile, page, kvHead, strip, queries, running, strip * queries, strips * queries, scratch);
            }
        }
        for (int strip = 0; strip < strips; strip++) {
            for (int i = 0; i < queries; i++) {
                float sum = running[(strips + strip) * queries + i];
                Elementwise.scale(out, stripAt(tile, kvHead, strip) + i * stride(tile), shape.headDim(), 1 / sum);
            }
        }
    }

    /// Adds one page to a strip's outputs.
    ///
    /// @param running from `maxima`: largest score so far of each query; `sumsBehind` later: sum of exponentials
    private void addPage(
            Tile tile,
            int page,
            int kvHead,
            int strip,
            int queries,
            float[] running,
            int maxima,
            int sumsBehind,
            Scratch scratch) {
        int first = stripAt(tile, kvHead, strip);
        int stride = stride(tile);
        int headDim = shape.headDim();
        int step = tile.endsIn(page) && tile.rowCount() > 1 ? 1 : 0;
        int seen = tile.tokensSeen(page);
        MemorySegment memory = tile.segment().state().page(page);
        float[] scores = scratch.scores.atLeast(queries * PAGE);
        scratch.product
                .a(q, first, stride)
                .b(memory, tile.segment().state().keysOffset(layerIndex, kvHead), PAGE)
                .c(scores, 0, PAGE, true)
                .size(queries, roundedUp(seen + (queries - 1) * step), headDim);
        arithmetic.multiply(scratch.product);
        for (int i = 0; i < queries; i++) {
            int outAt = first + i * stride;
            float largest = arithmetic.max(scores, i * PAGE, seen + i * step);
            rescale(running, maxima + i, maxima + i + sumsBehind, largest, outAt);
            running[maxima + i + sumsBehind] +=
                    arithmetic.expAndSum(scores, i * PAGE, seen + i * step, running[maxima + i], scratch.partialSums);
        }
        scratch.product
                .a(scores, 0, PAGE)
                .b(memory, tile.segment().state().valuesOffset(layerIndex, kvHead), headDim)
                .c(out, first, stride, page == 0)
                .causal(queries, headDim, seen, step);
        arithmetic.multiply(scratch.product);
    }

    /// Whole vectors of scores: the columns behind the last token seen exist in the page and are not read.
    private static int roundedUp(int tokens) {
        return Math.min(PAGE, Math.ceilDiv(tokens, PackedMatrix.PANEL) * PackedMatrix.PANEL);
    }

    /// Makes a query's sum and output relative to the new largest score.
    private void rescale(float[] running, int maximumAt, int sumAt, float largest, int outAt) {
        if (largest <= running[maximumAt]) {
            return;
        }
        float factor = Exponential.exp(running[maximumAt] - largest);
        running[maximumAt] = largest;
        running[sumAt] *= factor;
        Elementwise.scale(out, outAt, shape.headDim(), factor);
    }

    private int stripAt(Tile tile, int kvHead, int strip) {
        int head = kvHead * shape.groupSize() + strip;
        return (tile.firstRow() * shape.headCount() + head) * shape.headDim();
    }

    /// From one query of a strip to the next.
    private int stride(Tile tile) {
        return tile.rowCount() == 1 ? shape.headDim() : shape.headCount() * shape.headDim();
    }
}
