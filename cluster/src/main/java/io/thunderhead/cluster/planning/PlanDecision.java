package io.thunderhead.cluster.planning;

import io.thunderhead.cluster.placement.Plan;

/// What the leader is to do about the plan now.
public sealed interface PlanDecision {
    /// Nothing can be done yet.
    ///
    /// @param missing what it waits for, for people
    record Wait(String missing) implements PlanDecision {}

    record Publish(Plan plan) implements PlanDecision {}

    /// The plan in force stands, or this node does not lead.
    record Keep() implements PlanDecision {}
}
