package io.thunderhead.coordinator.schedule;

import java.util.LinkedHashMap;
import java.util.Map;

/// Remembers which client's prompts were read when. Owner: engine thread.
final class ClientTurns {
    private static final int CLIENTS_REMEMBERED = 4096;
    private static final Turn NEVER = new Turn(0, 0);

    private final Map<String, Turn> turns = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Turn> eldest) {
            return size() > CLIENTS_REMEMBERED;
        }
    };
    private long latest;

    /// @param number grows with every turn of any client; the smallest is next
    /// @param taken turns of this client
    record Turn(long number, long taken) {
        Turn next(long number) {
            return new Turn(number, taken + 1);
        }
    }

    Turn of(String client) {
        return turns.getOrDefault(client, NEVER);
    }

    long latest() {
        return latest;
    }

    void take(Map<String, Turn> taken) {
        taken.forEach((client, turn) -> {
            turns.remove(client);
            turns.put(client, turn);
            latest = Math.max(latest, turn.number());
        });
    }
}
