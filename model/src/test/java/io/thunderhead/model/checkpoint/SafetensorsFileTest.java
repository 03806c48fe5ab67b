package io.thunderhead.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SafetensorsFileTest {
    @TempDir
    private Path directory;

    @Test
    void readsNamesShapesAndBytes() throws IOException {
        byte[] bytes = {1, 2, 3, 4, 5, 6};
        new SafetensorsWriter()
                .add("empty", "F32", List.of(0, 7), new byte[0])
                .add("a", "BF16", List.of(3), bytes)
                .write(path());

        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile file = SafetensorsFile.open(path(), arena);
            SafetensorsFile.Entry a = entry(file, "a");
            assertThat(file.entries().keySet()).containsExactly("empty", "a");
            assertThat(a).isEqualTo(new SafetensorsFile.Entry("a", "BF16", List.of(3), 0, 6));
            assertThat(file.bytes(a).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
            assertThat(file.bytes(a).isReadOnly()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "not json                                                            ; header: expected a JSON object",
                "[]                                                                  ; header: expected a JSON object, found array",
                "{} trailing                                                         ; header: expected a JSON object",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':1}        ; Duplicate",
                "{'a':{'dtype':'Q7','shape':[2],'data_offsets':[0,8]}}               ; tensor a: expected a known dtype, found \"Q7\"",
                "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}              ; expected 12 bytes for F32 [3], found 8 bytes",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,9]}}              ; tensor a: expected data_offsets within the file's 8 data bytes",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}              ; tensor a: expected data_offsets",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}}             ; tensor a: expected data_offsets",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}}                ; tensor a: expected data_offsets",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}             ; tensor a: expected a shape",
                "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}}            ; tensor a: expected a shape",
                "{'a':{'dtype':'F32','shape':'2','data_offsets':[0,8]}}              ; tensor a: expected a shape",
                "{'a':{'dtype':'F32','shape':[2147483647,2147483647,4,4],'data_offsets':[0,8]}} ; tensor a: expected -1 bytes",
                "{'a':3}                                                             ; tensor a: expected a known dtype",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}              ; data: expected 4 bytes by the header, found 8 bytes",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}              ; tensor a: expected data from offset 0, found a gap",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} ; tensor b: expected data from offset 8, found an overlap"
            })
    void refusesHeadersThatLie(String header, String message) throws IOException {
        Files.write(path(), SafetensorsWriter.file(header.replace('\'', '"'), new byte[8]));

        assertRefused(message);
    }

    @Test
    void refusesAHeaderLengthBeyondTheFile() throws IOException {
        for (long length : new long[] {3, 1L << 40, -1, Long.MIN_VALUE}) {
            Files.write(
                    path(),
                    ByteBuffer.allocate(10)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(length)
                            .put("{}".getBytes(StandardCharsets.UTF_8))
                            .array());
            assertRefused("header length: expected at most 2 bytes, found " + length);
        }
    }

    @Test
    void refusesTruncationAtEveryLength() throws IOException {
        byte[] whole = new SafetensorsWriter()
                .add("a", "F32", List.of(2, 2), new byte[16])
                .bytes();
        for (int length = 0; length < whole.length; length++) {
            Files.write(path(), Arrays.copyOf(whole, length));
            assertRefused(path().getFileName().toString());
        }
    }

    @Test
    void randomDamageGivesATypedErrorOrSuccess() throws IOException {
        byte[] whole = new SafetensorsWriter()
                .add("a", "F32", List.of(2, 2), new byte[16])
                .add("b", "BF16", List.of(3), new byte[6])
                .bytes();
        for (int seed = 0; seed < 3000; seed++) {
            Files.write(path(), damaged(whole, new Random(seed)));
            try (Arena arena = Arena.ofConfined()) {
                SafetensorsFile file = SafetensorsFile.open(path(), arena);
                file.entries().values().forEach(entry -> file.bytes(entry).toArray(ValueLayout.JAVA_BYTE));
            } catch (ServingException e) {
                assertThat(e.code()).as("seed %d", seed).isEqualTo(ErrorCode.CHECKPOINT_INVALID);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void mapsMoreThanTwoGibibytesWithoutReadingThem() throws IOException {
        int half = 1_600_000_000;
        String header =
                "{'a':{'dtype':'U8','shape':[%d],'data_offsets':[0,%d]},'b':{'dtype':'U8','shape':[%d],'data_offsets':[%d,%d]}}"
                        .formatted(half, half, half, half, 2L * half)
                        .replace('\'', '"');
        Files.write(path(), SafetensorsWriter.file(header, new byte[0]));
        try (RandomAccessFile sparse = new RandomAccessFile(path().toFile(), "rw")) {
            long length = sparse.length() + 2L * half;
            sparse.setLength(length);
            sparse.seek(length - 1);
            sparse.write(42);
        }

        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile file = SafetensorsFile.open(path(), arena);
            MemorySegment b = file.bytes(entry(file, "b"));
            assertThat(file.bytes(entry(file, "a")).isLoaded()).isFalse();
            assertThat(b.isLoaded()).isFalse();
            assertThat(b.get(ValueLayout.JAVA_BYTE, half - 1L)).isEqualTo((byte) 42);
        }
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
            // mostly inside length and header, where damage matters
            int at = random.nextInt(random.nextInt(4) == 0 ? bytes.length : 150);
            bytes[at] = (byte)
                    (random.nextBoolean() ? "0123456789-.,:{}[]\"aFBU".charAt(random.nextInt(23)) : random.nextInt());
        }
        return random.nextInt(5) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 20)) : bytes;
    }

    private void assertRefused(String message) {
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> SafetensorsFile.open(path(), arena))
                    .isInstanceOfSatisfying(
                            ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_INVALID))
                    .hasMessageStartingWith("model.safetensors: ")
                    .hasMessageContaining(message);
        }
    }

    private static SafetensorsFile.Entry entry(SafetensorsFile file, String name) {
        return Objects.requireNonNull(file.entries().get(name));
    }

    private Path path() {
        return directory.resolve("model.safetensors");
    }
}
