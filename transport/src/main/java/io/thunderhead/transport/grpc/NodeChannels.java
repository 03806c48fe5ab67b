package io.thunderhead.transport.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.id.NodeId;
import io.thunderhead.transport.TransportConfig;
import java.util.concurrent.TimeUnit;

/// Opens connections: one a line, so that a large batch on one line never stands before a small message on another, and
/// so that gRPC's own reconnecting (which starts at a second) is never met.
final class NodeChannels implements AutoCloseable {
    /// Who is calling; for messages only.
    static final Metadata.Key<String> CALLER = Metadata.Key.of("thunderhead-node", Metadata.ASCII_STRING_MARSHALLER);

    /// Measured on loopback with 6 MiB batches: 1 MiB, gRPC's default, waits for window updates.
    static final int FLOW_CONTROL_WINDOW = 8 << 20;

    private final NodeId self;
    private final TransportConfig config;
    private final ChannelCredentials credentials;
    private final EventLoopGroup ioThreads;

    NodeChannels(NodeId self, TransportConfig config) {
        this.self = self;
        this.config = config;
        this.credentials = Tls.ofClient(config);
        this.ioThreads = new MultiThreadIoEventLoopGroup(
                config.ioThreads(), new DefaultThreadFactory("line-" + self, true), NioIoHandler.newFactory());
    }

    ManagedChannel open(HostPort address) {
        Metadata caller = new Metadata();
        caller.put(CALLER, self.value());
        return NettyChannelBuilder.forAddress(address.host(), address.port(), credentials)
                .eventLoopGroup(ioThreads)
                .channelType(NioSocketChannel.class)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        config.connectTimeout().toMillis())
                .keepAliveTime(config.keepalive().toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(config.keepalive().toNanos(), TimeUnit.NANOSECONDS)
                .flowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize((int) config.maxMessage().value())
                .intercept(MetadataUtils.newAttachHeadersInterceptor(caller))
                .directExecutor()
                .disableRetry() // would keep a copy of every message
                .build();
    }

    /// Returns when what ended streams have still to say has been said, or after the grace.
    @Override
    public void close() {
        long grace = config.closeGrace().toNanos();
        ioThreads.shutdownGracefully(0, grace, TimeUnit.NANOSECONDS).awaitUninterruptibly(grace, TimeUnit.NANOSECONDS);
    }
}
