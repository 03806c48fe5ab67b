package io.thunderhead.coordinator.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Watches a connection until the head of its first request: closes it if that does not come in time, and takes an
/// upgrade to h2c out of a request that also expects `100-continue`. Vert.x would answer 101, and the JDK's client,
/// which asks for both by default, gives up at a 101 in place of the 100.
final class FirstRequest extends ChannelInboundHandlerAdapter {
    /// Of Vert.x: takes an HTTP/1.1 request head and upgrades the connection if the head asks for it.
    private static final String UPGRADE_HANDLER = "h2c";

    private final Duration timeout;
    private @Nullable Future<?> closing;

    FirstRequest(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // nothing is left to do when the connection is closed
    public void channelActive(ChannelHandlerContext context) {
        closing = context.executor().schedule((Runnable) context::close, timeout.toMillis(), TimeUnit.MILLISECONDS);
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        settled();
        context.fireChannelInactive();
    }

    /// Two bytes tell Vert.x which protocol this is: with those it builds the pipeline for it, into which the check of
    /// the head is put before the rest of the bytes follows.
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes) || bytes.readableBytes() < 2) {
            context.fireChannelRead(message);
            return;
        }
        context.fireChannelRead(bytes.readRetainedSlice(2));
        if (context.pipeline().get(UPGRADE_HANDLER) == null) {
            settled();
        } else {
            context.pipeline().addBefore(UPGRADE_HANDLER, "first-head", new FirstHead());
        }
        context.pipeline().remove(this);
        context.fireChannelRead(bytes);
    }

    private void settled() {
        if (closing != null) {
            closing.cancel(false);
        }
    }

    private final class FirstHead extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                settled();
                if (request.headers().contains(HttpHeaderNames.EXPECT)) {
                    request.headers().remove(HttpHeaderNames.UPGRADE);
                }
                context.pipeline().remove(this);
            }
            context.fireChannelRead(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            settled();
            context.fireChannelInactive();
        }
    }
}
