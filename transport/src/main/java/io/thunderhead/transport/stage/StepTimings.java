package io.thunderhead.transport.stage;

/// Where a stage spent a step, in nanoseconds of its engine thread; parts need not add up to the total.
///
/// @param queueNanos waiting for the hidden rows of the stage before
/// @param attentionNanos norms, attention, router
/// @param exchangeNanos dispatch to combine, less what the slowest expert worker computed
/// @param expertNanos compute of the slowest expert worker of each layer, added
/// @param headNanos final norm, logits and sampling
public record StepTimings(
        long totalNanos, long queueNanos, long attentionNanos, long exchangeNanos, long expertNanos, long headNanos) {
    public static final StepTimings ZERO = new StepTimings(0, 0, 0, 0, 0, 0);

    public StepTimings plus(StepTimings other) {
        return new StepTimings(
                totalNanos + other.totalNanos,
                queueNanos + other.queueNanos,
                attentionNanos + other.attentionNanos,
                exchangeNanos + other.exchangeNanos,
                expertNanos + other.expertNanos,
                headNanos + other.headNanos);
    }
}
