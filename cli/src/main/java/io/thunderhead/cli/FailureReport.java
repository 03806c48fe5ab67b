package io.thunderhead.cli;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/// How a failed command ends: `thunderhead: CODE: message`, and a stack trace only for faults of ours.
final class FailureReport implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        ServingException error = ServingException.of(failure);
        command.getErr().println("thunderhead: " + error.code() + ": " + error.getMessage());
        if (error.code() == ErrorCode.INTERNAL) {
            failure.printStackTrace(command.getErr());
        }
        command.getErr().flush();
        return ExitCode.of(error.code());
    }
}
