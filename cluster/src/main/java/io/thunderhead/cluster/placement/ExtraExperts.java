package io.thunderhead.cluster.placement;

import java.util.Arrays;

/// Gives each layer's experts that are left over after every worker got its equal share of the layer: one a worker and
/// layer at most, so many a worker in all, and as few as possible where they were not before.
///
/// Shortest augmenting paths layer by layer (the Hungarian method with counts): exact, and small enough at 80 layers
/// and tens of workers. A solution exists because no worker takes more than one a layer on average.
final class ExtraExperts {
    private static final int UNREACHED = Integer.MAX_VALUE;
    private static final int FREE = -1;

    private final boolean[][] given;
    private final boolean[][] heldBefore;
    private final int[] room;

    /// @param heldBefore by layer and worker: giving one here moves nothing
    /// @param room extras each worker takes in all
    private ExtraExperts(boolean[][] heldBefore, int[] room) {
        this.heldBefore = heldBefore;
        this.room = room.clone();
        this.given = new boolean[heldBefore.length][room.length];
    }

    /// By layer and worker: whether that worker takes one more expert of that layer.
    static boolean[][] give(int extrasPerLayer, boolean[][] heldBefore, int[] room) {
        ExtraExperts extras = new ExtraExperts(heldBefore, room);
        for (int layer = 0; layer < heldBefore.length; layer++) {
            for (int i = 0; i < extrasPerLayer; i++) {
                extras.giveOne(layer);
            }
        }
        return extras.given;
    }

    private void giveOne(int start) {
        int[] layerCost = new int[given.length];
        int[] workerCost = new int[room.length];
        int[] layerFrom = new int[given.length];
        int[] workerFrom = new int[room.length];
        Arrays.fill(layerCost, UNREACHED);
        Arrays.fill(workerCost, UNREACHED);
        layerCost[start] = 0;
        layerFrom[start] = FREE;
        while (relax(layerCost, workerCost, layerFrom, workerFrom)) {}
        int worker = cheapestWithRoom(workerCost);
        room[worker]--;
        while (worker != FREE) {
            int layer = workerFrom[worker];
            given[layer][worker] = true;
            worker = layerFrom[layer];
            if (worker != FREE) {
                given[layer][worker] = false;
            }
        }
    }

    /// One round of Bellman-Ford; whether it found a shorter way anywhere.
    private boolean relax(int[] layerCost, int[] workerCost, int[] layerFrom, int[] workerFrom) {
        boolean shorter = false;
        for (int layer = 0; layer < given.length; layer++) {
            for (int worker = 0; worker < room.length; worker++) {
                int cost = heldBefore[layer][worker] ? 0 : 1;
                if (!given[layer][worker]
                        && layerCost[layer] != UNREACHED
                        && layerCost[layer] + cost < workerCost[worker]) {
                    workerCost[worker] = layerCost[layer] + cost;
                    workerFrom[worker] = layer;
                    shorter = true;
                } else if (given[layer][worker]
                        && workerCost[worker] != UNREACHED
                        && workerCost[worker] - cost < layerCost[layer]) {
                    layerCost[layer] = workerCost[worker] - cost;
                    layerFrom[layer] = worker;
                    shorter = true;
                }
            }
        }
        return shorter;
    }

    private int cheapestWithRoom(int[] workerCost) {
        int best = FREE;
        for (int worker = 0; worker < room.length; worker++) {
            if (room[worker] > 0
                    && workerCost[worker] != UNREACHED
                    && (best == FREE || workerCost[worker] < workerCost[best])) {
                best = worker;
            }
        }
        if (best == FREE) {
            throw new IllegalStateException("no worker takes another expert: room " + Arrays.toString(room));
        }
        return best;
    }
}
