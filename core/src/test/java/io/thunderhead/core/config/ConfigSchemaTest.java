package io.thunderhead.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfigSchemaTest {
    enum Mode {
        FULL_SPEED,
        SLOW
    }

    record Everything(
            @Setting(value = "8080", doc = "A port.", min = 1, max = 65535)
            int port,

            @Setting(value = "5", doc = "A count.", min = 0) long count,
            @Setting(value = "true", doc = "A switch.") boolean enabled,

            @Setting(value = "0.5", doc = "A share.", min = 0, max = 1)
            double share,

            @Setting(value = "1.5", doc = "A factor.") float factor,
            @Setting(value = "node", doc = "A name.") String name,

            @Setting(value = "30s", doc = "A wait.", min = 1, max = 60_000)
            Duration timeout,

            @Setting(value = "1s", doc = "A pause.", min = 10)
            Duration pause,

            @Setting(value = "64MiB", doc = "A limit.", max = 1 << 30)
            Bytes messageMax,

            @Setting(value = "127.0.0.1:0", doc = "An address.")
            HostPort listen,

            @Setting(value = "models/x", doc = "A folder.") Path model,
            @Setting(value = "full-speed", doc = "A mode.") Mode mode,

            @Setting(value = "", doc = "Perhaps a number.", min = 1)
            Optional<Integer> limit,

            @Setting(value = "a:1,b:2", doc = "Some addresses.")
            List<HostPort> seeds) {}

    record Range(
            @Setting(value = "1", doc = "From.") int low,
            @Setting(value = "2", doc = "To.") int high) {
        Range {
            if (low > high) {
                throw new IllegalArgumentException("expected low <= high, found " + low + " > " + high);
            }
        }
    }

    private static final ConfigSchema SCHEMA =
            ConfigSchema.empty().section("server", Everything.class).section("range", Range.class);

    @Test
    void bindsDefaultsOfEveryType() {
        assertThat(Config.defaults(Everything.class))
                .isEqualTo(new Everything(
                        8080,
                        5,
                        true,
                        0.5,
                        1.5f,
                        "node",
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        Bytes.mebibytes(64),
                        new HostPort("127.0.0.1", 0),
                        Path.of("models/x"),
                        Mode.FULL_SPEED,
                        Optional.empty(),
                        List.of(new HostPort("a", 1), new HostPort("b", 2))));
    }

    @Test
    void laterLayersWin() {
        Config config = SCHEMA.bind(
                ConfigLayer.of("file", Map.of("server.port", "1", "server.name", "file", "server.count", "1")),
                SCHEMA.environment(Map.of("THUNDERHEAD_SERVER_PORT", "2", "THUNDERHEAD_SERVER_NAME", "env")),
                ConfigLayer.of("--port", Map.of("server.port", "3")));

        assertThat(config.get(Everything.class))
                .extracting(Everything::port, Everything::name, Everything::count)
                .containsExactly(3, "env", 1L);
    }

    @Test
    void readsTextFormsOfUnits() {
        Everything config = Config.of(
                Everything.class,
                Map.of("timeout", "500ms", "message-max", "1MB", "mode", "SLOW", "limit", "7", "seeds", ""));

        assertThat(config.timeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.messageMax()).isEqualTo(new Bytes(1_000_000));
        assertThat(config.mode()).isEqualTo(Mode.SLOW);
        assertThat(config.limit()).contains(7);
        assertThat(config.seeds()).isEmpty();
    }

    @Test
    void listsAllProblemsAtOnceWithOriginExpectedAndFound() {
        assertThatThrownBy(() -> SCHEMA.bind(
                        ConfigLayer.of(
                                "thunderhead.yaml:3",
                                Map.of("server.port", "70000", "server.enabled", "yes", "sever.name", "x")),
                        SCHEMA.environment(Map.of("THUNDERHEAD_SERVER_TIMEOUT", "2m", "THUNDERHEAD_RANGE_HIHG", "9")),
                        ConfigLayer.of("--set", Map.of("range.low", "9", "server.limit", "0"))))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessage("""
                        7 problems in the configuration
                          server.port (thunderhead.yaml:3): expected an integer from 1 to 65535, found '70000'
                          server.enabled (thunderhead.yaml:3): expected true or false, found 'yes'
                          server.timeout (THUNDERHEAD_SERVER_TIMEOUT): expected a duration like 30s from 1ms to 1m, found '2m'
                          server.limit (--set): expected an integer or nothing of at least 1, found '0'
                          range: expected low <= high, found 9 > 2
                          THUNDERHEAD_RANGE_HIHG (THUNDERHEAD_RANGE_HIHG): unknown key, did you mean THUNDERHEAD_RANGE_HIGH?
                          sever.name (thunderhead.yaml:3): unknown key, did you mean server.name?""");
    }

    @Test
    void ignoresVariablesThatKubernetesAddsForServices() {
        ConfigLayer layer = SCHEMA.environment(Map.of(
                "THUNDERHEAD_COORDINATOR_SERVICE_HOST", "10.0.0.1",
                "THUNDERHEAD_COORDINATOR_SERVICE_PORT_HTTP", "80",
                "THUNDERHEAD_SERVER_PORT", "tcp://10.0.0.1:80",
                "THUNDERHEAD_COORDINATOR_PORT_80_TCP_ADDR", "10.0.0.1",
                "PATH", "/bin"));

        assertThat(layer.values()).isEmpty();
    }

    @Test
    void refusesNumbersThatAreNone() {
        for (String text : List.of("", "NaN", "Infinity", "1.5.", "1e400")) {
            assertThatThrownBy(() -> Config.of(Everything.class, Map.of("factor", text)))
                    .hasMessageContaining("factor: expected a number, found '" + text + "'");
        }
    }

    @Test
    void refusesComponentsWithoutSetting() {
        record Bare(int port) {}

        assertThatThrownBy(() -> ConfigSchema.empty().section("x", Bare.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Bare.port has no @Setting");
    }

    @Test
    void describesKeysInDeclaredOrder() {
        ConfigKey key = SCHEMA.keys().get(8);

        assertThat(key.name()).isEqualTo("server.message-max");
        assertThat(key.environmentName()).isEqualTo("THUNDERHEAD_SERVER_MESSAGE_MAX");
        assertThat(key.defaultText()).isEqualTo("64MiB");
        assertThat(key.expected()).isEqualTo("a size like 64MiB of at most 1.00 GiB");
        assertThat(SCHEMA.keys().get(7).expected()).isEqualTo("a duration like 30s of at least 10ms");
    }
}
