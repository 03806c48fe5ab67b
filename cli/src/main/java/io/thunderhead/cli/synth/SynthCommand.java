package io.thunderhead.cli.synth;

import io.thunderhead.cli.ExitCode;
import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.cli.terminal.Progress;
import io.thunderhead.core.config.Bytes;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.checkpoint.CheckpointWriter;
import io.thunderhead.model.checkpoint.DType;
import io.thunderhead.model.checkpoint.ModelTensors;
import io.thunderhead.model.checkpoint.TensorSpec;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.config.ModelConfigWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `thunderhead synth`
@Command(
        name = "synth",
        description = {
            "Writes a checkpoint of random bf16 weights in the released layout, to measure with. Sizes given by flags"
                    + " replace the preset's.",
            "Presets: mid (8 layers, 0.91 billion parameters, 1.7 GiB), mid-softmax (the same with softmax attention in"
                    + " every layer), one-layer-full-size (one released lightning layer, 11 GiB)."
        })
public final class SynthCommand implements Callable<Integer> {
    private final CheckpointFolder checkpoints;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Option(names = "--preset", paramLabel = "NAME", defaultValue = "mid", description = "Default: ${DEFAULT-VALUE}.")
    private String preset = "";

    @Option(names = "--output", required = true, paramLabel = "DIR", description = "A folder that is new or empty.")
    private Path output = Path.of("");

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "The same seed, the same weights.")
    private long seed;

    @Option(
            names = "--shard-size",
            paramLabel = "BYTES",
            defaultValue = "5GB",
            description = "Weights of one file at most; default ${DEFAULT-VALUE}.")
    private String shardSize = "";

    @Option(names = "--layers", paramLabel = "N", description = "Number of layers.")
    private @Nullable Integer layers;

    @Option(
            names = "--pattern",
            paramLabel = "LL..S",
            description = "Kinds of the first layers, repeated for the others: L lightning, S softmax.")
    private @Nullable String pattern;

    @Option(names = "--hidden", paramLabel = "N", description = "Width of a row between layers.")
    private @Nullable Integer hidden;

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads.")
    private @Nullable Integer heads;

    @Option(names = "--head-dim", paramLabel = "N", description = "Width of a head.")
    private @Nullable Integer headDim;

    @Option(names = "--kv-heads", paramLabel = "N", description = "Key and value heads of softmax layers.")
    private @Nullable Integer kvHeads;

    @Option(names = "--intermediate", paramLabel = "N", description = "Width inside an expert.")
    private @Nullable Integer intermediate;

    @Option(names = "--experts", paramLabel = "N", description = "Experts of a layer.")
    private @Nullable Integer experts;

    @Option(names = "--top-k", paramLabel = "N", description = "Experts that a token visits.")
    private @Nullable Integer topK;

    @Option(names = "--vocabulary", paramLabel = "N", description = "Token ids.")
    private @Nullable Integer vocabulary;

    @Option(names = "--context", paramLabel = "N", description = "Most tokens of a sequence.")
    private @Nullable Integer context;

    /// @param checkpoints finds the shipped one, whose tokenizer is padded
    public SynthCommand(CheckpointFolder checkpoints) {
        this.checkpoints = checkpoints;
    }

    @Override
    public Integer call() {
        ModelConfig config = shape().toConfig();
        CheckpointWriter writer =
                new CheckpointWriter(output, DType.BF16, Bytes.parse(shardSize).value());
        List<TensorSpec> tensors = ModelTensors.of(config);
        long totalBytes = writer.bytes(tensors);
        try {
            prepare(totalBytes);
            boolean speaks = new PaddedTokenizer(checkpoints.find(Path.of(ModelSettings.SHIPPED)))
                    .write(output, config.vocabSize());
            write(writer, tensors, totalBytes);
            // last: a folder without it is no checkpoint
            Files.writeString(output.resolve("config.json"), ModelConfigWriter.json(config));
            say("%s: %,d parameters, %s%s"
                    .formatted(
                            output,
                            ModelTensors.parameterCount(config),
                            new Bytes(totalBytes),
                            speaks ? "" : "; without tokenizer, which needs more ids: token ids only"));
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "cannot write " + output + ": " + e, e);
        }
        return ExitCode.OK;
    }

    private SynthShape shape() {
        SynthShape base = SynthShape.preset(preset);
        return new SynthShape(
                or(layers, base.layers()),
                pattern == null ? base.pattern() : pattern,
                or(hidden, base.hidden()),
                or(heads, base.heads()),
                or(headDim, base.headDim()),
                or(kvHeads, base.kvHeads()),
                or(intermediate, base.intermediate()),
                or(experts, base.experts()),
                or(topK, base.topK()),
                or(vocabulary, base.vocabulary()),
                or(context, base.context()));
    }

    private static int or(@Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    private void prepare(long bytes) throws IOException {
        Files.createDirectories(output);
        try (Stream<Path> files = Files.list(output)) {
            if (files.findAny().isPresent()) {
                throw new ServingException(ErrorCode.INVALID_REQUEST, output + " is not empty");
            }
        }
        long free = Files.getFileStore(output).getUsableSpace();
        if (bytes > free) {
            throw new ServingException(
                    ErrorCode.INVALID_REQUEST,
                    "%s: %s are needed, %s are free".formatted(output, new Bytes(bytes), new Bytes(free)));
        }
    }

    private void write(CheckpointWriter writer, List<TensorSpec> tensors, long totalBytes) {
        Progress progress = Progress.of(spec.commandLine().getErr());
        AtomicLong written = new AtomicLong();
        writer.write(tensors, new RandomWeights(seed), bytes -> {
            long now = written.addAndGet(bytes);
            progress.show(String.format(
                    Locale.ROOT, "%s of %s (%d %%)", new Bytes(now), new Bytes(totalBytes), 100 * now / totalBytes));
        });
        progress.end();
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
