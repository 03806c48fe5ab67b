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

/// Runs rendered pods with podman and runc, with a storage of its own: image, arguments, environment, user, rights,
/// file system and
/// volumes and the limit of memory are what the pod says.
@SuppressWarnings("try") // closing waits for a program and may be interrupted
final class Podman implements AutoCloseable {
    private final Path storage;
    private final List<String> program;
    private final List<String> containers = new ArrayList<>();

    Podman(Path storage) {
        this.storage = storage;
        program = List.of(
                "podman",
                "--root=" + storage.resolve("root"),
                "--runroot=" + storage.resolve("run"),
                "--storage-driver=vfs",
                "--runtime=runc",
                "--cgroup-manager=cgroupfs");
    }

    /// Name of the image in the archive.
    String load(Path archive) throws IOException, InterruptedException {
        String said = podman("load", "--quiet", "--input=" + archive);
        return said.substring(said.lastIndexOf(": ") + 2).strip();
    }

    /// @param configFolder what the volume of the ConfigMap has
    void start(
            String podName,
            PodSpec pod,
            String image,
            Map<String, String> environment,
            Path configFolder,
            String network,
            Map<String, String> hosts)
            throws IOException, InterruptedException {
        Container container = pod.getContainers().getFirst();
        List<String> command = new ArrayList<>(List.of(
                "run",
                "--detach",
                "--name=" + podName,
                "--hostname=" + podName,
                "--network=ns:" + network,
                "--memory="
                        + Quantity.getAmountInBytes(
                                        container.getResources().getLimits().get("memory"))
                                .longValueExact(),
                "--ulimit=nofile=20000:20000",
                "--ulimit=nproc=4000:4000",
                "--user=" + pod.getSecurityContext().getRunAsUser() + ":"
                        + pod.getSecurityContext().getRunAsGroup(),
                "--read-only=" + container.getSecurityContext().getReadOnlyRootFilesystem(),
                "--read-only-tmpfs=false",
                "--security-opt=no-new-privileges"));
        container.getSecurityContext().getCapabilities().getDrop().forEach(right -> command.add("--cap-drop=" + right));
        environment.forEach((name, value) -> command.add("--env=" + name + "=" + value));
        hosts.forEach((name, address) -> command.add("--add-host=" + name + ":" + address));
        for (VolumeMount mount : container.getVolumeMounts()) {
            command.add(mount(mount, volume(pod, mount.getName()), configFolder));
        }
        command.add(image);
        command.addAll(container.getArgs());
        podman(command.toArray(String[]::new));
        containers.add(podName);
    }

    private String mount(VolumeMount mount, Volume volume, Path configFolder) {
        if (volume.getEmptyDir() != null) {
            return "--volume=" + emptyFolder() + ":" + mount.getMountPath() + ":rw";
        }
        if (volume.getConfigMap() != null) {
            return "--volume=" + configFolder + ":" + mount.getMountPath() + ":ro";
        }
        throw new AssertionError("no way to mount " + volume);
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
        return podman("logs", podName);
    }

    /// Sends SIGTERM and waits; returns the exit code.
    int stop(String podName, long graceSeconds) throws IOException, InterruptedException {
        podman("stop", "--time=" + graceSeconds, podName);
        return Integer.parseInt(
                podman("inspect", "--format={{.State.ExitCode}}", podName).strip());
    }

    private String podman(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(arguments));
        return Shell.run(command);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (String container : containers) {
            podman("rm", "--force", "--time=0", container);
        }
        podman("rmi", "--all", "--force");
    }
}
