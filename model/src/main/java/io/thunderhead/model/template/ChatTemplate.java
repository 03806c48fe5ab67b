package io.thunderhead.model.template;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A chat template of a checkpoint, in the part of Jinja that Hugging Face templates use, with Hugging Face's settings:
/// `trim_blocks`, `lstrip_blocks`, loop controls, `tojson` as Python's `json.dumps`, `raise_exception`, `strftime_now`,
/// `generation` tags. Immutable and thread-safe.
public final class ChatTemplate {
    private final List<Statement> statements;
    private final Clock clock;

    private ChatTemplate(List<Statement> statements, Clock clock) {
        this.statements = statements;
        this.clock = clock;
    }

    /// Throws [TemplateException] with the line.
    ///
    /// @param clock of `strftime_now`
    public static ChatTemplate parse(String source, Clock clock) {
        return new ChatTemplate(TemplateParser.parse(source), clock);
    }

    /// Throws [TemplateException] with the line, or with the template's own message if it refuses the input.
    ///
    /// @param context values by name: null, Boolean, Long, Double, String, List and Map of such
    public String render(Map<String, ? extends @Nullable Object> context) {
        Scope globals = new Scope(Globals.of(clock));
        Scope scope = globals.inner();
        context.forEach(scope::set);
        return new Renderer().render(statements, scope);
    }
}
