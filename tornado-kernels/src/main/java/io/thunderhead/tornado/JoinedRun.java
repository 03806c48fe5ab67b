package io.thunderhead.tornado;

import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.tornado.cuda.CudaCall;
import io.thunderhead.tornado.cuda.CudaProgram;

/// What kernels of whole layers are started with, and the attention that all ways through a layer share.
record JoinedRun(ModelConfig config, CudaProgram program, JoinedBuffers buffers, int rotaryPairs) {
    /// From `projected` and the states to `attended`, for rows of decoding.
    void decodeLightning(JoinedStep step, CudaLayer.Lightning layer, boolean early) {
        int heads = config.headCount();
        CudaCall.Launch launch = CudaShapes.decode(step.decodeCount(), heads);
        Object[] arguments = {
            step.step(),
            step.decodes(),
            buffers.projected(),
            layer.states(),
            layer.slopes(),
            buffers.attended(),
            layer.slots(),
            heads,
            1
        };
        if (early) {
            program.launchEarly(launch, arguments);
        } else {
            program.launch(launch, arguments);
        }
    }

    /// Where queries, keys and values lie, in the place of what lightning projects.
    long query() {
        return buffers.projected();
    }

    long key() {
        return query() + (long) JoinedStage.ROW_MAX * config.attentionSize() * Float.BYTES;
    }

    long value() {
        return key() + (long) JoinedStage.ROW_MAX * config.kvSize() * Float.BYTES;
    }

    /// From queries, keys and values to `attended`.
    void attend(JoinedStep step, CudaLayer.Softmax layer) {
        int heads = config.headCount();
        int kvHeads = config.kvHeadCount();
        program.launch(
                CudaShapes.storeKeysValues(step.rows(), heads, kvHeads),
                step.step(),
                step.rowTable(),
                step.pageTable(),
                step.turns(),
                query(),
                key(),
                value(),
                layer.pages(),
                layer.pageCount(),
                heads,
                kvHeads,
                rotaryPairs);
        program.launch(
                CudaShapes.attendPages(step.partCount(), kvHeads),
                step.step(),
                step.parts(),
                step.pageTable(),
                query(),
                layer.pages(),
                buffers.partials(),
                layer.pageCount(),
                heads,
                kvHeads,
                step.partCount());
        program.launch(
                new CudaCall.Launch("combineParts", step.rows(), heads, CudaShapes.HEAD_DIM),
                buffers.partials(),
                buffers.attended(),
                step.splits());
    }

    /// From a layer's `expertInput` and its experts' `results` to `hidden`.
    void combineExperts(JoinedStep step) {
        program.launch(
                new CudaCall.Launch("combineExperts", step.rows(), 1, 256),
                buffers.expertInput(),
                buffers.results(),
                buffers.places(),
                buffers.shares(),
                buffers.hidden(),
                config.hiddenSize(),
                config.mlpFactors().alpha(),
                config.mlpFactors().beta());
    }

    /// Where a layer's choices go.
    long choices(JoinedStep step, int number) {
        return buffers.choices() + (long) number * JoinedStage.CHOICES * step.rows() * Integer.BYTES;
    }
}
