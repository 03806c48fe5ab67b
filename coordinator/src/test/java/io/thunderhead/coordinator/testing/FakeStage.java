package io.thunderhead.coordinator.testing;

import io.thunderhead.cluster.placement.Plan;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.transport.stage.StepCommand;
import io.thunderhead.transport.stage.StepItem;
import io.thunderhead.transport.stage.StepOutcome;
import io.thunderhead.transport.stage.StepOutcome.ItemResult;
import io.thunderhead.transport.stage.StepTimings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one stage remembers of one session, and the checks of everything the scheduler promises a stage. A broken
/// promise is an [AssertionError].
final class FakeStage {
    private static final int BLOCK = 256;

    private final Plan.Stage stage;
    private final boolean last;
    private final int maxBatchTokens;
    private final Map<Long, Memory> sequences = new HashMap<>();

    FakeStage(Plan.Stage stage, boolean last, int maxBatchTokens) {
        this.stage = stage;
        this.last = last;
        this.maxBatchTokens = maxBatchTokens;
    }

    private static final class Memory {
        private int length;
        private long state = ToyModel.EMPTY_STATE;
        private int expectedNext = -1;
        private boolean damaged;
    }

    int sequenceCount() {
        return sequences.size();
    }

    /// Releases come before the step's own fate is known.
    void release(StepCommand command) {
        command.releases().forEach(sequences::remove);
    }

    boolean touchesDamaged(StepCommand command) {
        return command.items().stream().anyMatch(item -> {
            Memory memory = sequences.get(item.sequenceId());
            return memory != null && memory.damaged;
        });
    }

    StepOutcome fail(StepCommand command, ServingException error) {
        command.items().forEach(item -> memory(item.sequenceId()).damaged = true);
        return new StepOutcome.Failed(command.stepId(), error);
    }

    StepOutcome run(StepCommand command) {
        check(command.tokenCount() <= maxBatchTokens, command, "too many tokens: " + command.tokenCount());
        long distinct =
                command.items().stream().map(StepItem::sequenceId).distinct().count();
        check(distinct == command.items().size(), command, "two items of one sequence");
        List<ItemResult> results = new ArrayList<>();
        for (StepItem item : command.items()) {
            ItemResult result = run(command, item);
            if (last && result != null) {
                results.add(result);
            }
        }
        int pages = sequences.values().stream()
                .mapToInt(memory -> Math.ceilDiv(memory.length, BLOCK))
                .sum();
        check(sequences.size() <= stage.sequenceSlots(), command, sequences.size() + " slots in use");
        check(pages <= stage.kvPages(), command, pages + " of " + stage.kvPages() + " pages in use");
        return new StepOutcome.Done(command.stepId(), results, StepTimings.ZERO);
    }

    private @Nullable ItemResult run(StepCommand command, StepItem item) {
        Memory memory = memory(item.sequenceId());
        checkItem(command, item, memory);
        List<TokenLogprobs> scores = new ArrayList<>();
        int size = item.tokenIds().size();
        for (int index = 0; index < size; index++) {
            memory.state = ToyModel.feed(memory.state, item.tokenIds().get(index), item.decode());
            int next = index + 1 < size ? item.tokenIds().get(index + 1) : item.nextTokenId();
            if (item.promptLogprobs() >= 0 && next >= 0) {
                scores.add(ToyModel.score(memory.state, next));
            }
        }
        memory.length += size;
        memory.expectedNext = item.nextTokenId();
        if (item.sample() == null) {
            return item.promptLogprobs() < 0 ? null : new ItemResult(item.sequenceId(), -1, null, scores);
        }
        int token = ToyModel.next(memory.state, item.sample().seed());
        memory.expectedNext = token;
        return new ItemResult(item.sequenceId(), token, null, scores);
    }

    private static void checkItem(StepCommand command, StepItem item, Memory memory) {
        int end = item.startPosition() + item.tokenIds().size();
        check(item.tokenIds().size() > 0, command, "an empty item");
        check(
                item.startPosition() == memory.length,
                command,
                "position " + item.startPosition() + " after " + memory.length);
        if (item.decode()) {
            check(item.startPosition() >= item.promptLength(), command, "prompt tokens decoded");
            check(item.promptLogprobs() < 0, command, "prompt scores of generated tokens");
        } else {
            check(item.startPosition() % BLOCK == 0, command, "a chunk starts at " + item.startPosition());
            check(end <= item.promptLength(), command, "generated tokens prefilled");
            check(end == item.promptLength() || end % BLOCK == 0, command, "a chunk ends at " + end);
        }
        check(item.nextTokenId() >= 0 == end < item.promptLength(), command, "next token at " + end);
        check(item.sample() == null || end >= item.promptLength(), command, "sampling inside the prompt");
        check(
                memory.expectedNext < 0
                        || memory.expectedNext == item.tokenIds().get(0),
                command,
                "another token than announced or sampled");
    }

    private Memory memory(long sequenceId) {
        return sequences.computeIfAbsent(sequenceId, id -> new Memory());
    }

    private static void check(boolean kept, StepCommand command, String problem) {
        if (!kept) {
            throw new AssertionError("step " + command.stepId() + ": " + problem);
        }
    }
}
