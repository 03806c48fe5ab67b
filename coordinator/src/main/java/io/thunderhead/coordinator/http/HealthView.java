package io.thunderhead.coordinator.http;

import java.util.List;

/// Whether requests can be served. Asked on every probe from the server's own threads: must not wait.
@FunctionalInterface
public interface HealthView {
    /// What is missing before requests can be served; empty = ready.
    List<Missing> missing();

    /// @param what the part: `stage 2`
    /// @param why what is known of it: `no worker has joined`
    record Missing(String what, String why) {}
}
