package io.thunderhead.expert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.metrics.NodeMetrics;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.LoadListener;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.experts.ExpertBank;
import io.thunderhead.model.experts.ExpertId;
import io.thunderhead.model.experts.ExpertWorkspace;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.testing.ModelConfigs;
import io.thunderhead.model.testing.RandomTensors;
import io.thunderhead.transport.exchange.ExpertRows;
import io.thunderhead.transport.exchange.ExpertService;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExpertEngineTest {
    private static final ModelConfig MODEL = ModelConfigs.odd(2);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Kernels kernels = KernelSelection.choose("plain", 1).kernels();
    private final ExpertBank bank = ExpertBank.load(
            MODEL, new RandomTensors(1, DType.BF16), Map.of(0, List.of(0, 1)), kernels, LoadListener.NONE);
    private final ExpertEngine engine =
            new ExpertEngine("e0", bank, new ExpertWorkspace(MODEL), 4, new NodeMetrics("e0"));

    @BeforeEach
    void start() {
        engine.start();
    }

    @AfterEach
    void stop() {
        engine.close();
        bank.close();
        kernels.close();
    }

    @Test
    void answersTheNextDispatchWhenAReplyCannotBeSent() throws Exception {
        engine.dispatch(new OneRow(0), Deadline.after(LONG), new Answer() {
            @Override
            public void send(long computeNanos) {
                throw new IllegalStateException("the stream is over");
            }

            @Override
            public void fail(ServingException error) {
                throw new IllegalStateException("answered twice", error);
            }
        });

        assertThat(ask(0).outcome.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("sent");
    }

    @Test
    void expertsAreGoneWhenRemoveReturns() throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        Answer slow = new Answer() {
            @Override
            public MemorySegment allocate(int rows, int hiddenSize) {
                await(mayGoOn);
                return super.allocate(rows, hiddenSize);
            }
        };
        engine.dispatch(new OneRow(0), Deadline.after(LONG), slow);

        assertThatThrownBy(() -> engine.remove(List.of(new ExpertId(0, 0)), Deadline.after(Duration.ofMillis(20))))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED));
        mayGoOn.countDown();
        engine.remove(List.of(new ExpertId(0, 1)), Deadline.after(LONG));

        assertThat(slow.outcome.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("sent");
        assertThat(bank.held()).isEmpty();
    }

    @Test
    void answersWhatComesWhileItCloses() throws Exception {
        engine.close();

        assertThat(ask(0).outcome.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("SHUTTING_DOWN");
    }

    @Test
    void refusesAnExpertThatTheModelDoesNotHave() throws Exception {
        assertThat(ask(MODEL.expertCount()).outcome.get(LONG.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo("PROTOCOL_VIOLATION");
    }

    @Test
    void countsRowsThatCameThroughNoDispatch() throws Exception {
        int[] rowsOfExpert = new int[MODEL.expertCount()];
        rowsOfExpert[0] = 5;
        rowsOfExpert[1] = 1;
        engine.local().orElseThrow().computed(0, 3, rowsOfExpert);
        ask(0).outcome.get(LONG.toSeconds(), TimeUnit.SECONDS);

        assertThat(engine.load().rowsByLayer().get(0)).startsWith(6L, 1L, 0L);
    }

    private Answer ask(int expert) {
        Answer answer = new Answer();
        engine.dispatch(new OneRow(expert), Deadline.after(LONG), answer);
        return answer;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Keeps how the dispatch ended: `sent`, or the name of the failure's code.
    private static class Answer implements ExpertService.Reply {
        private final CompletableFuture<String> outcome = new CompletableFuture<>();

        @Override
        public MemorySegment allocate(int rows, int hiddenSize) {
            return MemorySegment.ofArray(new float[rows * hiddenSize]);
        }

        @Override
        public void send(long computeNanos) {
            outcome.complete("sent");
        }

        @Override
        public void fail(ServingException error) {
            outcome.complete(error.code().name());
        }
    }

    /// One row of ones for one expert of layer 0.
    private record OneRow(int expert) implements ExpertRows {
        @Override
        public long planEpoch() {
            return 1;
        }

        @Override
        public int layerIndex() {
            return 0;
        }

        @Override
        public int rowCount() {
            return 1;
        }

        @Override
        public int hiddenSize() {
            return MODEL.hiddenSize();
        }

        @Override
        public int topK() {
            return MODEL.topK();
        }

        @Override
        public MemorySegment hidden() {
            float[] row = new float[MODEL.hiddenSize()];
            IntStream.range(0, row.length).forEach(i -> row[i] = 1);
            return MemorySegment.ofArray(row);
        }

        @Override
        public int sourceRow(int row) {
            return 0;
        }

        @Override
        public int expertId(int row, int slot) {
            return slot == 0 ? expert : -1;
        }

        @Override
        public float weight(int row, int slot) {
            return 1;
        }
    }
}
