package io.thunderhead.core.id;

/// Name of a node, unique in the cluster and stable over restarts of the same node: `expert-3`.
public record NodeId(String value) implements Comparable<NodeId> {
    public NodeId {
        if (!value.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
            throw new IllegalArgumentException(
                    "node id: expected up to 63 letters, digits, '.', '_' or '-', got '" + value + "'");
        }
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
