package io.thunderhead.corpus.stream;

import io.thunderhead.corpus.Mix;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Training rows in order, made by several threads: the same bytes whatever their number.
///
/// @param length tokens a row; it has one more, as a token is both input and target
record RowStream(ChatTokens chat, Mix mix, long seed, int length, int threads) {
    private static final int TOKENS_PER_BLOCK = 1 << 16;
    private static final int BLOCKS_AHEAD_PER_THREAD = 3;

    RowStream {
        if (length < 128 || threads < 1) {
            throw new IllegalArgumentException("expected --length of 128 or more and --threads of 1 or more");
        }
        if (chat.tokenizer().size() > RowMaker.TARGET) {
            throw new IllegalArgumentException("expected a vocabulary of at most " + RowMaker.TARGET + " tokens");
        }
    }

    /// Endless if `count` is so large; ends when the reader closes the pipe, by the IOException of writing to it.
    void write(long count, OutputStream out) throws IOException {
        int rowsPerBlock = Math.max(1, TOKENS_PER_BLOCK / length);
        ThreadLocal<RowMaker> makers = ThreadLocal.withInitial(() -> new RowMaker(chat, mix, length));
        Deque<Future<byte[]>> ahead = new ArrayDeque<>();
        ExecutorService pool = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("rows-", 0).factory());
        try {
            for (long first = 0; first < count || !ahead.isEmpty(); ) {
                if (first < count && ahead.size() < threads * BLOCKS_AHEAD_PER_THREAD) {
                    long from = first;
                    int rows = (int) Math.min(rowsPerBlock, count - first);
                    ahead.add(pool.submit(() -> block(makers.get(), from, rows)));
                    first += rows;
                } else {
                    out.write(await(ahead.remove()));
                }
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private byte[] block(RowMaker maker, long first, int rows) {
        ByteBuffer bytes =
                ByteBuffer.allocate(rows * (length + 1) * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows; i++) {
            short[] row = maker.row(seed, first + i);
            bytes.asShortBuffer().put(row);
            bytes.position(bytes.position() + row.length * Short.BYTES);
        }
        return bytes.array();
    }

    private static byte[] await(Future<byte[]> block) {
        try {
            return block.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a thread that makes rows failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
