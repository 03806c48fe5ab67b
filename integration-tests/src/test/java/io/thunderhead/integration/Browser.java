package io.thunderhead.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A headless Chromium of this machine, as Debian's packages `chromium` and `chromium-driver` bring it. Nothing is
/// downloaded.
final class Browser implements AutoCloseable {
    private static final List<Path> BROWSERS = List.of(Path.of("/usr/bin/chromium"), Path.of("/usr/bin/google-chrome"));
    private static final Logger LOG = LoggerFactory.getLogger(Browser.class);
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ChromeDriver driver;

    /// What the browser and its driver write: profile, sockets, logs.
    private final Path folder;

    private Browser(ChromeDriver driver, Path folder) {
        this.driver = driver;
        this.folder = folder;
    }

    /// Why there is none, for the report of a skipped test; empty = there is one.
    static Optional<String> missing() {
        boolean there = BROWSERS.stream().anyMatch(Files::isExecutable) && Files.isExecutable(DRIVER);
        return there ? Optional.empty() : Optional.of("needs chromium and " + DRIVER + ", which this machine lacks");
    }

    static Browser start() {
        Path folder = newFolder();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(BROWSERS.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow()
                .toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server");
        options.addArguments("--user-data-dir=" + folder.resolve("profile"));
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, java.util.logging.Level.SEVERE);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort()
                .withEnvironment(Map.of("TMPDIR", folder.toString()))
                .build();
        return new Browser(new ChromeDriver(service, options), folder);
    }

    void open(URI page) {
        driver.get(page.toString());
    }

    void width(int pixels) {
        driver.manage().window().setSize(new Dimension(pixels, 850));
    }

    WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    /// In one go, since the page may change between two questions.
    List<String> texts(String css) {
        Object found = script("return [...document.querySelectorAll('" + css + "')].map(each => each.innerText)");
        return ((List<?>) found).stream().map(Object::toString).toList();
    }

    /// Whether such an element takes up room.
    boolean sees(String css) {
        return script("return [...document.querySelectorAll('" + css + "')].some(each => each.offsetHeight > 0)")
                .equals(true);
    }

    Object script(String javaScript) {
        Object result = driver.executeScript(javaScript);
        return result == null ? "" : result;
    }

    /// What the page complained of: failed loads, refusals by its policy, exceptions.
    List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    static Duration patience() {
        return PATIENCE;
    }

    @Override
    public void close() {
        driver.quit();
        delete(folder);
    }

    private static Path newFolder() {
        try {
            return Files.createTempDirectory("browser");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Processes of the browser may still write while they end: what they leave then stays.
    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            LOG.info("{} is not deleted: {}", folder, e.toString());
        }
    }
}
