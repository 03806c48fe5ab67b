package io.thunderhead.tornado;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.Rotary;
import io.thunderhead.tornado.DeviceExpertStore.LayerExperts;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// What a part of a step consists of, as kernels of whole layers are told: counts, and addresses of small tables.
///
/// @param rows of the part
/// @param oneEach whether every row is another sequence's next token
/// @param dense all rows, in tiles of up to `denseRows`
/// @param wholeTile all rows in one tile
/// @param halfTiles,fullTiles all rows in tiles of 64 and of 128
/// @param expertRows,expertTiles of a tile, and tiles at most, of rows sorted by expert
/// @param step `[rows, 0, splits]`
/// @param decodes,prompts segments for lightning: one by one, and in chunks
/// @param rowTable,pageTable,parts,turns for softmax attention
/// @param places of each layer's experts in their block
record JoinedStep(
        int rows,
        boolean oneEach,
        int denseRows,
        int denseTiles,
        int expertRows,
        int expertTiles,
        int splits,
        long step,
        long dense,
        long wholeTile,
        long halfTiles,
        long fullTiles,
        long decodes,
        int decodeCount,
        long prompts,
        int promptCount,
        long rowTable,
        long pageTable,
        long parts,
        int partCount,
        long turns,
        List<Long> places) {
    /// A split leaves a maximum, a sum and a weighted value.
    static final int PART_FLOATS = CudaShapes.HEAD_DIM + 2;

    /// Rows of all experts from which on many share what is read of the weights.
    private static final int MANY_EXPERT_ROWS = 256;

    /// Rows of an expert on average from which on wide tiles are worth what they leave empty.
    private static final int WIDE_EXPERT_ROWS = 48;

    private static final int ROWS_OF_ONE_THREAD = 64;

    /// Of all sequences of one step.
    private static final long PAGES_MAX = 1 << 18;

    /// Room for the tables of the largest part.
    static long tableBytes(ModelConfig config) {
        // step, dense tiles three times, segments twice, rows, parts, turns, and what alignment costs
        long ofRows = JoinedStage.ROW_MAX * (9L + 4 + 4 + 2 + 5 + config.rotaryDim()) + 256;
        long ofLayers = (JoinedStage.EXPERTS_MAX + 4L) * config.layerCount();
        return (ofRows + ofLayers + PAGES_MAX) * Integer.BYTES;
    }

    static int expertTiles(int rows, int rowsOfTile) {
        int choices = JoinedStage.CHOICES * rows;
        return choices / rowsOfTile + Math.min(JoinedStage.EXPERTS_MAX, choices);
    }

    private static int expertRows(ModelConfig config, int rows, boolean wide) {
        int choices = JoinedStage.CHOICES * rows;
        if (rows == 1) {
            return 1;
        }
        if (wide && rows >= RowLayers.WIDE_ROWS && choices >= WIDE_EXPERT_ROWS * config.expertCount()) {
            return RowLayers.TILE_ROWS;
        }
        return choices <= MANY_EXPERT_ROWS ? CudaShapes.FEW_ROWS : CudaShapes.MANY_ROWS;
    }

    /// Writes the tables.
    ///
    /// @param wide whether experts can have tiles of [RowLayers#TILE_ROWS]
    static JoinedStep of(
            ModelConfig config,
            Rotary rotary,
            DeviceRows rows,
            boolean wide,
            List<LayerExperts> experts,
            StepTable table) {
        int count = rows.rowCount();
        int splits = QueryTiles.splits(config, rows);
        int denseRows = CudaShapes.rowsOfTile(count);
        int expertRows = expertRows(config, count, wide);
        table.clear();
        long step = table.begin();
        table.put(count, 0, splits);
        long dense = putTiles(count, denseRows, table);
        long wholeTile = table.begin();
        table.put(0, 0, count);
        long halfTiles = putTiles(count, RowLayers.TILE_ROWS / 2, table);
        long fullTiles = putTiles(count, RowLayers.TILE_ROWS, table);
        long decodes = table.begin();
        int decodeCount = putSegments(rows, true, table);
        long prompts = table.begin();
        int promptCount = putSegments(rows, false, table);
        long rowTable = table.begin();
        putRows(rows, table);
        long pageTable = table.begin();
        rows.segments().forEach(segment -> segment.pages().forEach(page -> table.put(page)));
        long parts = table.begin();
        int partCount = QueryTiles.put(config, rows, splits, (number, values) -> table.put(values));
        long turns = table.begin();
        putTurns(rows, rotary, table);
        return new JoinedStep(
                count,
                promptCount == 0 && decodeCount == count,
                denseRows,
                Math.ceilDiv(count, denseRows),
                expertRows,
                expertTiles(count, expertRows),
                splits,
                step,
                dense,
                wholeTile,
                halfTiles,
                fullTiles,
                decodes,
                decodeCount,
                prompts,
                promptCount,
                rowTable,
                pageTable,
                parts,
                partCount,
                turns,
                putPlaces(experts, table));
    }

    private static long putTiles(int rows, int rowsOfTile, StepTable table) {
        long at = table.begin();
        for (int row = 0; row < rows; row += rowsOfTile) {
            table.put(0, row, Math.min(rowsOfTile, rows - row));
        }
        return at;
    }

    private static int putSegments(DeviceRows rows, boolean decode, StepTable table) {
        int found = 0;
        for (DeviceRows.Segment segment : rows.segments()) {
            if (segment.decode() == decode) {
                int fresh = segment.startPosition() == 0 ? 1 : 0;
                table.put(segment.firstRow(), segment.rowCount(), segment.slot(), fresh);
                found++;
            }
        }
        return found;
    }

    private static void putRows(DeviceRows rows, StepTable table) {
        int firstPage = 0;
        for (DeviceRows.Segment segment : rows.segments()) {
            for (int i = 0; i < segment.rowCount(); i++) {
                table.put(segment.startPosition() + i, firstPage);
            }
            firstPage += segment.pages().size();
        }
    }

    /// Sines and cosines in double take their time, so that rows of a prompt share it.
    private static void putTurns(DeviceRows rows, Rotary rotary, StepTable table) {
        for (DeviceRows.Segment segment : rows.segments()) {
            IntStream positions =
                    IntStream.range(segment.startPosition(), segment.startPosition() + segment.rowCount());
            (segment.rowCount() > ROWS_OF_ONE_THREAD ? positions.parallel() : positions)
                    .mapToObj(position -> {
                        float[] ofRow = new float[2 * rotary.pairCount()];
                        rotary.turnsAt(position, ofRow);
                        return ofRow;
                    })
                    .forEachOrdered(table::put);
        }
    }

    private static List<Long> putPlaces(List<LayerExperts> experts, StepTable table) {
        List<Long> places = new ArrayList<>();
        for (LayerExperts layer : experts) {
            places.add(table.begin());
            layer.places().forEach(place -> table.put(place));
        }
        return places;
    }
}
