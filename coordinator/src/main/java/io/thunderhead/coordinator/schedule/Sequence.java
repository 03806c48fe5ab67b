package io.thunderhead.coordinator.schedule;

import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.coordinator.engine.TokenSink;
import io.thunderhead.model.sampling.TokenLogprobs;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A request, its tokens so far, and how much of them the stages remember. The stages know it by the id of its current
/// life; after a loss or a preemption it is replayed in a new life under a new id, so that nothing late from the old
/// one can be mistaken. Owner: engine thread, but for [#askCancel].
final class Sequence {
    private static final long NO_LIFE = 0;

    private final GenerationRequest request;
    private final GuardedSink sink;
    private final long order;
    private final long submittedNanos;
    private final int tokensMax;
    private volatile boolean cancelAsked;

    private int[] tokens;
    private int tokenCount;
    private final List<TokenLogprobs> promptScores = new ArrayList<>();
    private boolean promptScored;
    private int promptRead;
    private boolean started;
    private int replays;
    private int brokenSteps;
    private long lastTokenNanos;

    private long lifeId = NO_LIFE;
    private int sent;
    private int pages;
    private long lastStep;

    /// @param order of arrival
    /// @param tokensMax of prompt and answer
    Sequence(GenerationRequest request, TokenSink sink, long order, long submittedNanos, int tokensMax) {
        this.request = request;
        this.sink = new GuardedSink(request.requestId(), sink);
        this.order = order;
        this.submittedNanos = submittedNanos;
        this.tokensMax = tokensMax;
        this.tokens = request.promptIds().toArray();
        this.tokenCount = tokens.length;
    }

    GenerationRequest request() {
        return request;
    }

    GuardedSink sink() {
        return sink;
    }

    String client() {
        return request.client();
    }

    long order() {
        return order;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    /// When it got its last token.
    long lastTokenNanos() {
        return lastTokenNanos;
    }

    void gotToken(long nowNanos) {
        lastTokenNanos = nowNanos;
    }

    void askCancel() {
        cancelAsked = true;
    }

    /// Its client has gone or cannot be told anything.
    boolean abandoned() {
        return cancelAsked || sink.broken();
    }

    /// Whether it ever had a life on the stages.
    boolean started() {
        return started;
    }

    int promptLength() {
        return request.promptIds().size();
    }

    /// Known tokens: prompt and generated.
    int tokenCount() {
        return tokenCount;
    }

    int generatedCount() {
        return tokenCount - promptLength();
    }

    /// Tokens of this life that were sent to the stages.
    int sent() {
        return sent;
    }

    /// KV pages reserved on every stage.
    int pages() {
        return pages;
    }

    /// The last step it took part in.
    long lastStep() {
        return lastStep;
    }

    long lifeId() {
        return lifeId;
    }

    boolean wantsTokenAfter(int end) {
        return end == tokenCount && tokenCount < tokensMax;
    }

    boolean wantsPromptScores() {
        return request.promptLogprobs() >= 0 && !promptScored;
    }

    TokenIds tokens(int from, int to) {
        return to <= promptLength()
                ? request.promptIds().slice(from, to)
                : TokenIds.of(Arrays.copyOfRange(tokens, from, to));
    }

    /// Token id at a position, -1 past the prompt.
    int promptTokenOrNone(int position) {
        return position < promptLength() ? tokens[position] : -1;
    }

    void beginLife(long newLifeId) {
        started = true;
        lifeId = newLifeId;
        reserve(tokenCount);
    }

    /// Forgets what the stages knew; partial prompt scores are gathered anew by the replay.
    void endLife() {
        lifeId = NO_LIFE;
        sent = 0;
        pages = 0;
        promptScores.clear();
    }

    void sent(int end, long stepId) {
        sent = end;
        lastStep = stepId;
        reserve(end);
    }

    private void reserve(int tokens) {
        pages = Math.max(pages, Capacity.pagesFor(tokens));
    }

    void append(int tokenId) {
        if (tokenCount == tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.max(16, tokens.length + tokens.length / 2));
        }
        tokens[tokenCount++] = tokenId;
    }

    /// The stages have computed it up to there. A replay says nothing new until it is past what was read before.
    void readTo(int end) {
        int inPrompt = Math.min(end, promptLength());
        if (inPrompt > promptRead) {
            promptRead = inPrompt;
            sink.promptRead(inPrompt);
        }
    }

    /// Tokens of the prompt that were ever read.
    int promptRead() {
        return promptRead;
    }

    boolean atStop() {
        return generatedCount() > 0 && request.stopTokenIds().contains(tokens[tokenCount - 1]);
    }

    boolean atTokensMax() {
        return tokenCount >= tokensMax;
    }

    void collectPromptScores(List<TokenLogprobs> scores) {
        promptScores.addAll(scores);
    }

    /// All of them, handed out once.
    List<TokenLogprobs> takePromptScores() {
        promptScored = true;
        List<TokenLogprobs> taken = List.copyOf(promptScores);
        promptScores.clear();
        return taken;
    }

    /// Whether the stages hold state of it.
    boolean alive() {
        return lifeId != NO_LIFE;
    }

    int replays() {
        return replays;
    }

    /// Replays so far because of lost workers, this one included.
    int countReplay() {
        return ++replays;
    }

    /// Steps that failed under it by a fault of ours, this one included.
    int countBrokenStep() {
        return ++brokenSteps;
    }

    TokenSink.Usage usage() {
        return new TokenSink.Usage(promptLength(), 0, generatedCount());
    }
}
