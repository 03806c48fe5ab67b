package io.thunderhead.coordinator.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Sits on the listening socket: closes connections above the limit at once, and watches each accepted one until its
/// first request. Here and not in Vert.x's connection handler, which hears of a connection only with that request.
@ChannelHandler.Sharable
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    private final int connectionsMax;
    private final Duration firstRequestTimeout;
    private final AtomicInteger open = new AtomicInteger();

    ConnectionGuard(int connectionsMax, Duration firstRequestTimeout) {
        this.connectionsMax = connectionsMax;
        this.firstRequestTimeout = firstRequestTimeout;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
        Channel connection = (Channel) accepted;
        if (open.incrementAndGet() > connectionsMax) {
            open.decrementAndGet();
            connection.unsafe().closeForcibly();
            return;
        }
        connection.closeFuture().addListener(closed -> open.decrementAndGet());
        connection.pipeline().addLast("first-request", new FirstRequest(firstRequestTimeout));
        context.fireChannelRead(accepted);
    }
}
