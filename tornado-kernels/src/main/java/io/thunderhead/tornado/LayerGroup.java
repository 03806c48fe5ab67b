package io.thunderhead.tornado;

import io.thunderhead.model.config.LayerKind;
import java.util.List;

/// Layers of one kind that share graphs and arrays.
///
/// @param indexes of the layers in the whole model, ascending
/// @param places slots or pages that each of them has
record LayerGroup(LayerKind kind, List<Integer> indexes, int places, DeviceLayers layers) {
    /// Copies what lies in one slot or page out of every layer.
    ///
    /// @param to a layer's piece after the other
    void read(int place, float[] to) {
        float[] piece = new float[layers.pieceSize()];
        for (int layer = 0; layer < indexes.size(); layer++) {
            layers.readMemory(layer * places + place, piece);
            System.arraycopy(piece, 0, to, layer * piece.length, piece.length);
        }
    }

    /// The opposite of [#read].
    void write(int place, float[] from) {
        float[] piece = new float[layers.pieceSize()];
        for (int layer = 0; layer < indexes.size(); layer++) {
            System.arraycopy(from, layer * piece.length, piece, 0, piece.length);
            layers.writeMemory(layer * places + place, piece);
        }
    }

    int floatCount() {
        return Math.multiplyExact(indexes.size(), layers.pieceSize());
    }
}
