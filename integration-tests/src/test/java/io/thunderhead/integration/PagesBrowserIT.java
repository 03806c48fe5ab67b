package io.thunderhead.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/// The pages as somebody uses them, in a real browser, against a running cluster.
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before all
class PagesBrowserIT {
    private static final String LONG = "Write about the gulls of the harbour, at length. ".repeat(120);

    /// Answers the dashboard's questions in the server's place.
    private static final String LARGE_CLUSTER = """
            const experts = [...Array(32).keys()];
            const node = (id, role) => ({id, role, address: '10.0.0.1:1', host: 'h', device: 'cuda:0', memory_bytes: 8e10,
                ready: true, draining: false, drained: false, loaded_bytes: 1, total_bytes: 1, detail: ''});
            const layers = expert => Object.fromEntries([...Array(80).keys()].map(layer => [layer, [expert]]));
            const large = {
                ready: true, missing: [], leader: 'coordinator-0', model: {layers: 80, experts: 32}, changes: [],
                nodes: [node('attention-0', 'attention-worker'), ...experts.map(e => node('expert-' + e, 'expert-worker'))],
                plan: {epoch: 9, reason: 'large',
                    stages: [{node: 'attention-0', first_layer: 0, end_layer: 80, sequence_slots: 64, weight_bytes: 1e10}],
                    holders: experts.map(e => ({node: 'expert-' + e, weight_bytes: 1e10, layers: layers(e)}))}};
            const requests = [...Array(1000).keys()].map(i => ({sequence: i, request_id: 'r-' + i, client: 'c', phase: 'decoding',
                age_millis: i, prompt_tokens: 9, prompt_read: 9, generated_tokens: i, max_tokens: 5000, replays: 0}));
            const own = window.fetch;
            window.longest = 0;
            new PerformanceObserver(list => list.getEntries().forEach(
                task => window.longest = Math.max(window.longest, task.duration))).observe({entryTypes: ['longtask']});
            window.fetch = (path, options) => {
                requests.forEach(each => each.age_millis += 1000);
                const body = path.endsWith('/cluster') ? large : path.endsWith('/requests') ? {requests} : null;
                return body ? Promise.resolve(new Response(JSON.stringify(body))) : own(path, options);
            };
            """;

    private LocalCluster cluster;
    private Browser browser;

    @BeforeAll
    void start() {
        assumeThat(Browser.missing()).as("a browser").isEmpty();
        cluster = LocalCluster.start(DemoModel.FOLDER, 1, 2, Map.of());
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void open() {
        browser = Browser.start();
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.close();
        }
    }

    private void openChat() {
        browser.open(cluster.uri("/"));
        until(() -> browser.sees("[data-started]"));
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(Browser.patience()).until(condition);
    }

    private void ask(String question) {
        browser.find("#draft").sendKeys(question);
        browser.find("#send").click();
    }

