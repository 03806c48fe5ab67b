package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.HeadShape;
import io.thunderhead.model.kernels.Rotary;
import io.thunderhead.model.layers.JoinedLayers;
import io.thunderhead.model.layers.Workspace;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.tornado.cuda.CudaProgram;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Lock;

/// Whole layers on one device, attention and experts one after the other without the host in between: rows cross twice
/// a step instead of four times a layer. Kernels find weights, states and pages, which lie in TornadoVM's arrays, by
/// their addresses, and are started on a stream of its own while those before them run.
final class JoinedStage implements JoinedLayers {
    /// What the kernels that sort rows by expert are made for.
    static final int CHOICES = 2;

    static final int EXPERTS_MAX = 32;

    /// A larger step goes in parts.
    static final int ROW_MAX = 1024;

    private final Target target;
    private final ModelConfig config;
    private final List<CudaLayer> layers;
    private final DeviceExpertStore store;
    private final Rotary rotary;
    private final CudaProgram program;
    private final JoinedBuffers buffers;
    private final RowLayers rowLayers;
    private final DecodeLayers decodeLayers;
    private final StepTable table;
    private final MemorySegment tableMemory;
    private final MemorySegment rowMemory;
    private final MemorySegment choiceMemory;
    private final int[] rowsOfExpert;
    private List<DeviceExpertStore.LayerExperts> experts = List.of();
    private boolean wideExperts;
    private boolean decodesInt8;
    private int knownChanges = -1;

    /// What a stage takes on the device for this.
    static long scratchBytes(ModelConfig config) {
        return JoinedBuffers.at(0, config, config.layerCount()).bytes();
    }

    /// @param layers in order
    JoinedStage(Target target, ModelConfig config, List<CudaLayer> layers, DeviceExpertStore store) {
        this.target = target;
        this.config = config;
        this.layers = List.copyOf(layers);
        this.store = store;
        HeadShape shape = new HeadShape(config.headCount(), config.kvHeadCount(), config.headDim());
        this.rotary = new Rotary(shape, config.rotaryDim(), config.ropeTheta());
        this.rowsOfExpert = new int[config.expertCount()];
        long bytes = JoinedBuffers.at(0, config, layers.size()).bytes();
        CudaProgram started = start(bytes);
        this.program = started;
        try {
            this.buffers = ResidentPlan.madeWhileNothingIsRecorded(
                    () -> JoinedBuffers.at(started.allocate(bytes), config, layers.size()));
            this.tableMemory = pinned(JoinedStep.tableBytes(config));
            this.rowMemory = pinned((long) ROW_MAX * config.hiddenSize() * Float.BYTES);
            this.choiceMemory = pinned((long) CHOICES * ROW_MAX * layers.size() * Integer.BYTES);
            JoinedRun run = new JoinedRun(config, program, buffers, rotary.pairCount());
            // loads kernels
            this.rowLayers = ResidentPlan.madeWhileNothingIsRecorded(() -> new RowLayers(run));
            this.decodeLayers = new DecodeLayers(run);
            ResidentPlan.whileNothingIsRecorded(() -> {
                started.enter();
                decodeLayers.unpackRouters(layers);
                started.await();
            });
        } catch (RuntimeException | Error e) {
            ResidentPlan.whileNothingIsRecorded(started::close);
            target.memory().giveBack(bytes);
            throw e;
        }
        this.table = new StepTable(tableMemory, buffers.table());
    }

    private CudaProgram start(long bytes) {
        target.memory().take("rows of whole layers", bytes);
        try {
            return ResidentPlan.madeWhileNothingIsRecorded(() -> new CudaProgram(target.device()));
        } catch (RuntimeException | Error e) {
            target.memory().giveBack(bytes);
            throw e;
        }
    }

    private MemorySegment pinned(long bytes) {
        return ResidentPlan.madeWhileNothingIsRecorded(() -> program.pinned(bytes));
    }

    @Override
    public void run(StepRows rows, Workspace workspace, Visits visits) {
        Lock lock = store.useLock();
        lock.lock();
        try {
            locateExperts();
            ResidentPlan.whileNothingIsRecorded(() -> {
                program.enter();
                int firstRow = 0;
                for (DeviceRows part : DeviceRows.of(rows, ROW_MAX)) {
                    run(part, workspace.hidden(), firstRow, visits);
                    firstRow += part.rowCount();
                }
            });
        } finally {
            lock.unlock();
        }
    }

    private void locateExperts() {
        int changes = store.changes();
        if (changes != knownChanges) {
            experts = layers.stream()
                    .map(layer -> store.layerExperts(layer.index())
                            .orElseThrow(() -> new ServingException(
                                    ErrorCode.STALE_PLAN,
                                    "the experts of layer " + layer.index() + " are not all held here in one place")))
                    .toList();
            wideExperts = rowLayers.wide(experts);
            decodesInt8 = DecodeLayers.suits(layers, experts);
            knownChanges = changes;
        }
    }

    private void run(DeviceRows rows, float[] hidden, int firstRow, Visits visits) {
        int count = rows.rowCount();
        int width = config.hiddenSize();
        long bytes = (long) count * width * Float.BYTES;
        DeviceArrays.copy(hidden, firstRow * width, count * width, rowMemory);
        JoinedStep step = JoinedStep.of(config, rotary, rows, wideExperts, experts, table);
        program.toDevice(tableMemory, table.bytes(), buffers.table());
        program.toDevice(rowMemory, bytes, buffers.hidden());
        if (decodesInt8 && DecodeLayers.takes(step)) {
            decodeLayers.run(step, layers, experts);
        } else {
            rowLayers.run(step, layers, experts);
        }
        program.toHost(buffers.hidden(), rowMemory, bytes);
        program.toHost(buffers.choices(), choiceMemory, (long) CHOICES * count * layers.size() * Integer.BYTES);
        program.await();
        DeviceArrays.copy(rowMemory, count * width, hidden, firstRow * width);
        tell(count, visits);
    }

    private void tell(int rows, Visits visits) {
        for (int i = 0; i < layers.size(); i++) {
            Arrays.fill(rowsOfExpert, 0);
            for (int choice = 0; choice < CHOICES * rows; choice++) {
                rowsOfExpert[choiceMemory.getAtIndex(ValueLayout.JAVA_INT, (long) i * CHOICES * rows + choice)]++;
            }
            visits.visited(layers.get(i).index(), rows, rowsOfExpert);
        }
    }

    @Override
    public void close() {
        ResidentPlan.whileNothingIsRecorded(program::close);
        target.memory().giveBack(buffers.bytes());
    }
}
