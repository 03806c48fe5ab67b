package io.thunderhead.cli.node;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a process has opened, closed in reverse order; one that fails to close does not keep the others open.
final class OwnedResources implements RunningNode {
    private static final Logger log = LoggerFactory.getLogger(OwnedResources.class);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    <R extends AutoCloseable> R add(R resource) {
        open.push(resource);
        return resource;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable resource = open.pop();
            try {
                resource.close();
            } catch (Exception e) {
                log.warn("closing {} failed", resource.getClass().getSimpleName(), e);
            }
        }
    }
}
