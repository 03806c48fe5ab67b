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
