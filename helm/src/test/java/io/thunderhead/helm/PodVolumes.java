package io.thunderhead.helm;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// Folders with what ConfigMap and secrets of a release have: those that it renders, and those that it only names.
final class PodVolumes {
    private final Path folder;
    private final Path config;
    private final Map<String, Map<String, String>> secrets = new HashMap<>();

    PodVolumes(Release release, Path folder) throws IOException {
        this.folder = folder;
        config = Files.createDirectories(folder.resolve("config"));
        release.writeConfig(config);
        release.all(Secret.class).forEach(secret -> add(secret.getMetadata().getName(), secret.getStringData()));
    }

    /// @param content file name to text
    void add(String secret, Map<String, String> content) {
        secrets.put(secret, content);
    }

    /// Folder of each volume of the pod that is not empty.
    Map<String, Path> of(PodSpec pod) {
        Map<String, Path> folders = new HashMap<>();
        for (Volume volume : pod.getVolumes()) {
            if (volume.getConfigMap() != null) {
                folders.put(volume.getName(), config);
            } else if (volume.getSecret() != null) {
                folders.put(
                        volume.getName(),
                        mounted(volume, pod.getSecurityContext().getFsGroup()));
            }
        }
        return folders;
    }

    /// As the kubelet does: files of the pod's group, with the mode of the volume.
    private Path mounted(Volume volume, long group) {
        String name = volume.getSecret().getSecretName();
        try {
            Path mounted = Files.createTempDirectory(folder, name);
            Files.setPosixFilePermissions(mounted, PosixFilePermissions.fromString("rwxr-xr-x"));
            for (Map.Entry<String, String> file :
                    Objects.requireNonNull(secrets.get(name), name).entrySet()) {
                Path path = Files.writeString(mounted.resolve(file.getKey()), file.getValue());
                Files.setAttribute(path, "unix:gid", Math.toIntExact(group));
                Files.setAttribute(path, "unix:mode", volume.getSecret().getDefaultMode());
            }
            return mounted;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
