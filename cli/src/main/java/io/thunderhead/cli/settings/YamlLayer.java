package io.thunderhead.cli.settings;

import io.thunderhead.core.config.ConfigLayer;
import io.thunderhead.core.config.ConfigValue;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.dataformat.yaml.YAMLFactory;

/// Settings from a YAML file. Nested maps and dotted keys mean the same; a sequence of scalars is a list.
public final class YamlLayer {
    private final String fileName;
    private final Map<String, ConfigValue> values = new LinkedHashMap<>();

    private YamlLayer(String fileName) {
        this.fileName = fileName;
    }

    /// Throws CONFIG_INVALID if the file cannot be read or is not YAML of this form.
    public static ConfigLayer read(Path file) {
        if (!Files.isReadable(file)) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, "cannot read the configuration file " + file);
        }
        YAMLFactory yaml = YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        YamlLayer layer = new YamlLayer(file.toString());
        try (JsonParser parser = yaml.createParser(ObjectReadContext.empty(), file.toFile())) {
            if (parser.nextToken() != null) {
                layer.readValue(parser, "");
            }
        } catch (JacksonException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    file + ":" + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(),
                    e);
        }
        return new ConfigLayer(layer.values);
    }

    private void readValue(JsonParser parser, String key) {
        int line = parser.currentTokenLocation().getLineNr();
        switch (parser.currentToken()) {
            case START_OBJECT -> readMap(parser, key);
            case START_ARRAY -> put(key, readList(parser, key), line);
            case VALUE_NULL -> put(key, "", line);
            default -> put(key, parser.getString(), line);
        }
    }

    private void readMap(JsonParser parser, String key) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = key.isEmpty() ? parser.currentName() : key + "." + parser.currentName();
            parser.nextToken();
            readValue(parser, name);
        }
    }

    private String readList(JsonParser parser, String key) {
        StringBuilder list = new StringBuilder();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken().isStructStart()) {
                throw problem(
                        key,
                        "expected a list of plain values",
                        parser.currentTokenLocation().getLineNr());
            }
            list.append(list.isEmpty() ? "" : ",").append(parser.getString());
        }
        return list.toString();
    }

    private void put(String key, String text, int line) {
        if (key.isEmpty()) {
            throw problem("configuration", "expected keys and values, found '" + text + "'", line);
        }
        ConfigValue before = values.put(key, new ConfigValue(text, fileName + ":" + line));
        if (before != null) {
            throw problem(key, "already set at " + before.origin(), line);
        }
    }

    private ServingException problem(String key, String complaint, int line) {
        return new ServingException(ErrorCode.CONFIG_INVALID, fileName + ":" + line + ": " + key + ": " + complaint);
    }
}
