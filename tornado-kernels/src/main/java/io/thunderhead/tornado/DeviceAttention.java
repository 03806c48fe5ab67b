package io.thunderhead.tornado;

import io.thunderhead.tornado.cuda.Addresses;
import java.util.List;

/// The attention of some layers of one kind, with the memory of the sequences, on a device.
interface DeviceAttention {
    /// What sequences left in these layers.
    DeviceStore memory();

    /// Elements of the memory that are read and written together: a state, or a page of one layer.
    int pieceSize();

    /// Arrays of weights and, if it is one, of memory.
    List<Object> resident();

    /// Whether a step without rows of a prompt has less to do.
    boolean decodesApart();

    /// Adds the tasks from the buffers' `normed` to `branch`.
    StepTables addTasks(KernelGraph graph, LayerBuffers buffers);

    /// Whether kernels in CUDA C can do all of it.
    boolean joins();

    /// Where a layer's arrays lie.
    CudaLayer.Attention cudaAttention(Addresses addresses, int layer);

    /// The small arrays that tell a graph what a step consists of.
    @FunctionalInterface
    interface StepTables {
        void fill(DeviceRows rows);
    }
}
