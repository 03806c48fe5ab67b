package io.thunderhead.cluster.placement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Spreads the experts over workers, each exactly once: every worker holds its share of every layer (rounded down or
/// up), the shares are as equal as memory allows, and as few experts as possible leave the worker they are on.
final class ExpertSpread {
    private static final int NOBODY = -1;

    private final int[][] owners;
    private final int expertCount;
    private final int[] quotas;

    /// @param owners by layer and expert: the worker that holds it now, or -1
    /// @param capacities experts that fit on each worker; enough in sum
    ExpertSpread(int[][] owners, int[] capacities) {
        this.owners = owners;
        this.expertCount = owners[0].length;
        int[] held = new int[capacities.length];
        for (int[] layer : owners) {
            Arrays.setAll(held, worker -> held[worker] + count(layer, worker));
        }
        this.quotas = ExpertQuotas.divide(owners.length * expertCount, capacities, held);
    }

    /// By worker: layer to the ascending ids of its experts held there; layers without any are left out.
    List<Map<Integer, List<Integer>>> byWorker() {
        int[][] counts = counts();
        List<Map<Integer, List<Integer>>> byWorker = new ArrayList<>();
        for (int worker = 0; worker < quotas.length; worker++) {
            byWorker.add(new TreeMap<>());
        }
        for (int layer = 0; layer < owners.length; layer++) {
            int[] placed = place(owners[layer], counts[layer]);
            for (int expert = 0; expert < expertCount; expert++) {
                byWorker.get(placed[expert])
                        .computeIfAbsent(layer, absent -> new ArrayList<>())
                        .add(expert);
            }
        }
        return byWorker;
    }

    /// By layer and worker: how many of the layer's experts go there.
    private int[][] counts() {
        int layers = owners.length;
        int[] shares = Arrays.stream(quotas).map(quota -> quota / layers).toArray();
        int[] extras = Arrays.stream(quotas).map(quota -> quota % layers).toArray();
        boolean[][] heldBefore = new boolean[layers][quotas.length];
        for (int layer = 0; layer < layers; layer++) {
            for (int worker = 0; worker < quotas.length; worker++) {
                heldBefore[layer][worker] = count(owners[layer], worker) > shares[worker];
            }
        }
        int extrasPerLayer = expertCount - Arrays.stream(shares).sum();
        boolean[][] given = ExtraExperts.give(extrasPerLayer, heldBefore, extras);
        int[][] counts = new int[layers][];
        for (int layer = 0; layer < layers; layer++) {
            boolean[] extra = given[layer];
            counts[layer] = shares.clone();
            Arrays.setAll(counts[layer], worker -> shares[worker] + (extra[worker] ? 1 : 0));
        }
        return counts;
    }

    /// The worker of each expert of one layer: first those that stay, then the rest in id order.
    private static int[] place(int[] owners, int[] counts) {
        int[] room = counts.clone();
        int[] placed = new int[owners.length];
        Arrays.fill(placed, NOBODY);
        for (int expert = 0; expert < owners.length; expert++) {
            int owner = owners[expert];
            if (owner != NOBODY && room[owner] > 0) {
                placed[expert] = owner;
                room[owner]--;
            }
        }
        int worker = 0;
        for (int expert = 0; expert < owners.length; expert++) {
            if (placed[expert] == NOBODY) {
                while (room[worker] == 0) {
                    worker++;
                }
                placed[expert] = worker;
                room[worker]--;
            }
        }
        return placed;
    }

    private static int count(int[] layerOwners, int worker) {
        int count = 0;
        for (int owner : layerOwners) {
            count += owner == worker ? 1 : 0;
        }
        return count;
    }
}
