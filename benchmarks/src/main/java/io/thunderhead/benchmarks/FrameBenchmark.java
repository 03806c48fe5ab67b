package io.thunderhead.benchmarks;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.exchange.CombinedRows;
import io.thunderhead.transport.wire.IncomingFrame;
import io.thunderhead.transport.wire.OutgoingFrame;
import io.thunderhead.transport.wire.RowMemory;
import io.thunderhead.transport.wire.StreamMemory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Hidden rows of the full model (6144 wide) into the bytes of a frame, and out of them.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class FrameBenchmark {
    private static final int HIDDEN = 6144;

    @Param({"1", "256"})
    public int rows;

    private final Arena arena = Arena.ofShared();
    private final RowMemory rowMemory = new RowMemory(new NodeId("benchmark"), new Bytes(1L << 30));
    private final StreamMemory memory = rowMemory.stream("rows");
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private MemorySegment hidden = MemorySegment.NULL;
    private byte[] frame = {};

    @Setup
    public void fill() {
        hidden = arena.allocate((long) rows * HIDDEN * Float.BYTES, 64);
        write();
        frame = bytes.toByteArray();
    }

    @Benchmark
    public int write() {
        bytes.reset();
        try (OutgoingFrame outgoing = OutgoingFrame.combine(1, hidden, rows, HIDDEN, 1, 0)) {
            return outgoing.drainTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Benchmark
    public long read() {
        try (CombinedRows combined =
                IncomingFrame.of(new ByteArrayInputStream(frame)).combinedRows(memory)) {
            return combined.hidden().byteSize();
        }
    }

    @TearDown
    public void free() {
        memory.close();
        rowMemory.close();
        arena.close();
    }
}
