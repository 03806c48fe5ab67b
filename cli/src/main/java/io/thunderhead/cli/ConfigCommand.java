package io.thunderhead.cli;

import io.thunderhead.cli.settings.ConfigReference;
import io.thunderhead.cli.settings.ThunderheadSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `thunderhead config`
@Command(name = "config", description = "Lists every configuration key with default, range and meaning.")
final class ConfigCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Option(names = "--yaml", description = "As a configuration file with every key at its default.")
    private boolean yaml;

    @Option(names = "--markdown", description = "As docs/CONFIG.md.")
    private boolean markdown;

    @Override
    public void run() {
        ConfigReference reference = new ConfigReference(ThunderheadSchema.SCHEMA);
        String text = yaml ? reference.yaml() : markdown ? reference.markdown() : reference.text();
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }
}
