package io.thunderhead.tornado;

import io.thunderhead.model.config.ModelConfig;

/// How a step is shared out over the groups of `attendPages`: tiles of one sequence's rows, as many as have all their
/// heads of one of keys in it, and each tile's past in splits.
final class QueryTiles {
    /// Splits of a row's past at most.
    static final int SPLIT_MAX = 16;

    /// Rows times splits stay within this, or splits are 1.
    static final int SPLIT_ROWS_MAX = 512;

    private QueryTiles() {}

    /// Whether tensor cores can take all heads that share one of keys together.
    static boolean suit(ModelConfig config) {
        return config.headDim() == CudaShapes.HEAD_DIM && CudaShapes.QUERIES % headsOfOne(config) == 0;
    }

    private static int headsOfOne(ModelConfig config) {
        return config.headCount() / config.kvHeadCount();
    }

    private static int rowsOfTile(ModelConfig config) {
        return CudaShapes.QUERIES / headsOfOne(config);
    }

    /// So many that the device has enough groups, and that there is room for what they lead to.
    static int splits(ModelConfig config, DeviceRows rows) {
        int tiles = rows.segments().stream()
                .mapToInt(segment -> Math.ceilDiv(segment.rowCount(), rowsOfTile(config)))
                .sum();
        int wanted = Math.ceilDiv(CudaShapes.GROUPS_WANTED, Math.max(1, tiles * config.kvHeadCount()));
        int most = Math.clamp(SPLIT_ROWS_MAX / Math.max(1, rows.rowCount()), 1, SPLIT_MAX);
        return Math.clamp(wanted, 1, most);
    }

    /// Names every split of every tile, and says how many there are.
    static int put(ModelConfig config, DeviceRows rows, int splits, Parts parts) {
        int number = 0;
        int firstPage = 0;
        for (DeviceRows.Segment segment : rows.segments()) {
            for (int row = 0; row < segment.rowCount(); row += rowsOfTile(config)) {
                int count = Math.min(rowsOfTile(config), segment.rowCount() - row);
                for (int split = 0; split < splits; split++) {
                    int position = segment.startPosition() + row;
                    parts.put(number++, segment.firstRow() + row, count, position, firstPage, split);
                }
            }
            firstPage += segment.pages().size();
        }
        return number;
    }

    @FunctionalInterface
    interface Parts {
        /// @param values first row, rows, the first row's position, where its pages begin, the split
        void put(int number, int... values);
    }
}
