package io.thunderhead.model.kernels;

import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StepRows.Segment;
import java.util.Arrays;

/// Softmax attention of one layer and step over the KV pages, for one kv head of one tile of a segment's rows at a
/// time.
///
/// A page's scores are taken relative to the largest score so far; sums and outputs of the pages before are scaled down
/// when it grows. Pages come in order, so a row's bits do not depend on the tile.
final class SoftmaxRows {
    /// Positions of a tile: its scores against a page stay in the second-level cache.
    static final int TILE_ROWS = 64;

    private static final int PAGE = StateLayout.PAGE_TOKENS;

    private final Arithmetic arithmetic;
    private final HeadShape shape;
    private final int layerIndex;
    private final float[] q;
    private final float[] out;

    /// @param q,out `[rows, heads, headDim]`; queries are rotated and scaled
    SoftmaxRows(Arithmetic arithmetic, HeadShape shape, int layerIndex, float[] q, float[] out) {
        this.arithmetic = arithmetic;
        this.shape = shape;
        this.layerIndex = layerIndex;
        this.q = q;
        this.out = out;
    }

    /// Tiles of a segment: they end on absolute multiples of [#TILE_ROWS].
    static int tileCount(Segment segment) {
        return Math.ceilDiv(segment.endPosition(), TILE_ROWS) - segment.startPosition() / TILE_ROWS;
    }

    void run(Segment segment, int tileIndex, int kvHead, Scratch scratch) {
        Tile tile = Tile.of(segment, tileIndex, shape, kvHead);
        int queries = tile.stripCount() * tile.stripSize();
        Arrays.fill(scratch.maxima.atLeast(queries), 0, queries, Float.NEGATIVE_INFINITY);
        Arrays.fill(scratch.sums.atLeast(queries), 0, queries, 0);
        for (int page = 0; page < tile.pageCount(); page++) {
            for (int strip = 0; strip < tile.stripCount(); strip++) {
                int seen = tile.tokensSeen(page);
                int step = tile.depthStep(page);
                score(tile, page, strip, seen + (tile.stripSize() - 1) * step, scratch);
                exponentiate(tile, strip, seen, step, scratch);
                addValues(tile, page, strip, seen, step, scratch);
            }
        }
        divideBySums(tile, scratch);
    }

    /// `scores = q k^T` of a strip against the first `tokens` tokens of a page, and a few more that are not read.
    private void score(Tile tile, int page, int strip, int tokens, Scratch scratch) {
        SequenceState state = tile.segment().state();
        scratch.product
                .a(q, tile.queryAt(strip, 0), tile.queryStride())
                .b(state.page(page), state.keysOffset(layerIndex, tile.kvHead()), PAGE)
                .c(scratch.scores.atLeast(tile.stripSize() * PAGE), 0, PAGE, true)
                .size(tile.stripSize(), PackedMatrix.wholePanels(tokens), shape.headDim());
        arithmetic.multiply(scratch.product);
    }

    /// Scores become exponentials relative to the largest score so far; sums and outputs follow it when it grows.
    private void exponentiate(Tile tile, int strip, int seen, int step, Scratch scratch) {
        float[] scores = scratch.scores.atLeast(tile.stripSize() * PAGE);
        float[] maxima = scratch.maxima.atLeast(0);
        float[] sums = scratch.sums.atLeast(0);
        for (int i = 0; i < tile.stripSize(); i++) {
            int query = strip * tile.stripSize() + i;
            int tokens = seen + i * step;
            float largest = arithmetic.max(scores, i * PAGE, tokens);
            if (largest > maxima[query]) {
                float factor = Exponential.exp(maxima[query] - largest);
                maxima[query] = largest;
                sums[query] *= factor;
                Elementwise.scale(out, tile.queryAt(strip, i), shape.headDim(), factor);
            }
            sums[query] += arithmetic.expAndSum(scores, i * PAGE, tokens, maxima[query], scratch.partialSums);
        }
    }

    private void addValues(Tile tile, int page, int strip, int seen, int step, Scratch scratch) {
        SequenceState state = tile.segment().state();
        int headDim = shape.headDim();
        scratch.product
                .a(scratch.scores.atLeast(tile.stripSize() * PAGE), 0, PAGE)
                .b(state.page(page), state.valuesOffset(layerIndex, tile.kvHead()), headDim)
                .c(out, tile.queryAt(strip, 0), tile.queryStride(), page == 0)
                .causal(tile.stripSize(), headDim, seen, step);
        arithmetic.multiply(scratch.product);
    }

    private void divideBySums(Tile tile, Scratch scratch) {
        float[] sums = scratch.sums.atLeast(0);
        for (int strip = 0; strip < tile.stripCount(); strip++) {
            for (int i = 0; i < tile.stripSize(); i++) {
                float inverse = 1 / sums[strip * tile.stripSize() + i];
                Elementwise.scale(out, tile.queryAt(strip, i), shape.headDim(), inverse);
            }
        }
    }

    /// Consecutive rows of a segment that lie in one page, and the query heads of one kv head. The queries go in strips
    /// that lie evenly spaced in memory: the rows of one head, or all heads of a single row.
    private record Tile(Segment segment, int firstPosition, int rowCount, HeadShape shape, int kvHead) {
        static Tile of(Segment segment, int index, HeadShape shape, int kvHead) {
            int grid = (segment.startPosition() / TILE_ROWS + index) * TILE_ROWS;
            int first = Math.max(segment.startPosition(), grid);
            int end = Math.min(segment.endPosition(), grid + TILE_ROWS);
            return new Tile(segment, first, end - first, shape, kvHead);
        }

        int pageCount() {
            return firstPosition / PAGE + 1;
        }

        /// Tokens of a page that the first row sees.
        int tokensSeen(int page) {
            return Math.min(PAGE, firstPosition + 1 - page * PAGE);
        }

        /// How many more tokens of a page each further query of a strip sees.
        int depthStep(int page) {
            return page == pageCount() - 1 && rowCount > 1 ? 1 : 0;
        }

        int stripCount() {
            return rowCount == 1 ? 1 : shape.groupSize();
        }

        int stripSize() {
            return rowCount == 1 ? shape.groupSize() : rowCount;
        }

        int queryStride() {
            return rowCount == 1 ? shape.headDim() : shape.headCount() * shape.headDim();
        }

        int queryAt(int strip, int i) {
            int row = segment.firstRow() + firstPosition - segment.startPosition();
            int head = kvHead * shape.groupSize() + strip;
            return (row * shape.headCount() + head) * shape.headDim() + i * queryStride();
        }
    }
}
