package io.thunderhead.transport.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import java.io.InputStream;

/// The gRPC service `thunderhead.exchange.v1.TensorExchange`: two bidirectional streams of frames. Descriptors are
/// written by hand because no message is protobuf.
final class TensorExchange {
    static final String SERVICE = "thunderhead.exchange.v1.TensorExchange";

    /// DISPATCH up; COMBINE or FAILURE down, in any order.
    static final MethodDescriptor<InputStream, InputStream> EXPERTS = stream("Experts");

    /// HIDDEN up; ACK or FAILURE down, in order.
    static final MethodDescriptor<InputStream, InputStream> HIDDEN = stream("Hidden");

    private TensorExchange() {}

    private static MethodDescriptor<InputStream, InputStream> stream(String name) {
        Marshaller<InputStream> frames = new FrameMarshaller();
        return MethodDescriptor.newBuilder(frames, frames)
                .setType(MethodType.BIDI_STREAMING)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .build();
    }

    /// Hands gRPC's own stream over the received bytes to the stream's listener, which reads it before it returns (gRPC
    /// closes it then): only there is known which stream's memory the rows belong to.
    private static final class FrameMarshaller implements Marshaller<InputStream> {
        @Override
        public InputStream stream(InputStream frame) {
            return frame;
        }

        @Override
        public InputStream parse(InputStream received) {
            return received;
        }
    }
}
