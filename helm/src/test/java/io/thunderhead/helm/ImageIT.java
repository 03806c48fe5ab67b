package io.thunderhead.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is in the image, and whether its bill of materials says all of it.
class ImageIT {
    private static final String BILL = "opt/thunderhead/bom.json";
    private static final Pattern JAR = Pattern.compile("opt/thunderhead/libs/(.+)\\.jar");
    private static final Pattern LIBRARY = Pattern.compile("lib(?:64)?/(.+)");

    private static ImageArchive image;

    @BeforeAll
    static void read() throws IOException {
        assumeTrue(Files.exists(ImageArchive.FILE), "no image; helm/README.md says how to build it");
        image = ImageArchive.read(BILL::equals);
    }

    @Test
    void runsAsAUserWithoutRightsAndSaysWhatItIs() {
        assertThat(image.config().path("User").asString()).isEqualTo("10001:10001");
        assertThat(image.config().path("Labels").propertyNames())
                .contains(
                        "org.opencontainers.image.title",
                        "org.opencontainers.image.version",
                        "org.opencontainers.image.licenses");
    }

    @Test
    void theBillOfMaterialsHasEveryJarAndLibraryAndTheRuntime() {
        Set<String> billed = bill().stream()
                .flatMap(part -> List.of(
                        part.path("name").asString(),
                        part.path("name").asString() + "-"
                                + part.path("version").asString())
                        .stream())
                .collect(Collectors.toSet());

        assertThat(billed).contains("OpenJDK", "uplot").containsAll(found(JAR)).containsAll(found(LIBRARY));
        assertThat(found(JAR)).hasSizeGreaterThan(50).anyMatch(jar -> jar.startsWith("logback-classic-"));
        assertThat(found(LIBRARY)).contains("libc.so.6", "libstdc++.so.6");
        assertThat(bill())
                .allSatisfy(part -> assertThat(part.path("purl").asString()).startsWith("pkg:"));
    }

    @Test
    void theBillOfMaterialsNamesNoJarThatIsNotThere() {
        assertThat(bill().stream()
                        .filter(part -> part.path("purl").asString().startsWith("pkg:maven/"))
                        .map(part -> part.path("name").asString() + "-"
                                + part.path("version").asString())
                        .toList())
                .isSubsetOf(found(JAR));
    }

    private static List<JsonNode> bill() {
        byte[] file = image.files().getOrDefault(BILL, new byte[0]);
        return new JsonMapper().readTree(file).path("components").valueStream().toList();
    }

    private static Set<String> found(Pattern pattern) {
        return image.files().keySet().stream()
                .map(pattern::matcher)
                .filter(Matcher::matches)
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }
}
