package io.thunderhead.coordinator.pages;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A file of the pages, from the resources of this jar. Immutable; the bytes are not to be changed.
public final class PageFile {
    private static final String FOLDER = "/pages/";
    private static final Map<String, String> PAGES = Map.of("/", "chat.html", "/admin", "admin.html");
    /// Served under `/pages/` and their name.
    private static final List<String> FILES = List.of(
            "common.css",
            "api.js",
            "dom.js",
            "icon.svg",
            "chat.css",
            "chat/answer.js",
            "chat/documents.js",
            "chat/page.js",
            "chat/papers.js",
            "chat/settings.js",
            "chat/store.js",
            "chat/thread.js",
            "admin.css",
            "admin/charts.js",
            "admin/cluster.js",
            "admin/experts.js",
            "admin/page.js",
            "admin/requests.js",
            "lib/uPlot.min.css",
            "lib/uPlot.esm.js");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private final String contentType;
    private final byte[] bytes;

    private PageFile(String contentType, byte[] bytes) {
        this.contentType = contentType;
        this.bytes = bytes;
    }

    public String contentType() {
        return contentType;
    }

    public byte[] bytes() {
        return bytes;
    }

    /// All of them by path.
    public static Map<String, PageFile> all() {
        Map<String, PageFile> files = new HashMap<>();
        PAGES.forEach((path, name) -> files.put(path, read(name)));
        FILES.forEach(name -> files.put(FOLDER + name, read(name)));
        return Map.copyOf(files);
    }

    private static PageFile read(String name) {
        try (InputStream file = PageFile.class.getResourceAsStream(FOLDER + name)) {
            if (file == null) {
                throw new IllegalStateException("this build lacks " + FOLDER + name);
            }
            return new PageFile(TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), ""), file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
