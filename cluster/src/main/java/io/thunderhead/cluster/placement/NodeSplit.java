package io.thunderhead.cluster.placement;

import io.thunderhead.cluster.membership.NodeInfo;
import io.thunderhead.cluster.membership.NodeRole;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.model.config.LayerRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Hardware one does not have, as workers to plan with: every node runs an attention worker and an expert worker, and
/// its memory is divided between the two so that the stages fit first, then the experts; what then is left goes to the
/// attention worker, for KV pages.
public record NodeSplit(List<NodeInfo> attentionWorkers, List<NodeInfo> expertWorkers) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\s*[xX]\\s*(\\S.*)");

    public NodeSplit {
        attentionWorkers = List.copyOf(attentionWorkers);
        expertWorkers = List.copyOf(expertWorkers);
    }

    /// Memory of each node of a text like `8x80GB` or `4x80GB,2x40GB`.
    public static List<Bytes> parseNodes(String text) {
        List<Bytes> nodes = new ArrayList<>();
        for (String group : text.split(",", -1)) {
            Matcher form = FORM.matcher(group.strip());
            if (!form.matches()) {
                throw new IllegalArgumentException(
                        "nodes: expected a count and a memory like 8x80GB, got '" + text + "'");
            }
            nodes.addAll(Collections.nCopies(Integer.parseInt(form.group(1)), Bytes.parse(form.group(2))));
        }
        return List.copyOf(nodes);
    }

    public static NodeSplit of(MemoryModel memory, PlacementOptions options, List<Bytes> nodes) {
        long[] whole = nodes.stream().mapToLong(Bytes::value).toArray();
        long[] attention = attentionNeeds(memory, options, whole);
        long[] experts = new long[whole.length];
        Arrays.setAll(experts, node -> whole[node] - attention[node]);
        NodeSplit tight = of(attention, experts);
        return switch (Placement.plan(memory, options, tight.attentionWorkers, tight.expertWorkers, Optional.empty())) {
            case PlacementResult.Refused _ -> tight;
            case PlacementResult.Placed(Plan plan) -> {
                long work = memory.expertWorkBytes(options.batchTokens());
                Arrays.setAll(experts, node -> plan.experts().get(node).weightBytes() + work);
                Arrays.setAll(attention, node -> whole[node] - experts[node]);
                yield of(attention, experts);
            }
        };
    }

    /// What each node's stage takes with the room asked for; all there is if the stages do not fit at all.
    private static long[] attentionNeeds(MemoryModel memory, PlacementOptions options, long[] whole) {
        int[] nobody = new int[memory.model().layerCount()];
        Arrays.fill(nobody, -1);
        StageCosts costs = new StageCosts(memory, options, options.maxSequences());
        Optional<List<@Nullable LayerRange>> cut = new StageCut(costs, whole, nobody).best();
        if (cut.isEmpty()) {
            return whole.clone();
        }
        long[] needs = new long[whole.length];
        for (int node = 0; node < whole.length; node++) {
            LayerRange layers = cut.get().get(node);
            needs[node] = layers == null ? 0 : costs.total(layers.first(), layers.end());
        }
        return needs;
    }

    private static NodeSplit of(long[] attention, long[] experts) {
        return new NodeSplit(
                workers("attention", NodeRole.ATTENTION_WORKER, attention),
                workers("expert", NodeRole.EXPERT_WORKER, experts));
    }

    private static List<NodeInfo> workers(String name, NodeRole role, long[] memoryBytes) {
        List<NodeInfo> workers = new ArrayList<>();
        int digits = Integer.toString(memoryBytes.length - 1).length();
        for (int node = 0; node < memoryBytes.length; node++) {
            // leading zeros keep the order of ids the order of nodes
            String number = ("%0" + digits + "d").formatted(node);
            String host = "node-" + number;
            workers.add(new NodeInfo(
                    new NodeId(name + "-" + number),
                    "hypothetical",
                    role,
                    new HostPort(host, 0),
                    memoryBytes[node],
                    "hypothetical",
                    host,
                    "hypothetical"));
        }
        return workers;
    }
}
