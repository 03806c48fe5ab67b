package io.thunderhead.helm;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Runs rendered pods with podman and runc, with a storage of its own: image, arguments, environment, user, rights,
/// file system and volumes and the limit of memory are what the pod says.
@SuppressWarnings("try") // closing waits for a program and may be interrupted
final class Podman implements AutoCloseable {
    private final Path storage;
    private final List<String> program;
    private final List<String> containers = new ArrayList<>();

    /// What a cluster gives a pod beside what the pod says of itself.
    ///
    /// @param environment all of its variables, with values
    /// @param network path of its network namespace
    /// @param hosts lines `name:address` that name resolution knows
    /// @param volumes folders with what volumes have, by their names
    /// @param account folder of the service account, by the path where it is mounted; empty = no account
    record Surroundings(
            Map<String, String> environment,
            String network,
            List<String> hosts,
            Map<String, Path> volumes,
            Map<String, Path> account) {}

    Podman(Path storage) {
        this.storage = storage;
        program = List.of(
                "podman",
                "--root=" + storage.resolve("root"),
                "--runroot=" + storage.resolve("run"),
                "--runtime=runc",
                "--cgroup-manager=cgroupfs");
    }

    /// Name of the image in the archive.
    String load(Path archive) throws IOException, InterruptedException {
        String said = podman("load", "--quiet", "--input=" + archive);
        return said.substring(said.lastIndexOf(": ") + 2).strip();
    }

    void start(String podName, PodSpec pod, String image, Surroundings surroundings)
            throws IOException, InterruptedException {
        containers.add(podName);
        podman(command(podName, pod, image, surroundings, "--detach"));
    }

    /// Runs a pod to its end, which must be a success; returns what it wrote.
    String run(String podName, PodSpec pod, String image, Surroundings surroundings)
            throws IOException, InterruptedException {
        return podman(command(podName, pod, image, surroundings, "--rm"));
    }

    private List<String> command(String podName, PodSpec pod, String image, Surroundings surroundings, String option) {
        Container container = pod.getContainers().getFirst();
        List<String> command = new ArrayList<>(List.of(
                "run",
                option,
                "--name=" + podName,
                "--hostname=" + podName,
                "--network=ns:" + surroundings.network(),
                "--memory=" + memoryBytes(container),
                "--ulimit=nofile=20000:20000",
                "--ulimit=nproc=4000:4000",
                "--user=" + pod.getSecurityContext().getRunAsUser() + ":"
                        + pod.getSecurityContext().getRunAsGroup(),
                "--read-only=" + container.getSecurityContext().getReadOnlyRootFilesystem(),
                "--read-only-tmpfs=false",
                "--security-opt=no-new-privileges"));
        container.getSecurityContext().getCapabilities().getDrop().forEach(right -> command.add("--cap-drop=" + right));
        surroundings.environment().forEach((name, value) -> command.add("--env=" + name + "=" + value));
        surroundings.hosts().forEach(host -> command.add("--add-host=" + host));
        for (VolumeMount mount : container.getVolumeMounts()) {
            command.add(mount(mount, volume(pod, mount.getName()), surroundings.volumes()));
        }
        surroundings.account().forEach((path, folder) -> command.add(readOnly(folder, path)));
        command.add(image);
        command.addAll(container.getArgs());
        return command;
    }

    private static long memoryBytes(Container container) {
        return Quantity.getAmountInBytes(container.getResources().getLimits().get("memory"))
                .longValueExact();
    }

    private String mount(VolumeMount mount, Volume volume, Map<String, Path> folders) {
        if (volume.getEmptyDir() != null) {
            return "--volume=" + emptyFolder() + ":" + mount.getMountPath() + ":rw";
        }
        return readOnly(Objects.requireNonNull(folders.get(volume.getName()), volume.getName()), mount.getMountPath());
    }

    private static String readOnly(Path folder, String path) {
        return "--volume=" + folder + ":" + path + ":ro";
    }

    /// As the kubelet makes one: everyone may write.
    private Path emptyFolder() {
        try {
            Path empty = Files.createTempDirectory(storage, "empty-");
            return Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("rwxrwxrwx"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Volume volume(PodSpec pod, String name) {
        return pod.getVolumes().stream()
                .filter(volume -> volume.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    String logs(String podName) throws IOException, InterruptedException {
        return podman(List.of("logs", podName));
    }

    /// Sends SIGTERM and goes on.
    void terminate(String podName) throws IOException, InterruptedException {
        podman(List.of("kill", "--signal=TERM", podName));
    }

    /// Sends SIGTERM, and SIGKILL after the grace; returns the exit code.
    int stop(String podName, long graceSeconds) throws IOException, InterruptedException {
        podman(List.of("stop", "--time=" + graceSeconds, podName));
        return Integer.parseInt(podman(List.of("inspect", "--format={{.State.ExitCode}}", podName))
                .strip());
    }

    private String podman(String... arguments) throws IOException, InterruptedException {
        return podman(List.of(arguments));
    }

    private String podman(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(arguments);
        return Shell.run(command);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (String container : containers) {
            podman("rm", "--force", "--ignore", "--time=0", container);
        }
        podman("rmi", "--all", "--force");
    }
}
