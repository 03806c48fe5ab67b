package io.thunderhead.transport.testing;

import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeConnector;
import io.thunderhead.transport.exchange.ExpertExchange;
import io.thunderhead.transport.stage.HiddenLink;
import io.thunderhead.transport.stage.StageControl;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/// A connector whose expert exchanges and hidden links misbehave: messages are delayed (and so overtaken), dropped or
/// failed. What happens to the n-th message of a line depends on the seed and the worker's name alone. Control lines
/// are left as they are: losing them is the inner connector's business.
public final class FaultyTransport implements NodeConnector {
    private final NodeConnector inner;
    private final long seed;
    private final Faults faults;
    private final ScheduledExecutorService delays = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("faults").factory());

    /// @param inner closed with this one
    public FaultyTransport(NodeConnector inner, long seed, Faults faults) {
        this.inner = inner;
        this.seed = seed;
        this.faults = faults;
    }

    @Override
    public ExpertExchange expertExchange(NodeId worker, HostPort address) {
        return new FaultyExchange(inner.expertExchange(worker, address), worker, dice(worker), delays);
    }

    @Override
    public HiddenLink hiddenLink(NodeId worker, HostPort address) {
        return new FaultyHiddenLink(inner.hiddenLink(worker, address), worker, dice(worker));
    }

    @Override
    public StageControl stageControl(NodeId worker, HostPort address, StageControl.Listener listener) {
        return inner.stageControl(worker, address, listener);
    }

    private FaultDice dice(NodeId worker) {
        return new FaultDice(seed ^ worker.value().hashCode(), faults);
    }

    @Override
    public void close() {
        inner.close();
        delays.shutdownNow();
    }
}
