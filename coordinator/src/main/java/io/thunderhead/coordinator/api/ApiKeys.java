package io.thunderhead.coordinator.api;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who a request comes from. Keys are compared by hash, so that the time of a comparison tells nothing about them.
public final class ApiKeys {
    /// The client of a request where no keys are configured.
    public static final String ANONYMOUS = "anonymous";
    private static final String SCHEME = "Bearer ";

    private final Map<String, String> namesByKeyHash = new HashMap<>();

    private ApiKeys() {}

    /// Throws CONFIG_INVALID for entries that are not `name:key` and for a file that cannot be read.
    public static ApiKeys load(List<String> configured, Optional<Path> keysFile) {
        List<String> entries = new ArrayList<>(configured);
        keysFile.ifPresent(file -> {
            try {
                Files.readAllLines(file).stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .forEach(entries::add);
            } catch (IOException e) {
                throw new ServingException(ErrorCode.CONFIG_INVALID, "http.api-keys-file: cannot read " + file, e);
            }
        });
        ApiKeys keys = new ApiKeys();
        entries.forEach(keys::add);
        return keys;
    }

    private void add(String entry) {
        int colon = entry.indexOf(':');
        if (colon <= 0 || colon == entry.length() - 1) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID, "http.api-keys: expected entries of the form name:key");
        }
        namesByKeyHash.put(hash(entry.substring(colon + 1)), entry.substring(0, colon));
    }

    /// As [#ownerOfKey], of the value of an `Authorization` header.
    public String ownerOf(@Nullable String authorization) {
        return ownerOfKey(
                authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                        ? authorization.substring(SCHEME.length()).strip()
                        : "");
    }

    /// The key's owner, or "anonymous" if no keys are configured; throws UNAUTHENTICATED.
    ///
    /// @param key "" = the request brings none
    public String ownerOfKey(String key) {
        if (namesByKeyHash.isEmpty()) {
            return ANONYMOUS;
        }
        if (key.isEmpty()) {
            throw new ServingException(ErrorCode.UNAUTHENTICATED, "expected the header Authorization: Bearer KEY");
        }
        String owner = namesByKeyHash.get(hash(key));
        if (owner == null) {
            throw new ServingException(ErrorCode.UNAUTHENTICATED, "the API key is not known here");
        }
        return owner;
    }

    private static String hash(String key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
