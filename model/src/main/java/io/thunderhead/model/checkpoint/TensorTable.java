package io.thunderhead.model.checkpoint;

import io.thunderhead.model.config.CheckpointProblem;
import io.thunderhead.model.config.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Where every tensor of a checkpoint lies, by released name.
final class TensorTable {
    private static final Set<String> FLOATS =
            Arrays.stream(DType.values()).map(DType::name).collect(Collectors.toCollection(LinkedHashSet::new));

    private final String location;
    private final SortedMap<String, StoredPart> parts;

    private TensorTable(String location, SortedMap<String, StoredPart> parts) {
        this.location = location;
        this.parts = parts;
    }

    /// Throws CHECKPOINT_INVALID if a tensor is there twice, in one file or in two.
    ///
    /// @param location named in messages about missing tensors
    static TensorTable of(String location, List<SafetensorsFile> files) {
        SortedMap<String, StoredPart> parts = new TreeMap<>();
        List<CheckpointProblem> problems = new ArrayList<>();
        for (SafetensorsFile file : files) {
            for (SafetensorsFile.Entry entry : file.entries().values()) {
                Spelling.parts(file, entry).forEach((name, part) -> {
                    StoredPart first = parts.putIfAbsent(name, part);
                    if (first != null) {
                        problems.add(duplicate(name, first, part));
                    }
                });
            }
        }
        CheckpointProblem.throwIfAny(problems);
        return new TensorTable(location, parts);
    }

    private static CheckpointProblem duplicate(String name, StoredPart first, StoredPart second) {
        String found =
                "%s in %s and %s in %s".formatted(first.storedName(), first.file(), second.storedName(), second.file());
        return new CheckpointProblem(second.file(), "tensor " + name, "once", found);
    }

    SortedMap<String, StoredPart> parts() {
        return parts;
    }

    StoredTensor tensor(String name, List<Integer> expectedShape) {
        CheckpointProblem.throwIfAny(problemOf(name, expectedShape).stream().toList());
        StoredPart part = Objects.requireNonNull(parts.get(name));
        return new StoredTensor(name, DType.valueOf(part.dtype()), part.shape(), part.data(), part.file());
    }

    /// Everything that keeps these tensors from being the weights of a model of this config.
    List<CheckpointProblem> problems(ModelConfig config) {
        List<CheckpointProblem> problems = new ArrayList<>();
        Set<String> needed = new HashSet<>();
        for (TensorSpec spec : ModelTensors.of(config)) {
            needed.add(spec.name());
            if (ModelTensors.isQuantizable(spec) && isInt8(spec.name())) {
                needed.add(Int8Tensors.scalesOf(spec.name()));
                problems.addAll(int8Problems(
                        spec.name(), spec.shape().get(0), spec.shape().get(1)));
            } else {
                problemOf(spec.name(), spec.shape()).ifPresent(problems::add);
            }
        }
        if (config.tiedEmbeddings()) {
            needed.add(TensorNames.HEAD);
        }
        parts.forEach((name, part) -> {
            // vision weights are none of the text model's; a bias or a ninth layer would change its arithmetic
            if (!needed.contains(name) && (name.startsWith("model.") || name.startsWith("lm_head."))) {
                problems.add(new CheckpointProblem(
                        part.file(),
                        "tensor " + name,
                        "no such tensor in this model",
                        part.dtype() + " " + part.shape()));
            }
        });
        return problems;
    }

    /// See [TensorSource#int8].
    Optional<Int8Matrix> int8(String name, int outSize, int inSize) {
        if (!isInt8(name)) {
            return Optional.empty();
        }
        CheckpointProblem.throwIfAny(int8Problems(name, outSize, inSize));
        StoredPart values = Objects.requireNonNull(parts.get(name));
        StoredPart scales = Objects.requireNonNull(parts.get(Int8Tensors.scalesOf(name)));
        return Optional.of(new Int8Matrix(values.data(), scales.data()));
    }

    private boolean isInt8(String name) {
        StoredPart part = parts.get(name);
        return part != null && part.dtype().equals(Int8Tensors.VALUES_DTYPE);
    }

    private List<CheckpointProblem> int8Problems(String name, int outSize, int inSize) {
        List<Integer> panels =
                IntStream.of(Int8Tensors.panels(outSize, inSize)).boxed().toList();
        return Stream.of(
                        problemOf(name, panels, Set.of(Int8Tensors.VALUES_DTYPE)),
                        problemOf(Int8Tensors.scalesOf(name), List.of(outSize), Set.of(Int8Tensors.SCALES_DTYPE)))
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<CheckpointProblem> problemOf(String name, List<Integer> expectedShape) {
        return problemOf(name, expectedShape, FLOATS);
    }

    private Optional<CheckpointProblem> problemOf(String name, List<Integer> expectedShape, Set<String> dtypes) {
        StoredPart part = parts.get(name);
        String subject = "tensor " + name;
        if (part == null) {
            return Optional.of(new CheckpointProblem(location, subject, "shape " + expectedShape, "no such tensor"));
        }
        if (!part.shape().equals(expectedShape)) {
            return Optional.of(
                    new CheckpointProblem(part.file(), subject, "shape " + expectedShape, "shape " + part.shape()));
        }
        if (!dtypes.contains(part.dtype())) {
            String expected = dtypes.size() == 1 ? String.join("", dtypes) : "one of " + dtypes;
            return Optional.of(new CheckpointProblem(part.file(), subject, expected, part.dtype()));
        }
        return Optional.empty();
    }
}
