package io.thunderhead.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.coordinator.http.ApiServer.Settings;
import io.thunderhead.coordinator.testing.FakeEngine;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesIT {
    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"(/pages/[^\"]+)\"");
    private static final Pattern IMPORT = Pattern.compile("from '([^']+)'");

    /// A page is a dead thing if one of its files is missing.
    @ParameterizedTest
    @ValueSource(strings = {"/", "/admin"})
    void serveEveryFileThatAPageNames(String page) throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            HttpResponse<String> html = server.get(page);
            assertThat(html.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
            List<String> links = matches(LINK, html.body());
            assertThat(links).hasSizeGreaterThan(2);
            for (String link : links) {
                assertServed(server, link);
            }
        }
    }

    private static void assertServed(ApiServer server, String path) throws Exception {
        HttpResponse<String> file = server.get(path);
        assertThat(file.statusCode()).as(path).isEqualTo(200);
        if (path.endsWith(".js") && !path.contains("/lib/")) {
            for (String imported : matches(IMPORT, file.body())) {
                assertServed(server, server.uri(path).resolve(imported).getPath());
            }
        }
    }

    private static List<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    @Test
    void letTheBrowserRunNothingFromElsewhere() throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            HttpResponse<String> html = server.get("/admin");
            assertThat(html.headers().firstValue("content-security-policy").orElse(""))
                    .contains("default-src 'none'", "script-src 'self';")
                    .doesNotContain("unsafe", "http");
            assertThat(html.body()).doesNotContain("style=", "onclick", "<script>");
        }
    }

    @Test
    void areOpenWhereTheApiAsksForAKey() throws Exception {
        Settings settings = new Settings();
        settings.apiKeys = List.of("someone:secret");
        try (ApiServer server = ApiServer.start(FakeEngine.manual(), settings)) {
            assertThat(server.get("/").statusCode()).isEqualTo(200);
            assertThat(server.post("/chat/api/papers", "{\"model\":\"fake\"}").statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void canBeTurnedOff() throws Exception {
        Settings settings = new Settings();
        settings.pages = false;
        try (ApiServer server = ApiServer.start(FakeEngine.manual(), settings)) {
            assertThat(server.get("/").statusCode()).isEqualTo(404);
            assertThat(server.post("/chat/api/pdf", "x").statusCode()).isEqualTo(404);
            assertThat(server.get("/v1/models").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void refuseAFileThatIsNoPdf() throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            HttpResponse<String> answer = server.post("/chat/api/pdf", "hello");
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("the PDF cannot be read");
        }
    }

    @Test
    void makeTheSamePapersOfASeed() throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            String asked = "{\"model\":\"fake\",\"seed\":7,\"papers\":2,\"tokens\":500}";
            String once = server.post("/chat/api/papers", asked).body();
            assertThat(once).contains("\"seed\":7", "\"questions\":[{\"text\":");
            assertThat(server.post("/chat/api/papers", asked).body()).isEqualTo(once);
        }
    }
}
