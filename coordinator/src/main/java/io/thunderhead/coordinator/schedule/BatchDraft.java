package io.thunderhead.coordinator.schedule;

import static io.thunderhead.coordinator.schedule.BatchPolicy.BLOCK_TOKENS;
import static io.thunderhead.coordinator.schedule.Capacity.pagesFor;
import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingInt;
import static java.util.Comparator.comparingLong;

import io.thunderhead.coordinator.schedule.ClientTurns.Turn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A batch while [BatchPolicy] puts it together.
final class BatchDraft {
    private static final Comparator<Sequence> BY_ARRIVAL = comparingLong(Sequence::order);

    private final BatchPolicy policy;
    private final BatchPolicy.State state;
    private final List<Sequence> running;
    private final Map<Sequence, Integer> ends = new LinkedHashMap<>();
    private final List<Sequence> admitted = new ArrayList<>();
    private final List<Sequence> preempted = new ArrayList<>();
    private final List<Sequence> outgrown = new ArrayList<>();
    private final Map<String, Turn> turns = new HashMap<>();
    private int tokensLeft;
    private int pagesFree;
    private long latestTurn;

    BatchDraft(BatchPolicy policy, BatchPolicy.State state) {
        this.policy = policy;
        this.state = state;
        this.running = new ArrayList<>(state.running());
        this.tokensLeft = policy.maxBatchTokens();
        this.pagesFree = state.capacity().kvPages()
                - running.stream().mapToInt(Sequence::pages).sum();
        this.latestTurn = state.turns().latest();
    }

    /// One token for each sequence that is ready, oldest first so that a preemption never hits one already chosen.
    void decode() {
        List<Sequence> decoding = running.stream().filter(BatchDraft::caughtUp).toList();
        int fairShare = Math.ceilDiv(decoding.size(), state.stages());
        decoding.stream()
                .filter(sequence -> sequence.sent() < sequence.tokenCount())
                .sorted(comparingLong(Sequence::lastStep).thenComparing(BY_ARRIVAL))
                .limit(Math.min(fairShare, decodesMax()))
                .sorted(BY_ARRIVAL)
                .forEach(this::decode);
    }

    boolean decodes() {
        return !ends.isEmpty();
    }

    private int decodesMax() {
        boolean promptsWait = !state.waiting().isEmpty() || !running.stream().allMatch(BatchDraft::caughtUp);
        return promptsWait ? policy.maxBatchTokens() - BLOCK_TOKENS : policy.maxBatchTokens();
    }

    private void decode(Sequence sequence) {
        if (running.contains(sequence) && holdsPagesFor(sequence, sequence.sent() + 1)) {
            ends.put(sequence, sequence.sent() + 1);
            tokensLeft--;
        }
    }

    private boolean holdsPagesFor(Sequence sequence, int tokens) {
        int missing = pagesFor(tokens) - sequence.pages();
        if (missing <= 0) {
            return true;
        }
        if (pagesFor(tokens) > state.capacity().kvPages()) {
            outgrown.add(sequence);
            remove(sequence);
            return false;
        }
        while (pagesFree < missing) {
            Sequence youngest = running.stream().max(BY_ARRIVAL).orElseThrow();
            preempted.add(youngest);
            remove(youngest);
            if (youngest == sequence) {
                return false;
            }
        }
        pagesFree -= missing;
        return true;
    }

    private void remove(Sequence sequence) {
        running.remove(sequence);
        pagesFree += sequence.pages();
    }

