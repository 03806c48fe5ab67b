package io.thunderhead.helm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A bridge of this machine and on it one network namespace for each pod, as a cluster's network gives it; nothing
/// leads outside.
@SuppressWarnings("try") // closing waits for a program and may be interrupted
final class PodNetwork implements AutoCloseable {
    private static final String PREFIX = "10.231.77.";

    /// This machine, as pods see it.
    static final String MACHINE = PREFIX + "1";

    static final String FIRST_POD = PREFIX + "2";

    private final String bridge;
    private final List<String> namespaces = new ArrayList<>();

    PodNetwork() throws IOException, InterruptedException {
        bridge = "th" + ProcessHandle.current().pid() % 1_000_000;
        ip("link", "add", bridge, "type", "bridge");
        ip("addr", "add", MACHINE + "/24", "dev", bridge);
        ip("link", "set", bridge, "up");
    }

    /// The address that the next pod will have.
    String nextAddress() {
        return address(namespaces.size());
    }

    /// The address of the pod that is added after so many others.
    String address(int index) {
        return PREFIX + (index + 2);
    }

    /// Path of a new namespace that has the next address.
    String addPod() throws IOException, InterruptedException {
        String address = nextAddress();
        String name = bridge + "-" + namespaces.size();
        String outside = bridge + "v" + namespaces.size();
        ip("netns", "add", name);
        namespaces.add(name);
        ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name);
        ip("link", "set", outside, "master", bridge, "up");
        ip("-n", name, "addr", "add", address + "/24", "dev", "eth0");
        ip("-n", name, "link", "set", "eth0", "up");
        ip("-n", name, "link", "set", "lo", "up");
        return "/run/netns/" + name;
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Shell.run(command);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (String namespace : namespaces) {
            ip("netns", "del", namespace);
        }
        ip("link", "del", bridge);
    }
}
