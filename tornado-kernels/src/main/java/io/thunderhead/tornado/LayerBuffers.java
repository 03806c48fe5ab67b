package io.thunderhead.tornado;

import io.thunderhead.model.config.ModelConfig;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/// Arrays of a layer's graph for up to `rowMax` rows, besides those of the attention itself.
///
/// @param decodeOnly whether the graph is for steps without rows of a prompt
/// @param step `[row count, layer, splits]`
/// @param tiles all rows by the layer's matrix
/// @param hidden,normed,branch,expertInput `[rows, hidden]`
/// @param logits `[rows, experts]`
/// @param expertIds,weights `[rows, topK]`
record LayerBuffers(
        int rowMax,
        boolean decodeOnly,
        IntArray step,
        Tiles tiles,
        FloatArray hidden,
        FloatArray normed,
        FloatArray branch,
        FloatArray expertInput,
        FloatArray logits,
        IntArray expertIds,
        FloatArray weights) {
    static LayerBuffers of(ModelConfig config, int rowMax, boolean decodeOnly) {
        int rows = Math.multiplyExact(rowMax, config.hiddenSize());
        return new LayerBuffers(
                rowMax,
                decodeOnly,
                new IntArray(3),
                new Tiles(rowMax, 1, CudaShapes.rowsOfTile(rowMax)),
                new FloatArray(rows),
                new FloatArray(rows),
                new FloatArray(rows),
                new FloatArray(rows),
                new FloatArray(rowMax * config.expertCount()),
                new IntArray(rowMax * config.topK()),
                new FloatArray(rowMax * config.topK()));
    }

    boolean takes(DeviceRows rows) {
        return rows.rowCount() <= rowMax
                && (!decodeOnly || rows.segments().stream().allMatch(DeviceRows.Segment::decode));
    }

    /// What only kernels write.
    List<Object> scratch() {
        return List.of(normed, branch, expertInput, logits, expertIds, weights);
    }
}
