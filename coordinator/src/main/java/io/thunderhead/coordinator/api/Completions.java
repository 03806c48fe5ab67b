package io.thunderhead.coordinator.api;

import io.thunderhead.coordinator.engine.Engine;
import io.thunderhead.coordinator.engine.GenerationRequest;
import io.thunderhead.model.sampling.SamplingParams;
import io.thunderhead.model.tokenizer.TokenIds;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/// Starts every choice of a request on the engine. Thread-safe.
public final class Completions {
    private final Engine engine;

    public Completions(Engine engine) {
        this.engine = engine;
    }

    /// Submits every choice, or none: throws what [Engine#submit] throws. The caller closes the stream.
    public CompletionStream start(CompletionSpec spec) {
        Set<Integer> stopTokenIds = stopTokenIds(spec);
        long tokensMax = (long) spec.choicesPerPrompt()
                * spec.prompts().stream().mapToLong(spec::maxTokensFor).sum();
        SignalQueue signals = new SignalQueue(tokensMax, spec.choiceCount());
        var texts = IntStream.range(0, spec.choiceCount())
                .mapToObj(choice -> new ChoiceText(spec, choice, stopTokenIds))
                .toList();
        CompletionStream stream = new CompletionStream(spec, signals, texts);
        try {
            for (int choice = 0; choice < spec.choiceCount(); choice++) {
                stream.add(engine.submit(request(spec, choice, stopTokenIds), signals.sink(choice)));
            }
        } catch (RuntimeException e) {
            stream.close();
            throw e;
        }
        return stream;
    }

    private static Set<Integer> stopTokenIds(CompletionSpec spec) {
        Set<Integer> ids = new HashSet<>(spec.stopTokenIds());
        if (!spec.ignoreEndTokens()) {
            ids.addAll(spec.model().endTokenIds());
        }
        return ids;
    }

    private static GenerationRequest request(CompletionSpec spec, int choice, Set<Integer> stopTokenIds) {
        int sample = choice % spec.choicesPerPrompt();
        TokenIds prompt = spec.prompts().get(choice / spec.choicesPerPrompt());
        return new GenerationRequest(
                spec.choiceCount() == 1 ? spec.requestId() : spec.requestId() + "-" + choice,
                spec.client(),
                prompt,
                withSeed(spec.sampling(), spec.sampling().seed() + sample),
                spec.maxTokensFor(prompt),
                stopTokenIds,
                spec.promptLogprobs(),
                spec.deadline());
    }

    private static SamplingParams withSeed(SamplingParams params, long seed) {
        return new SamplingParams(
                params.temperature(),
                params.topP(),
                params.topK(),
                params.minP(),
                params.presencePenalty(),
                params.frequencyPenalty(),
                params.repetitionPenalty(),
                params.logitBias(),
                seed,
                params.logprobs());
    }
}