    /// Sequences from the waiting ones, while there are slots and pages for all tokens that they have now.
    void admit() {
        int slotsFree = Math.min(policy.maxRunning(), state.capacity().sequenceSlots()) - running.size();
        if (slotsFree <= 0 || state.waiting().isEmpty() || !preempted.isEmpty()) {
            return;
        }
        List<Sequence> waiting = new ArrayList<>(state.waiting());
        Map<String, Integer> runningOfClient = new HashMap<>();
        running.forEach(sequence -> runningOfClient.merge(sequence.client(), 1, Integer::sum));
        while (slotsFree > 0 && !waiting.isEmpty()) {
            Sequence next =
                    waiting.stream().min(admissionOrder(runningOfClient)).orElseThrow();
            int pages = pagesFor(next.tokenCount());
            waiting.remove(next);
            if (pages > state.capacity().kvPages()) {
                outgrown.add(next);
            } else if (pages > pagesFree) {
                return;
            } else {
                admitted.add(next);
                runningOfClient.merge(next.client(), 1, Integer::sum);
                pagesFree -= pages;
                slotsFree--;
            }
        }
    }

    private static Comparator<Sequence> admissionOrder(Map<String, Integer> runningOfClient) {
        return comparing((Sequence sequence) -> !sequence.started())
                .thenComparingInt(
                        sequence -> sequence.started() ? 0 : runningOfClient.getOrDefault(sequence.client(), 0))
                .thenComparing(BY_ARRIVAL);
    }

    /// Blocks of prompts and of replays, one a turn, while they fit.
    void catchUp() {
        List<Sequence> behind = new ArrayList<>(admitted);
        running.stream().filter(sequence -> !caughtUp(sequence)).forEach(behind::add);
        for (Optional<Sequence> next = nextTurn(behind); next.isPresent(); next = nextTurn(behind)) {
            Sequence sequence = next.get();
            tokensLeft -= nextBlock(sequence);
            ends.merge(sequence, position(sequence) + nextBlock(sequence), Math::max);
            turns.put(sequence.client(), turnOf(sequence).next(++latestTurn));
        }
    }

    private Optional<Sequence> nextTurn(List<Sequence> behind) {
        List<Sequence> fitting = behind.stream()
                .filter(sequence -> nextBlock(sequence) > 0 && nextBlock(sequence) <= tokensLeft)
                .toList();
        return fitting.stream()
                .min(comparingLong((Sequence sequence) -> turnOf(sequence).number())
                        .thenComparing(BY_ARRIVAL))
                .flatMap(first -> ofClient(fitting, first));
    }

    private Optional<Sequence> ofClient(List<Sequence> fitting, Sequence first) {
        Comparator<Sequence> order = turnOf(first).taken() % 2 == 0
                ? BY_ARRIVAL
                : comparingInt((Sequence sequence) -> sequence.tokenCount() - position(sequence))
                        .thenComparing(BY_ARRIVAL);
        return fitting.stream()
                .filter(sequence -> sequence.client().equals(first.client()))
                .min(order);
    }

    private Turn turnOf(Sequence sequence) {
        Turn drafted = turns.get(sequence.client());
        return drafted == null ? state.turns().of(sequence.client()) : drafted;
    }

    private int position(Sequence sequence) {
        return ends.getOrDefault(sequence, sequence.sent());
    }

    /// Tokens a sequence could add to this batch: to the next block border or the prompt's end; of a replay, generated
    /// tokens in a step of their own. 0 = none.
    private int nextBlock(Sequence sequence) {
        int position = position(sequence);
        if (position < sequence.promptLength()) {
            int border = (position / BLOCK_TOKENS + 1) * BLOCK_TOKENS;
            return Math.min(border, sequence.promptLength()) - position;
        }
        boolean promptInThisStep = sequence.sent() < sequence.promptLength();
        return promptInThisStep ? 0 : Math.min(BLOCK_TOKENS, sequence.tokenCount() - position);
    }

    /// Only its newest token, if any, is not on the stages yet.
    private static boolean caughtUp(Sequence sequence) {
        return sequence.sent() >= sequence.promptLength() && sequence.tokenCount() - sequence.sent() <= 1;
    }

    Batch toBatch() {
        List<Slice> slices = new ArrayList<>();
        ends.forEach((sequence, end) -> slices.add(new Slice(sequence, sequence.sent(), end)));
        return new Batch(slices, List.copyOf(admitted), List.copyOf(preempted), List.copyOf(outgrown), turns);
    }
}
