package io.thunderhead.model.checkpoint;

import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ModelConfigReader;
import io.thunderhead.model.tokenizer.ChatFormat;
import io.thunderhead.model.tokenizer.Tokenizer;
import io.thunderhead.model.tokenizer.TokenizerReader;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.function.Supplier;

/// What `thunderhead inspect` shows of a checkpoint directory. Made without reading weights, also of a damaged one:
/// then parts are missing and `problems` says why.
public record CheckpointReport(
        Path directory,
        Optional<ModelConfig> config,
        List<TensorGroup> tensors,
        long parameterCount,
        long byteCount,
        Optional<TokenizerFacts> tokenizer,
        List<String> problems) {
    public CheckpointReport {
        tensors = List.copyOf(tensors);
        problems = List.copyOf(problems);
    }

    /// Tensors that differ only in layer and expert.
    ///
    /// @param name with `*` for the numbers of layer and expert
    public record TensorGroup(String name, String dtype, List<Integer> shape, int count, long byteCount) {
        TensorGroup plus(TensorGroup other) {
            return new TensorGroup(name, dtype, shape, count + other.count, byteCount + other.byteCount);
        }
    }

    public record TokenizerFacts(int size, OptionalInt endTokenId, boolean hasChatTemplate) {}

    public static CheckpointReport of(Path directory) {
        List<String> problems = new ArrayList<>();
        Optional<ModelConfig> config = attempt(problems, () -> ModelConfigReader.read(directory));
        Optional<TokenizerFacts> tokenizer =
                attempt(problems, () -> tokenizerFacts(directory)).flatMap(facts -> facts);
        List<TensorGroup> tensors = new ArrayList<>();
        long parameterCount = 0;
        if (config.isPresent()) {
            Optional<Checkpoint> opened = attempt(problems, () -> Checkpoint.open(directory));
            if (opened.isPresent()) {
                try (Checkpoint checkpoint = opened.get()) {
                    tensors.addAll(groups(checkpoint));
                    parameterCount = parameterCount(checkpoint.parts());
                    checkpoint.problems().forEach(problem -> problems.add(problem.toString()));
                }
            }
        }
        long byteCount = tensors.stream().mapToLong(TensorGroup::byteCount).sum();
        return new CheckpointReport(directory, config, tensors, parameterCount, byteCount, tokenizer, problems);
    }

    public String toText() {
        StringBuilder text = new StringBuilder("checkpoint  " + directory + "\n");
        config.ifPresent(model -> text.append(describe(model)));
        text.append("parameters  %,d\nbytes       %s\n".formatted(parameterCount, new Bytes(byteCount)));
        text.append("tokenizer   ")
                .append(tokenizer.map(CheckpointReport::describe).orElse("none"))
                .append('\n');
        tensors.forEach(group -> text.append(
                "  %6d x %-4s %-16s %s\n".formatted(group.count(), group.dtype(), group.shape(), group.name())));
        text.append(
                problems.isEmpty()
                        ? "no problems found\n"
                        : problems.size() + (problems.size() == 1 ? " problem found\n" : " problems found\n"));
        problems.forEach(problem -> text.append("  ").append(problem).append('\n'));
        return text.toString();
    }

    private static <T> Optional<T> attempt(List<String> problems, Supplier<T> step) {
        try {
            return Optional.of(step.get());
        } catch (ServingException e) {
            problems.addAll(String.valueOf(e.getMessage()).lines().toList());
            return Optional.empty();
        }
    }

    private static Optional<TokenizerFacts> tokenizerFacts(Path directory) {
        Optional<Tokenizer> tokenizer = TokenizerReader.read(directory);
        boolean hasTemplate = ChatFormat.read(directory, Clock.systemUTC()).hasTemplate();
        return tokenizer.map(present -> new TokenizerFacts(present.size(), present.endTokenId(), hasTemplate));
    }

    private static List<TensorGroup> groups(Checkpoint checkpoint) {
        Map<String, TensorGroup> groups = new LinkedHashMap<>();
        checkpoint.parts().forEach((name, part) -> {
            String common = name.replaceAll("\\.\\d+\\.", ".*.");
            TensorGroup one = new TensorGroup(
                    common, part.dtype(), part.shape(), 1, part.data().byteSize());
            groups.merge(common + part.dtype() + part.shape(), one, TensorGroup::plus);
        });
        return List.copyOf(groups.values());
    }

    /// Of a quantized matrix its weights: neither its scales nor what fills its last panel up.
    private static long parameterCount(SortedMap<String, StoredPart> parts) {
        long count = 0;
        for (Map.Entry<String, StoredPart> entry : parts.entrySet()) {
            StoredPart scales = parts.get(Int8Tensors.scalesOf(entry.getKey()));
            if (scales != null) {
                count += scales.elementCount() * entry.getValue().shape().get(1);
            } else if (!Int8Tensors.isScales(entry.getKey(), parts.keySet())) {
                count += entry.getValue().elementCount();
            }
        }
        return count;
    }

    private static String describe(ModelConfig config) {
        return "model       %s: %d layers, hidden %d, %d heads of %d (%d kv), %d experts x %d, top %d, vocabulary %d, context %d\n"
                .formatted(
                        config.modelType(),
                        config.layerCount(),
                        config.hiddenSize(),
                        config.headCount(),
                        config.headDim(),
                        config.kvHeadCount(),
                        config.expertCount(),
                        config.intermediateSize(),
                        config.topK(),
                        config.vocabSize(),
                        config.contextMax());
    }

    private static String describe(TokenizerFacts facts) {
        String end = facts.endTokenId().isPresent()
                ? String.valueOf(facts.endTokenId().getAsInt())
                : "none";
        return "%d tokens, end token %s, %s chat template"
                .formatted(facts.size(), end, facts.hasChatTemplate() ? "with" : "without");
    }
}
