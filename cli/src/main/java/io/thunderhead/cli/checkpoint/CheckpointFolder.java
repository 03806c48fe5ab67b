package io.thunderhead.cli.checkpoint;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// Turns what a user names into a folder that can be mapped. Weights that are kept compressed (`*.safetensors.gz`, as
/// in the shipped checkpoint) are unpacked once under `.thunderhead/models`; processes that do so at the same time do
/// not disturb each other.
public final class CheckpointFolder {
    private static final String WORKING = ".thunderhead";
    private static final String PACKED = ".safetensors.gz";

    private final Path home;

    /// @param home of the installation: relative names are looked up there after the working directory
    public CheckpointFolder(Path home) {
        this.home = home;
    }

    /// Of this process: where the launcher lies, else the working directory.
    public static CheckpointFolder ofProcess() {
        return new CheckpointFolder(
                Path.of(System.getProperty("thunderhead.home", "")).toAbsolutePath());
    }

    public Path home() {
        return home;
    }

    /// Where a command may keep files of its own, beside the launcher's; not created.
    public Path working(String name) {
        return home.resolve(WORKING).resolve(name);
    }

    /// The folder as it is, perhaps with packed weights. Throws CHECKPOINT_INVALID if there is none.
    public Path find(Path named) {
        Path folder = Files.isDirectory(named) ? named : home.resolve(named);
        if (!Files.isDirectory(folder)) {
            throw new ServingException(
                    ErrorCode.CHECKPOINT_INVALID, "no folder " + named + ", neither here nor in " + home);
        }
        return folder;
    }

    /// A folder of plain files. Throws CHECKPOINT_INVALID if there is no such folder or it cannot be unpacked.
    public Path resolve(Path named) {
        Path folder = find(named);
        try {
            List<Path> packed = files(folder).filter(CheckpointFolder::isPacked).toList();
            return packed.isEmpty() ? folder : unpackOnce(folder, packed);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.CHECKPOINT_INVALID, folder + ": cannot unpack: " + e, e);
        }
    }

    private Path unpackOnce(Path folder, List<Path> packed) throws IOException {
        String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
        Path unpacked = working("models").resolve(fingerprint(packed)).resolve(name);
        if (!Files.isDirectory(unpacked)) {
            Path parent = Files.createDirectories(unpacked.resolveSibling(""));
            Path fresh = Files.createTempDirectory(parent, "unpacking-");
            unpack(folder, fresh);
            moveUnlessThere(fresh, unpacked);
        }
        return unpacked;
    }

    private static void unpack(Path folder, Path into) throws IOException {
        for (Path file : files(folder).toList()) {
            String name = String.valueOf(file.getFileName());
            if (isPacked(file)) {
                String plain = name.substring(0, name.length() - ".gz".length());
                try (InputStream weights = new GZIPInputStream(Files.newInputStream(file), 1 << 16)) {
                    Files.copy(weights, into.resolve(plain));
                }
            } else {
                Files.copy(file, into.resolve(name));
            }
        }
    }

    /// Whoever is first wins; the folders are the same.
    private static void moveUnlessThere(Path fresh, Path unpacked) throws IOException {
        try {
            Files.move(fresh, unpacked, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            delete(fresh);
            if (!Files.isDirectory(unpacked)) {
                throw e;
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /// Changes when the packed files do.
    private static String fingerprint(List<Path> packed) throws IOException {
        CRC32 crc = new CRC32();
        for (Path file : packed) {
            String entry = file.getFileName() + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
            crc.update(entry.getBytes(StandardCharsets.UTF_8));
        }
        return Long.toHexString(crc.getValue());
    }

    private static Stream<Path> files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isRegularFile).sorted().toList().stream();
        }
    }

    private static boolean isPacked(Path file) {
        @Nullable Path name = file.getFileName();
        return name != null && name.toString().endsWith(PACKED);
    }
}
