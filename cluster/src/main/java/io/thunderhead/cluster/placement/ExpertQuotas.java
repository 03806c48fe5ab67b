package io.thunderhead.cluster.placement;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// How many experts each worker gets in all: as equal as their capacities allow.
final class ExpertQuotas {
    private ExpertQuotas() {}

    /// @param capacities experts that fit on each worker; their sum is at least `total`
    /// @param held experts each worker has now: those with more of them take the remainder
    static int[] divide(int total, int[] capacities, int[] held) {
        int[] quotas = new int[capacities.length];
        List<Integer> open = IntStream.range(0, capacities.length).boxed().toList();
        int remaining = total;
        while (true) {
            int share = remaining / open.size();
            List<Integer> full =
                    open.stream().filter(worker -> capacities[worker] <= share).toList();
            if (full.isEmpty()) {
                break;
            }
            for (int worker : full) {
                quotas[worker] = capacities[worker];
                remaining -= capacities[worker];
            }
            open = open.stream().filter(worker -> capacities[worker] > share).toList();
            if (open.isEmpty()) {
                return quotas;
            }
        }
        int share = remaining / open.size();
        open.forEach(worker -> quotas[worker] = share);
        open.stream()
                .sorted(Comparator.comparingInt((Integer worker) -> -held[worker]))
                .limit(remaining % open.size())
                .forEach(worker -> quotas[worker]++);
        return quotas;
    }
}
