package io.thunderhead.metrics;

import java.util.List;

/// Every family that a node exposes, but those of the JVM and of [VllmNames]. docs/METRICS.md is the same list.
public final class Families {
    /// From a token's time to an hour.
    private static final List<Double> REQUEST_SECONDS = List.of(
            0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0, 150.0, 400.0, 1000.0, 3600.0);
    private static final List<Double> TOKEN_SECONDS =
            List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0);
    private static final List<Double> STEP_SECONDS =
            List.of(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 25.0);
    /// Few, because there is a histogram for every layer.
    private static final List<Double> ROUND_SECONDS =
            List.of(0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0);
    private static final List<Double> ROWS = List.of(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 2048.0);

    // Every node

    public static final Family NODE_INFO = Family.gauge(
            "thunderhead_node_info", "1; says what the node is and which model it serves", "role", "model", "version");
    public static final Family NODE_READY = Family.gauge(
            "thunderhead_node_ready",
            "Worker: 1 when it holds all that its plan gives it; coordinator: 1 when requests can be served");
    public static final Family PLAN_EPOCH =
            Family.gauge("thunderhead_plan_epoch", "Epoch of the newest plan that the node knows; 0 = none yet");

    // Workers

    public static final Family WEIGHTS_LOADED = Family.gauge(
            "thunderhead_weights_loaded_bytes", "Bytes of checkpoint tensors loaded of what the newest plan gives it");
    public static final Family WEIGHTS_PLANNED = Family.gauge(
            "thunderhead_weights_planned_bytes", "Bytes of checkpoint tensors that the newest plan gives it");

    // Coordinator: requests

    public static final Family REQUESTS = Family.counter(
            "thunderhead_requests",
            "Requests that ended, by the API they came over (http, grpc) and outcome: ok, or the error code",
            "api",
            "outcome");
    public static final Family SEQUENCES_ENDED = Family.counter(
            "thunderhead_sequences_ended",
            "Sequences (choices of requests) that ended after they were admitted: stop, length, cancelled, failed",
            "reason");
    public static final Family PROMPT_TOKENS =
            Family.counter("thunderhead_prompt_tokens", "Prompt tokens of sequences that had their first step");
    public static final Family CACHED_TOKENS = Family.counter(
            "thunderhead_prompt_tokens_cached", "Prompt tokens that were not computed because a snapshot held them");
    public static final Family GENERATED_TOKENS =
            Family.counter("thunderhead_generated_tokens", "Tokens delivered to requests; replays are not counted");
    public static final Family COMPUTED_TOKENS =
            Family.counter("thunderhead_computed_tokens", "Rows sent to the stages, replays included");
    public static final Family TIME_TO_FIRST_TOKEN = Family.histogram(
            "thunderhead_time_to_first_token_seconds",
            REQUEST_SECONDS,
            "From a sequence's admission to its first token");
    public static final Family INTER_TOKEN = Family.histogram(
            "thunderhead_inter_token_seconds", TOKEN_SECONDS, "Between two tokens of a sequence, one after the other");
    public static final Family END_TO_END = Family.histogram(
            "thunderhead_end_to_end_seconds",
            REQUEST_SECONDS,
            "From a sequence's admission to its end, whatever that was");
    public static final Family QUEUE_TIME = Family.histogram(
            "thunderhead_queue_seconds", REQUEST_SECONDS, "From a sequence's admission to its first step");

    // Coordinator: scheduler

    public static final Family RUNNING =
            Family.gauge("thunderhead_sequences_running", "Sequences that hold state on the workers");
    public static final Family WAITING = Family.gauge(
            "thunderhead_sequences_waiting", "Sequences that hold none: new, preempted, or to be replayed");
    public static final Family WAITING_MAX =
            Family.gauge("thunderhead_sequences_waiting_max", "The setting scheduler.max-waiting");
    public static final Family STEPS_IN_FLIGHT =
            Family.gauge("thunderhead_steps_in_flight", "Steps that some stage has not answered for");
    public static final Family KV_RESERVED = Family.gauge(
            "thunderhead_kv_pages_reserved", "KV pages of 256 tokens that running sequences have reserved");
    public static final Family KV_CAPACITY = Family.gauge(
            "thunderhead_kv_pages_capacity",
            "KV pages of the stage with the fewest; 0 while no stages are connected or none needs pages");
    public static final Family STEPS = Family.counter("thunderhead_steps", "Steps sent to the stages");
    public static final Family FAILED_STEPS =
            Family.counter("thunderhead_steps_failed", "Steps that a stage answered with an error");
    public static final Family PREEMPTIONS = Family.counter(
            "thunderhead_preemptions", "Sequences that gave up their state for others because pages ran out");
    public static final Family REPLAYS = Family.counter(
            "thunderhead_replays", "Sequences that are computed again because a worker or a step was lost");
    public static final Family CLUSTER_NODES =
            Family.gauge("thunderhead_cluster_nodes", "Nodes that the coordinator sees, by role", "role");
    public static final Family CLUSTER_GAPS = Family.gauge(
            "thunderhead_cluster_gaps", "Parts of the model that no live worker holds; /health/ready names them");
    public static final Family LEADER =
            Family.gauge("thunderhead_leader", "1 on the coordinator that leads: it plans and runs steps");

    // Attention worker

    public static final Family STEP_TIME = Family.histogram(
            "thunderhead_step_seconds",
            STEP_SECONDS,
            "A step on this stage; kind decode (generated tokens only) or prefill (some prompt or replay)",
            "kind");
    public static final Family STEP_PHASE = Family.histogram(
            "thunderhead_step_phase_seconds",
            STEP_SECONDS,
            "Part of a step: queue (waiting for the stage before), attention (embedding, norms, attention,"
                    + " router), dispatch (rows to expert workers), experts (compute of each layer's slowest expert worker), combine (the"
                    + " rest of the wait for them), send (rows to the next stage), sampling (logits and choice)",
            "phase",
            "kind");
    public static final Family STAGE_TOKENS =
            Family.counter("thunderhead_stage_tokens", "Rows of finished steps of this stage", "kind");
    public static final Family STAGE_FAILED_STEPS =
            Family.counter("thunderhead_stage_steps_failed", "Steps that failed on this stage, by error code", "code");
    public static final Family STAGE_QUEUE =
            Family.gauge("thunderhead_stage_queue_steps", "Steps that wait for this stage's engine");
    public static final Family STAGE_SEQUENCES =
            Family.gauge("thunderhead_stage_sequences", "Sequences whose state this stage holds");
    public static final Family STAGE_PAGES =
            Family.gauge("thunderhead_stage_kv_pages_used", "KV pages in use on this stage");
    public static final Family STAGE_PAGES_CAPACITY =
            Family.gauge("thunderhead_stage_kv_pages_capacity", "KV pages that this stage has under its plan");
    public static final Family EXCHANGE_TIME = Family.histogram(
            "thunderhead_exchange_seconds",
            ROUND_SECONDS,
            "A layer's round to the expert workers, from the first dispatch to the last combined row",
            "layer");
    public static final Family EXCHANGE_ROWS =
            Family.counter("thunderhead_exchange_rows", "Rows that went through the experts of a layer", "layer");

    // Expert worker

    public static final Family EXPERT_ROWS = Family.counter(
            "thunderhead_expert_rows",
            "Rows that an expert computed; only experts that this worker holds have a series",
            "layer",
            "expert");
    public static final Family EXPERTS_HELD =
            Family.gauge("thunderhead_experts_held", "Experts (of all layers) that this worker holds");
    public static final Family DISPATCH_ROWS =
            Family.histogram("thunderhead_dispatch_rows", ROWS, "Rows of a dispatch that this worker answered");
    public static final Family DISPATCH_QUEUE_TIME = Family.histogram(
            "thunderhead_dispatch_queue_seconds", ROUND_SECONDS, "From a dispatch's arrival to the start of its work");
    public static final Family DISPATCH_COMPUTE_TIME =
            Family.histogram("thunderhead_dispatch_compute_seconds", ROUND_SECONDS, "Compute time of a dispatch");
    public static final Family DISPATCH_QUEUE =
            Family.gauge("thunderhead_dispatch_queue_dispatches", "Dispatches that wait for this worker's engine");
    public static final Family DISPATCH_FAILURES = Family.counter(
            "thunderhead_dispatches_failed", "Dispatches that were answered with an error, by its code", "code");

    private Families() {}
}
