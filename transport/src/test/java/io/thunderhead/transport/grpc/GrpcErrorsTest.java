package io.thunderhead.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrpcErrorsTest {
    @ParameterizedTest
    @EnumSource
    void bringsEveryCodeAcross(ErrorCode code) {
        ServingException error = GrpcErrors.fromGrpc(GrpcErrors.toGrpc(new ServingException(code, "because")));
        assertThat(error.code()).isEqualTo(code);
        assertThat(error).hasMessage("because");
        assertThat(error.retryAfter()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void bringsParameterAndRetryAfterAcross(ErrorCode code) {
        assertThat(GrpcErrors.fromGrpc(GrpcErrors.toGrpc(ServingException.ofParameter(code, "top_p", "too large")))
                        .parameter())
                .contains("top_p");
        assertThat(GrpcErrors.fromGrpc(
                                GrpcErrors.toGrpc(ServingException.rejected(code, "later", Duration.ofMillis(1500))))
                        .retryAfter())
                .contains(Duration.ofMillis(1500));
    }

    @ParameterizedTest
    @EnumSource(Status.Code.class)
    void findsACodeForEveryStatusOfOthers(Status.Code status) {
        ErrorCode code = GrpcErrors.fromGrpc(status.toStatus(), null).code();
        if (code != ErrorCode.INTERNAL && code != ErrorCode.METHOD_NOT_ALLOWED && status != Status.Code.OUT_OF_RANGE) {
            assertThat(code.grpcStatus()).isEqualTo(status.name());
        }
    }
}
