package io.thunderhead.cluster.kubernetes;

import java.io.IOException;

/// The labels of this process's own pod.
interface PodLabels {
    /// Sets the label to "true", or removes it. Waits for the API server's answer; throws if that is no.
    void set(String label, boolean present) throws IOException, InterruptedException;
}
