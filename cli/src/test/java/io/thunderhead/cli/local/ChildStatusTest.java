package io.thunderhead.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ChildStatusTest {
    @Test
    void readsWhatItWrites() {
        ChildStatus status =
                new ChildStatus(10, 40, true, Map.of("http", "127.0.0.1:8080", "grpc", "127.0.0.1:9090"), "a = b | c");

        assertThat(status.format())
                .isEqualTo(
                        "@thunderhead loaded=10 total=40 ready=true grpc=127.0.0.1:9090 http=127.0.0.1:8080 | a = b | c");
        assertThat(ChildStatus.parse(status.format())).contains(status);
    }

    @Test
    void takesOtherLinesForOutput() {
        for (String line : new String[] {
            "",
            "INFO started",
            "@thunderhead",
            "@thunderhead loaded=1 | x",
            "@thunderhead loaded=x total=1 ready=true | x"
        }) {
            assertThat(ChildStatus.parse(line)).as(line).isEmpty();
        }
    }
}
