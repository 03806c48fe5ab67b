package io.thunderhead.model.template;

/// A template that cannot be parsed or rendered, with its line; and what a template says by `raise_exception`.
public final class TemplateException extends RuntimeException {
    private final boolean raised;

    private TemplateException(String message, boolean raised) {
        super(message);
        this.raised = raised;
    }

    static TemplateException at(int line, String message) {
        return new TemplateException("chat template, line " + line + ": " + message, false);
    }

    static TemplateException raised(String message) {
        return new TemplateException(message, true);
    }

    /// Whether the template itself refused its input: then the message is the template's own, meant for the client.
    public boolean raisedByTemplate() {
        return raised;
    }
}
