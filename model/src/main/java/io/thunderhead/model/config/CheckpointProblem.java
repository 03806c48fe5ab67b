package io.thunderhead.model.config;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.util.List;
import java.util.stream.Collectors;

/// One thing wrong with a checkpoint directory.
///
/// @param file name of the file at fault
/// @param subject the config key, tensor or part of the file it is about
public record CheckpointProblem(String file, String subject, String expected, String found) {

    /// CHECKPOINT_INVALID with all problems in its message, one a line.
    public static ServingException asException(List<CheckpointProblem> problems) {
        return new ServingException(ErrorCode.CHECKPOINT_INVALID, joined(problems));
    }

    /// This problem alone as CHECKPOINT_INVALID.
    public ServingException asException() {
        return asException(List.of(this));
    }

    /// As [#asException()] for a problem that another library's exception showed.
    public ServingException causedBy(Exception cause) {
        return new ServingException(ErrorCode.CHECKPOINT_INVALID, toString(), cause);
    }

    public static void throwIfAny(List<CheckpointProblem> problems) {
        if (!problems.isEmpty()) {
            throw asException(problems);
        }
    }

    private static String joined(List<CheckpointProblem> problems) {
        return problems.stream().map(CheckpointProblem::toString).collect(Collectors.joining("\n"));
    }

    @Override
    public String toString() {
        return file + ": " + subject + ": expected " + expected + ", found " + found;
    }
}
