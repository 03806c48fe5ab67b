package io.thunderhead.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The machine that the benchmark runs on.
///
/// @param cpu as the system names it
/// @param cores that this process may use
record Machine(String cpu, int cores, long memoryBytes) {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final String MODEL_NAME = "model name";

    static Machine here() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(cpuName(), Runtime.getRuntime().availableProcessors(), system.getTotalMemorySize());
    }

    private static String cpuName() {
        String architecture = System.getProperty("os.arch");
        try (Stream<String> lines = Files.lines(CPUINFO)) {
            return lines.filter(line -> line.startsWith(MODEL_NAME))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(architecture);
        } catch (IOException e) {
            return architecture; // not Linux
        }
    }
}
