package io.thunderhead.cli.node;

import com.sun.management.OperatingSystemMXBean;
import io.thunderhead.core.config.Bytes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// Memory of this machine.
final class HostMemory {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";
    private static final double USABLE = 0.8;

    private HostMemory() {}

    /// What a worker may use when it is one of `sharers` on this machine: an equal part of 80 % of what is available.
    static Bytes share(int sharers) {
        return new Bytes((long) (available() * USABLE / sharers));
    }

    /// Linux counts the page cache, which the kernel gives back, as available; elsewhere only free memory is known.
    private static long available() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try {
            for (String line : Files.readAllLines(MEMINFO)) {
                if (line.startsWith(AVAILABLE)) {
                    long kibibytes = Long.parseLong(
                            line.substring(AVAILABLE.length()).replace("kB", "").strip());
                    return Math.min(kibibytes << 10, system.getTotalMemorySize());
                }
            }
        } catch (IOException | NumberFormatException e) {
            return system.getFreeMemorySize();
        }
        return system.getFreeMemorySize();
    }
}
