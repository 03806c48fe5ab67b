package io.thunderhead.cluster.membership;

/// What a node does; its text form is used in config, logs and on the command line.
public enum NodeRole {
    COORDINATOR("coordinator"),
    ATTENTION_WORKER("attention-worker"),
    EXPERT_WORKER("expert-worker");

    private final String text;

    NodeRole(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
