package io.thunderhead.cli.local;

import io.thunderhead.core.config.Bytes;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A node to run as a JVM of its own: the same java, class path and flags as this process.
///
/// @param name shown before its log lines: `expert-0`
/// @param environment all of it; nothing is inherited
/// @param heap its -Xmx
/// @param stopOrder children of a lower number are stopped first
public record ChildProgram(
        String name,
        String mainClass,
        List<String> arguments,
        Map<String, String> environment,
        Bytes heap,
        int stopOrder) {
    public ChildProgram {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
    }

    List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (isForChildren(flag)) {
                command.add(flag);
            }
        }
        command.add("-Xmx" + heap.value());
        command.add("-D" + ParentWatch.SUPERVISED + "=true");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.addAll(arguments);
        return command;
    }

    /// Not the parent's heap size, nor a debugger's port that can be bound only once.
    private static boolean isForChildren(String flag) {
        return !flag.startsWith("-Xmx") && !flag.startsWith("-Xms") && !flag.startsWith("-agentlib:jdwp");
    }
}
