package io.thunderhead.attention;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.layers.HeadWorkspace;
import io.thunderhead.model.layers.StageModel;
import io.thunderhead.model.sampling.Sampler;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.transport.stage.StepItem;
import io.thunderhead.transport.stage.StepOutcome.ItemResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The end of the last stage: logits of the rows that someone asked for, tokens and log-probabilities from them. Rows
/// are collected over the whole step so that the head's weights are read once for many of them. Owner: the stage's
/// engine thread.
final class TokenChooser {
    /// Rows of logits at a time: 64 x 200,064 float32 are 51 MB.
    private static final int ROWS_MAX = 64;

    private final StageModel model;
    private final Sampler sampler;
    private final int vocabSize;
    private final HeadWorkspace scratch;
    private final float[] logitsRow;
    private final int[] wantedRows = new int[ROWS_MAX];
    private final int[] greedyTokens = new int[ROWS_MAX];
    private final List<WantedRow> wanted = new ArrayList<>();
    private float[] logits = new float[0];

    TokenChooser(StageModel model, ModelConfig config) {
        this.model = model;
        this.sampler = new Sampler(config.vocabSize());
        this.vocabSize = config.vocabSize();
        this.scratch = new HeadWorkspace(config, ROWS_MAX);
        this.logitsRow = new float[vocabSize];
    }

    /// What one item's rows led to, filled while logits are computed.
    private static final class Draft {
        private final StepItem item;
        private final StageSequences.Sequence sequence;
        private final List<TokenLogprobs> scores = new ArrayList<>();
        private int tokenId = -1;
        private @Nullable TokenLogprobs logprobs;

        Draft(StepItem item, StageSequences.Sequence sequence) {
            this.item = item;
            this.sequence = sequence;
        }

        ItemResult result() {
            return new ItemResult(item.sequenceId(), tokenId, logprobs, scores);
        }
    }

    /// A row whose logits are wanted: to score the token after it, to choose one, or both.
    private record WantedRow(Draft draft, int offset, boolean score, boolean choose) {
        boolean onlyLargest() {
            SamplingParams params = draft.item.sample();
            return choose && !score && params != null && params.onlyLargest();
        }
    }

    /// @param items in row order, with the sequence each belongs to
    /// @param rows `[tokens of the step, hidden]`
    List<ItemResult> results(List<StepItem> items, List<StageSequences.Sequence> sequences, float[] rows) {
        List<ItemResult> results = new ArrayList<>();
        List<Draft> drafts = new ArrayList<>();
        wanted.clear(); // a step that failed may have left some
        int firstRow = 0;
        for (int i = 0; i < items.size(); i++) {
            StepItem item = items.get(i);
            Draft draft = new Draft(item, sequences.get(i));
            if (item.sample() != null || item.promptLogprobs() >= 0) {
                drafts.add(draft);
                want(draft, firstRow, rows);
            }
            firstRow += item.tokenIds().size();
        }
        compute(rows);
        drafts.forEach(draft -> results.add(draft.result()));
        return results;
    }

    private void want(Draft draft, int firstRow, float[] rows) {
        StepItem item = draft.item;
        int count = item.tokenIds().size();
        for (int offset = 0; offset < count; offset++) {
            boolean last = offset == count - 1;
            boolean score = item.promptLogprobs() >= 0 && (!last || item.nextTokenId() >= 0);
            boolean choose = last && item.sample() != null;
            if (score || choose) {
                if (wanted.size() == ROWS_MAX) {
                    compute(rows);
                }
                wantedRows[wanted.size()] = firstRow + offset;
                wanted.add(new WantedRow(draft, offset, score, choose));
            }
        }
    }

    private void compute(float[] rows) {
        if (wanted.isEmpty() || chosenWhereTheHeadIs(rows)) {
            wanted.clear();
            return;
        }
        if (logits.length < wanted.size() * vocabSize) {
            logits = new float[wanted.size() * vocabSize];
        }
        model.logits(rows, wantedRows, wanted.size(), scratch, logits);
        for (int i = 0; i < wanted.size(); i++) {
            System.arraycopy(logits, i * vocabSize, logitsRow, 0, vocabSize);
            use(wanted.get(i));
        }
        wanted.clear();
    }

    /// A device's logits stay there where nobody needs more than the largest one's token.
    private boolean chosenWhereTheHeadIs(float[] rows) {
        if (!wanted.stream().allMatch(WantedRow::onlyLargest)
                || !model.greedyTokens(rows, wantedRows, wanted.size(), scratch, greedyTokens)) {
            return false;
        }
        for (int i = 0; i < wanted.size(); i++) {
            if (greedyTokens[i] < 0) {
                throw new ServingException(ErrorCode.INTERNAL, "logits: expected finite numbers, got others");
            }
            wanted.get(i).draft().tokenId = greedyTokens[i];
        }
        return true;
    }

    private void use(WantedRow row) {
        StepItem item = row.draft().item;
        if (row.score()) {
            boolean last = row.offset() == item.tokenIds().size() - 1;
            int next = last ? item.nextTokenId() : item.tokenIds().get(row.offset() + 1);
            row.draft().scores.add(sampler.logprobs(logitsRow, next, item.promptLogprobs()));
        }
        SamplingParams params = item.sample();
        if (row.choose() && params != null) {
            choose(row.draft(), params, item.startPosition() + item.tokenIds().size());
        }
    }

    private void choose(Draft draft, SamplingParams params, int position) {
        draft.tokenId = sampler.sample(logitsRow, params, draft.sequence.history(), position);
        if (params.logprobs() >= 0) {
            draft.logprobs = sampler.logprobs(logitsRow, draft.tokenId, params.logprobs());
        }
    }
}
