package io.thunderhead.coordinator.schedule;

import static io.thunderhead.coordinator.schedule.Sequences.decoding;
import static io.thunderhead.coordinator.schedule.Sequences.reading;
import static io.thunderhead.coordinator.schedule.Sequences.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BatchPolicyTest {
    private static final Capacity PLENTY = new Capacity(100, 100);
    private static final int LONG_AGO = 1000;
    private final BatchPolicy policy = new BatchPolicy(512, 2, 8);
    private final ClientTurns turns = new ClientTurns();

    private Batch next(Capacity capacity, int stages, List<Sequence> running, List<Sequence> waiting) {
        Batch batch = policy.nextBatch(new BatchPolicy.State(running, waiting, capacity, stages, LONG_AGO, turns));
        turns.take(batch.turns());
        return batch;
    }

    private Batch next(List<Sequence> running, List<Sequence> waiting) {
        return next(PLENTY, 1, running, waiting);
    }

    @Test
    void decodesComeFirstAndPromptsFillTheRest() {
        Sequence decoding = decoding("a", 10);
        Sequence prompt = waiting("a", 1000);
        Batch batch = next(List.of(decoding), List.of(prompt));
        assertThat(batch.admitted()).containsExactly(prompt);
        assertThat(batch.slices()).containsExactly(new Slice(decoding, 10, 11), new Slice(prompt, 0, 256));
    }

    @Test
    void chunkHoldsSeveralBlocksAndEndsOnABorder() {
        Sequence prompt = reading("a", 1000, 256);
        assertThat(next(List.of(prompt), List.of()).slices()).containsExactly(new Slice(prompt, 256, 768));
    }

    @Test
    void lastChunkEndsAtThePromptsEnd() {
        Sequence prompt = reading("a", 1000, 768);
        assertThat(next(List.of(prompt), List.of()).slices()).containsExactly(new Slice(prompt, 768, 1000));
    }

    @Test
    void sequenceThatAwaitsItsTokenIsLeftOut() {
        assertThat(next(List.of(reading("a", 10, 10)), List.of()).slices()).isEmpty();
    }

    @Test
    void decodesAreSharedEvenlyByTheStepsInFlight() {
        List<Sequence> running = List.of(decoding("a", 10), decoding("a", 10), decoding("a", 10));
        assertThat(next(PLENTY, 2, running, List.of()).slices()).hasSize(2);
    }

    @Test
    void sequenceThatWaitedLongestDecodesFirst() {
        Sequence recent = decoding("a", 10);
        recent.sent(10, 5);
        Sequence longAgo = decoding("a", 10);
        longAgo.sent(10, 4);
        assertThat(next(PLENTY, 2, List.of(recent, longAgo), List.of()).slices())
                .containsExactly(new Slice(longAgo, 10, 11));
    }

    @Test
    void decodesLeaveRoomForOneBlockOfAPrompt() {
        BatchPolicy tight = new BatchPolicy(257, 2, 8);
        List<Sequence> running = List.of(decoding("a", 10), decoding("a", 10), reading("a", 1000, 0));
        Batch batch = tight.nextBatch(new BatchPolicy.State(running, List.of(), PLENTY, 1, LONG_AGO, turns));
        assertThat(batch.slices())
                .extracting(slice -> slice.end() - slice.start())
                .containsExactly(1, 256);
    }

    @Test
    void promptsLeaveDecodesStepsOfTheirOwn() {
        Sequence prompt = reading("a", 5000, 0);
        assertThat(afterPrompt(1, decoding("a", 10), prompt).slices()).hasSize(1);
        assertThat(afterPrompt(2, decoding("a", 10), prompt).slices())
                .extracting(Slice::sequence)
                .contains(prompt);
    }

    @Test
    void stepWithoutDecodesReadsAtOnce() {
        Sequence prompt = reading("a", 5000, 0);
        assertThat(afterPrompt(0, prompt).slices()).containsExactly(new Slice(prompt, 0, 512));
    }

    private Batch afterPrompt(int steps, Sequence... running) {
        return policy.nextBatch(new BatchPolicy.State(List.of(running), List.of(), PLENTY, 1, steps, turns));
    }

    @Test
    void clientsTakeTurnsWhateverTheNumberOfTheirPrompts() {
        List<Sequence> running =
                List.of(reading("greedy", 5000, 0), reading("greedy", 5000, 0), reading("modest", 5000, 0));
        int modest = 0;
        for (int step = 1; step <= 10; step++) {
            Batch batch = next(running, List.of());
            for (Slice slice : batch.slices()) {
                slice.sequence().sent(slice.end(), step);
                modest += slice.sequence().client().equals("modest") ? slice.end() - slice.start() : 0;
            }
        }
        assertThat(modest).isEqualTo(5 * 512);
    }

    @Test
    void shortPromptIsReadBesideALongOneOfTheSameClient() {
        Sequence longPrompt = reading("a", 100_000, 0);
        Sequence shortPrompt = reading("a", 100, 0);
        assertThat(next(new Capacity(9, 1000), 1, List.of(longPrompt, shortPrompt), List.of())
                        .slices())
                .containsExactly(new Slice(longPrompt, 0, 256), new Slice(shortPrompt, 0, 100));
    }

    @Test
    void longPromptGoesOnWhileShortOnesKeepComing() {
        Sequence longPrompt = reading("a", 10_000, 0);
        for (int step = 1; step <= 20; step++) {
            List<Sequence> running = new ArrayList<>(List.of(longPrompt));
            Stream.generate(() -> reading("a", 256, 0)).limit(5).forEach(running::add);
            for (Slice slice : next(running, List.of()).slices()) {
                slice.sequence().sent(slice.end(), step);
            }
        }
        assertThat(longPrompt.sent()).isEqualTo(20 * 256);
    }

    @Test
    void clientWithFewestRunningIsAdmittedFirst() {
        Sequence first = waiting("greedy", 10);
        Sequence other = waiting("modest", 10);
        Capacity oneSlotLeft = new Capacity(2, 100);
        assertThat(next(oneSlotLeft, 1, List.of(decoding("greedy", 10)), List.of(first, other))
                        .admitted())
                .containsExactly(other);
    }

    @Test
    void replayedSequenceIsAdmittedBeforeNewOnes() {
        Sequence fresh = waiting("b", 10);
        Sequence replayed = decoding("a", 10);
        replayed.endLife();
        assertThat(next(new Capacity(1, 100), 1, List.of(), List.of(fresh, replayed))
                        .admitted())
                .containsExactly(replayed);
    }

    @Test
    void promptThatDoesNotFitIsNotOvertaken() {
        List<Sequence> running = List.of(decoding("a", 600));
        Batch batch = next(new Capacity(9, 4), 1, running, List.of(waiting("a", 500), waiting("a", 10)));
        assertThat(batch.admitted()).isEmpty();
    }

    @Test
    void admitsNoMoreThanSlotsAndPagesAllow() {
        List<Sequence> waiting = List.of(waiting("a", 256), waiting("a", 257), waiting("a", 10), waiting("a", 10));
        assertThat(next(new Capacity(2, 100), 1, List.of(), waiting).admitted()).hasSize(2);
        assertThat(next(new Capacity(9, 4), 1, List.of(), waiting).admitted()).hasSize(3);
    }

    @Test
    void youngestIsPreemptedWhenPagesRunOut() {
        Sequence old = decoding("a", 256);
        Sequence middle = decoding("a", 100);
        Sequence young = decoding("a", 100);
        Batch batch = next(new Capacity(9, 3), 1, List.of(young, middle, old), List.of());
        assertThat(batch.preempted()).containsExactly(young);
        assertThat(batch.slices()).containsExactly(new Slice(old, 256, 257), new Slice(middle, 100, 101));
    }

    @Test
    void nobodyIsAdmittedIntoThePagesOfThePreempted() {
        List<Sequence> running = List.of(decoding("a", 256), decoding("a", 300));
        Batch batch = next(new Capacity(9, 3), 1, running, List.of(waiting("a", 10)));
        assertThat(batch.preempted()).hasSize(1);
        assertThat(batch.admitted()).isEmpty();
    }

    @Test
    void sequenceThatFillsThePoolAloneHasOutgrownIt() {
        Sequence alone = decoding("a", 512);
        assertThat(next(new Capacity(9, 2), 1, List.of(alone), List.of()).outgrown())
                .containsExactly(alone);
    }

    @Test
    void replayReadsThePromptAndThenGeneratedTokensInStepsOfTheirOwn() {
        Sequence replayed = waiting("a", 300);
        Stream.generate(() -> 5).limit(300).forEach(replayed::append);
        replayed.beginLife(1);
        List<Slice> slices = new ArrayList<>();
        for (int step = 1; step <= 2; step++) {
            Slice slice = next(List.of(replayed), List.of()).slices().getFirst();
            slices.add(slice);
            replayed.sent(slice.end(), step);
        }
        assertThat(slices).containsExactly(new Slice(replayed, 0, 300), new Slice(replayed, 300, 600));
        assertThat(slices.get(0).toItem().sample()).isNull();
        assertThat(slices.get(0).toItem().decode()).isFalse();
        assertThat(slices.get(1).toItem().sample()).isNotNull();
        assertThat(slices.get(1).toItem().decode()).isTrue();
    }
}
