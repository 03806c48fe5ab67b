package io.thunderhead.transport.inprocess;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.exchange.ExpertService;
import io.thunderhead.transport.stage.StageService;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// One node of this process as others see it: its services, and who must be told when it goes away.
final class InProcessNode implements NodeServer {
    private final NodeId id;
    private final NodeServices services;
    private final InProcessNodes nodes;
    private final Set<Peer> peers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    InProcessNode(NodeId id, NodeServices services, InProcessNodes nodes) {
        this.id = id;
        this.services = services;
        this.nodes = nodes;
    }

    NodeId id() {
        return id;
    }

    ExpertService experts() {
        return offered(services.experts(), "expert");
    }

    StageService stage() {
        return offered(services.stage(), "stage");
    }

    private <S> S offered(Optional<S> service, String name) {
        return service.orElseThrow(
                () -> new ServingException(ErrorCode.PROTOCOL_VIOLATION, id + " offers no " + name + " service"));
    }

    @Override
    public HostPort start() {
        nodes.add(this);
        return new HostPort(id.value(), 0);
    }

    /// Something that waits for this node; told at once if the node has closed in between.
    void attach(Peer peer) {
        peers.add(peer);
        if (closed && peers.remove(peer)) {
            peer.lost(gone());
        }
    }

    void detach(Peer peer) {
        peers.remove(peer);
    }

    @Override
    public void close() {
        closed = true;
        nodes.remove(this);
        for (Peer peer : List.copyOf(peers)) {
            if (peers.remove(peer)) {
                peer.lost(gone());
            }
        }
    }

    private ServingException gone() {
        return new ServingException(ErrorCode.WORKER_LOST, id + " has closed");
    }

    @FunctionalInterface
    interface Peer {
        void lost(ServingException reason);
    }
}
