package io.thunderhead.transport.shm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A worker's own folder in shared memory (or, without `/dev/shm`, among the temporary files), for its owner only. What
/// a killed process left is removed by the next one that makes a folder: a living one holds a lock in it.
final class RingFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RingFolder.class);
    private static final String PREFIX = "thunderhead-";
    private static final String LOCK = "lock";

    /// Folders of this process: to open the lock of one would be to lose it.
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lock;

    private RingFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    static RingFolder create() throws IOException {
        Path shared = Path.of("/dev/shm");
        return create(Files.isWritable(shared) ? shared : Path.of(System.getProperty("java.io.tmpdir")));
    }

    static RingFolder create(Path parent) throws IOException {
        removeAbandoned(parent);
        Path path = Files.createTempDirectory(
                parent, PREFIX, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        OWN.add(path);
        Path unlocked = path.resolve("lock.new");
        FileChannel lock = FileChannel.open(unlocked, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        lock.lock();
        Files.move(unlocked, path.resolve(LOCK));
        return new RingFolder(path, lock);
    }

    Path path() {
        return path;
    }

    private static void removeAbandoned(Path parent) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path folder : folders) {
                if (abandoned(folder)) {
                    remove(folder);
                    LOG.info("removed {}, which a killed process had left", folder);
                }
            }
        } catch (IOException e) {
            LOG.info("cannot look for abandoned shared memory in {}: {}", parent, e.getMessage());
        }
    }

    private static boolean abandoned(Path folder) {
        if (OWN.contains(folder)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock taken = channel.tryLock()) {
            return taken != null;
        } catch (IOException e) {
            return false; // of another user, or just being made
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }

    @Override
    public void close() {
        try {
            remove(path);
            lock.close();
            OWN.remove(path);
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", path, e.getMessage());
        }
    }
}
