package io.thunderhead.coordinator.schedule;

import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.schedule.AdmissionDecision.Admitted;
import io.thunderhead.coordinator.schedule.AdmissionPolicy.Load;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Counts who waits, so that callers are refused in their own thread without asking the engine. Thread-safe; locked
/// for a moment once a request, never by a step.
final class AdmissionGate {
    private final AdmissionPolicy policy;
    private final Map<String, Integer> waitingByClient = new HashMap<>();
    private int waiting;
    private boolean shuttingDown;
    private @Nullable Capacity capacity;

    AdmissionGate(AdmissionPolicy policy) {
        this.policy = policy;
    }

    /// Who is admitted [#leave]s at its first step or at its end, whichever comes first.
    synchronized AdmissionDecision enter(GenerationRequest request) {
        int waitingOfClient = waitingByClient.getOrDefault(request.client(), 0);
        AdmissionDecision decision = policy.decide(request, new Load(shuttingDown, capacity, waiting, waitingOfClient));
        if (decision instanceof Admitted) {
            waiting++;
            waitingByClient.put(request.client(), waitingOfClient + 1);
        }
        return decision;
    }

    synchronized void leave(String client) {
        waiting--;
        waitingByClient.computeIfPresent(client, (name, count) -> count == 1 ? null : count - 1);
    }

    synchronized void planned(Capacity capacity) {
        this.capacity = capacity;
    }

    synchronized void shutDown() {
        shuttingDown = true;
    }

    /// Most tokens of a sequence under the newest plan, or that the model allows while there is none.
    synchronized int contextMax() {
        return capacity == null ? policy.contextMax() : Math.min(policy.contextMax(), capacity.tokensMax());
    }

    synchronized int waiting() {
        return waiting;
    }
}
