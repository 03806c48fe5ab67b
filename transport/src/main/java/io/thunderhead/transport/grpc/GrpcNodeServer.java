package io.thunderhead.transport.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.transport.NodeServer;
import io.thunderhead.transport.NodeServices;
import io.thunderhead.transport.TransportConfig;
import io.thunderhead.transport.wire.RowMemory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A worker's gRPC port: its services, `grpc.health.v1` and reflection.
public final class GrpcNodeServer implements NodeServer {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcNodeServer.class);

    private final NodeId self;
    private final HostPort listen;
    private final TransportConfig config;
    private final RowMemory memory;
    private final WorkInFlight work = new WorkInFlight();
    private final HealthStatusManager health = new HealthStatusManager();
    private final EventLoopGroup ioThreads;
    private final SharedMemoryOffers sharedMemory = new SharedMemoryOffers();
    private final NodeStreams streams;
    private final Server server;
    private final AtomicBoolean closed = new AtomicBoolean();

    /// @param self the name this node has in messages
    /// @param listen where to listen; port 0 = any free one
    public GrpcNodeServer(NodeId self, HostPort listen, NodeServices services, TransportConfig config) {
        this.self = self;
        this.listen = listen;
        this.config = config;
        this.memory = new RowMemory(self, config.arrowMemory());
        this.ioThreads = new MultiThreadIoEventLoopGroup(
                config.ioThreads(), new DefaultThreadFactory("serve-" + self, true), NioIoHandler.newFactory());
        NettyServerBuilder builder = builder();
        this.streams = new NodeStreams(services, config, memory, work);
        streams.definitions().forEach(builder::addService);
        this.server = builder.build();
    }

    private NettyServerBuilder builder() {
        BindableService reflection = ProtoReflectionServiceV1.newInstance();
        return NettyServerBuilder.forAddress(new InetSocketAddress(listen.host(), listen.port()), Tls.ofServer(config))
                .bossEventLoopGroup(ioThreads)
                .workerEventLoopGroup(ioThreads)
                .channelType(NioServerSocketChannel.class)
                .directExecutor()
                .flowControlWindow(NodeChannels.FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize((int) config.maxMessage().value())
                .keepAliveTime(config.keepalive().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(config.keepalive().toNanos(), TimeUnit.NANOSECONDS)
                .permitKeepAliveTime(config.keepalive().toNanos() / 2, TimeUnit.NANOSECONDS)
                .addService(health.getHealthService())
                .addService(sharedMemory)
                .addService(reflection);
    }

    @Override
    public HostPort start() {
        if (config.sharedMemory() == TransportConfig.SharedMemory.AUTO) {
            streams.rings().ifPresent(experts -> sharedMemory.start(self, config, experts));
        }
        try {
            server.start();
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID, self + " cannot listen on " + listen + ": " + e.getMessage(), e);
        }
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
        HostPort address = new HostPort(listen.host(), server.getPort());
        LOG.info("node {} listens on {}{}", self, address, config.tls() ? ", mutual TLS" : "");
        return address;
    }

    /// Arrow memory that received rows and answers hold now.
    long rowBytesHeld() {
        return memory.allocatedBytes();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        health.enterTerminalState();
        server.shutdown();
        if (!work.drain(Deadline.after(config.closeGrace()))) {
            LOG.warn("node {} closes while work is still under way", self);
        }
        sharedMemory.close();
        server.shutdownNow();
        long grace = config.closeGrace().toNanos();
        ioThreads.shutdownGracefully(0, grace, TimeUnit.NANOSECONDS).awaitUninterruptibly(grace, TimeUnit.NANOSECONDS);
        memory.close();
    }
}
