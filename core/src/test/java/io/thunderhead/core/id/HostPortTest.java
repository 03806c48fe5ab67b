package io.thunderhead.core.id;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HostPortTest {
    @Test
    void aWildcardIsDialledAtLoopback() {
        assertThat(HostPort.parse("0.0.0.0:8080").dialable()).hasToString("127.0.0.1:8080");
        assertThat(HostPort.parse("[::]:8080").dialable()).hasToString("127.0.0.1:8080");
        assertThat(HostPort.parse("10.0.0.1:8080").dialable()).hasToString("10.0.0.1:8080");
    }
}
