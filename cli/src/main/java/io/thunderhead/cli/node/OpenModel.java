package io.thunderhead.cli.node;

import io.thunderhead.cli.checkpoint.CheckpointFolder;
import io.thunderhead.cli.settings.KernelSettings;
import io.thunderhead.cli.settings.ModelSettings;
import io.thunderhead.core.config.Config;
import io.thunderhead.model.checkpoint.Checkpoint;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The checkpoint that a process serves, checked whole but not loaded, and the kernels that will compute with it.
record OpenModel(Path folder, Checkpoint checkpoint, Kernels kernels) implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OpenModel.class);

    /// Throws CHECKPOINT_INVALID with every problem found; CONFIG_INVALID for kernels that are not here.
    static OpenModel open(Config config) {
        ModelSettings model = config.get(ModelSettings.class);
        Path folder = CheckpointFolder.ofProcess().resolve(model.dir());
        Checkpoint checkpoint = Checkpoint.open(folder, model.quantize());
        try {
            checkpoint.verify();
            KernelSettings settings = config.get(KernelSettings.class);
            KernelSelection selection = KernelSelection.choose(settings.implementation(), settings.threadCount());
            log.info("{}", selection.reason());
            return new OpenModel(folder, checkpoint, selection.kernels());
        } catch (RuntimeException e) {
            checkpoint.close();
            throw e;
        }
    }

    @Override
    public void close() {
        kernels.close();
        checkpoint.close();
    }
}