    @Test
    void answersFromDocumentsAndKeepsTheChat(@TempDir Path folder) throws IOException {
        Path document = Files.writeString(
                folder.resolve("vault.md"), "The gulls were loud. The passkey of the vault Kolvani is 40517.");
        openChat();
        browser.find("#files").sendKeys(document.toString());
        until(() -> browser.texts("#documents li").stream().anyMatch(chip -> chip.contains("tokens")));
        ask("What is the passkey of the vault Kolvani?");
        until(() -> browser.sees(".assistant footer button"));
        assertThat(browser.find(".assistant .text").getText()).contains("40517");
        assertThat(browser.find(".assistant footer").getText()).contains("first token after", "tokens/s");
        String said = browser.find(".assistant .text").getText();
        browser.find(".assistant footer button").click();
        until(() -> !browser.sees(".coming") && browser.sees(".assistant footer button"));
        assertThat(browser.texts(".assistant .text")).containsExactly(said);
        openChat();
        browser.find("#chats button").click();
        until(() -> browser.texts(".assistant .text").contains(said));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void showsProgressAndStops() {
        openChat();
        browser.find("#settings summary").click();
        browser.find("#max_tokens").clear();
        browser.find("#max_tokens").sendKeys("4000");
        browser.script("document.getElementById('draft').value = '" + LONG + "'");
        browser.find("#draft").sendKeys(Keys.ENTER);
        until(() -> browser.sees(".coming[data-progress]"));
        browser.find("#stop").click();
        until(() -> browser.texts(".assistant footer").stream().anyMatch(note -> note.contains("stopped")));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void asksAboutTenPapersAtOneClick() {
        browser.open(cluster.uri("/#seed=7"));
        until(() -> browser.sees("[data-started]"));
        browser.find("#papers").click();
        until(() -> browser.sees(".verdict"));
        assertThat(browser.texts(".verdict").getFirst()).isEqualTo("right");
        browser.find("#stop").click();
        until(() -> !browser.sees("#stop"));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void dashboardCancelsARequestAfterAskingTwice() throws Exception {
        browser.open(cluster.uri("/admin"));
        until(() -> browser.find("#readiness").getText().equals("ready"));
        try (ApiProbe probe = new ApiProbe()) {
            CompletableFuture<ApiProbe.Answer> asked = CompletableFuture.supplyAsync(() -> probe.post(
                    cluster.uri("/v1/completions"),
                    Map.of("model", "golden", "prompt", LONG, "max_tokens", 7000, "ignore_eos", true)));
            until(() -> browser.sees("#requests button"));
            browser.find("#requests button").click();
            browser.find("#confirm-dialog button[value=yes]").click();
            assertThat(asked.get(30, TimeUnit.SECONDS).status()).isEqualTo(499);
            until(() -> !browser.sees("#requests button"));
        }
    }

    @Test
    void dashboardDrainsAWorkerAfterAskingTwiceAndTakesItBack() {
        browser.open(cluster.uri("/admin"));
        until(() -> browser.sees("[aria-label=\"Drain expert-1\"]"));
        browser.find("[aria-label=\"Drain expert-1\"]").click();
        browser.find("#confirm-dialog button[value=no]").click();
        browser.find("[aria-label=\"Drain expert-1\"]").click();
        browser.find("#confirm-dialog button[value=yes]").click();
        until(() -> browser.find("#plan").getText().contains("drained expert-1"));
        until(() -> browser.texts("#others strong").toString().contains("drained"));
        assertThat(browser.texts("#holders strong")).hasSize(1);
        browser.find("[aria-label=\"Drain expert-0\"]").click();
        browser.find("#confirm-dialog button[value=yes]").click();
        until(() -> browser.texts("#trouble").toString().contains("expert-0 is the last expert-worker"));
        browser.find("[aria-label=\"Undrain expert-1\"]").click();
        browser.find("#confirm-dialog button[value=yes]").click();
        until(() -> browser.texts("#holders strong").size() == 2
                && browser.find("#readiness").getText().equals("ready"));
    }

    @Test
    void dashboardShowsTheLoadOfExperts() {
        browser.open(cluster.uri("/admin"));
        until(() -> browser.find("#readiness").getText().equals("ready"));
        try (ApiProbe probe = new ApiProbe()) {
            probe.post(cluster.uri("/v1/completions"), Map.of("model", "golden", "prompt", LONG, "max_tokens", 1));
        }
        browser.find("#colours input[value=load]").click();
        browser.find("#experts").sendKeys(Keys.ARROW_DOWN);
        until(() -> browser.find("#cell")
                .getText()
                .matches("Layer 0, expert 0: held by expert-., [1-9].* times the mean of its layer"));
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void showsHostileTextAsText(@TempDir Path folder) throws IOException {
        String hostile = "<img src=x onerror=document.title='broken'>";
        Path document = Files.writeString(folder.resolve(hostile.replace("/", "") + ".md"), hostile);
        openChat();
        browser.find("#files").sendKeys(document.toString());
        until(() -> browser.texts("#documents li").stream().anyMatch(chip -> chip.contains("tokens")));
        assertThat(browser.texts("#documents .name"))
                .containsExactly(document.getFileName().toString());
        ask(hostile);
        until(() -> browser.sees(".assistant footer button"));
        assertThat(browser.texts(".user .text")).containsExactly(hostile);
        assertThat(browser.script("return document.querySelectorAll('img').length"))
                .isEqualTo(0L);
        assertThat(browser.script("return document.title")).isEqualTo("Thunderhead");
        assertThat(browser.complaints()).isEmpty();
    }

    /// As large as the released model on many hosts, with as many requests as a busy day has.
    @Test
    void dashboardShowsManyWorkersAndRequests() {
        browser.open(cluster.uri("/admin"));
        until(() -> browser.find("#readiness").getText().equals("ready"));
        browser.script(LARGE_CLUSTER);
        until(() -> browser.script("return document.querySelectorAll('#requests tr').length")
                .equals(1000L));
        assertThat(browser.texts("#holders strong")).hasSize(32);
        browser.find("#experts").sendKeys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
        assertThat(browser.find("#cell").getText()).isEqualTo("Layer 1, expert 1: held by expert-1");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void dashboardAsksForAKeyWhereKeysAreNeeded() {
        Map<String, String> keys = Map.of("http.api-keys", "operator:secret-1", "http.admin-clients", "operator");
        try (LocalCluster closed = LocalCluster.start(DemoModel.FOLDER, 1, 1, keys)) {
            browser.open(closed.uri("/admin"));
            until(() -> browser.sees("#key-dialog"));
            browser.find("#key").sendKeys("wrong");
            browser.find("#key-dialog button[value=yes]").click();
            until(() -> browser.sees("#key-dialog")
                    && browser.script("return document.getElementById('key').value")
                            .equals(""));
            browser.find("#key").sendKeys("secret-1");
            browser.find("#key-dialog button[value=yes]").click();
            until(() -> browser.find("#readiness").getText().equals("ready"));
        }
    }

    @Test
    void fitsAPhone() {
        browser.width(390);
        for (String page : new String[] {"/", "/admin"}) {
            browser.open(cluster.uri(page));
            until(() -> browser.sees("header"));
            assertThat(browser.script("return document.documentElement.scrollWidth <= window.innerWidth"))
                    .as(page)
                    .isEqualTo(true);
        }
    }

    @Test
    void dashboardSeesAWorkerGoAndComeBack() {
        browser.open(cluster.uri("/admin"));
        until(() -> browser.find("#readiness").getText().equals("ready"));
        assertThat(browser.texts("#holders strong")).hasSize(2);
        browser.find("#experts").sendKeys(Keys.ARROW_DOWN);
        assertThat(browser.find("#cell").getText()).contains("Layer 0, expert 0: held by expert-");
        cluster.stop("expert-1");
        until(() -> browser.find("#readiness").getText().equals("not ready")
                || browser.find("#plan").getText().contains("lost expert-1"));
        cluster.startExpertWorker("expert-1");
        until(() -> browser.find("#readiness").getText().equals("ready")
                && browser.texts("#holders strong").toString().contains("expert-1"));
        assertThat(browser.texts("#changes li")).hasSizeGreaterThan(1);
        assertThat(browser.complaints()).isEmpty();
    }
}
