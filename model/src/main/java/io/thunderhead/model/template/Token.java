package io.thunderhead.model.template;

/// A piece of template source.
///
/// @param text the text of TEXT and NAME, the value of STRING, the digits of INTEGER and FLOAT, the sign of OPERATOR
record Token(Kind kind, String text, int line) {
    enum Kind {
        TEXT,
        PRINT_BEGIN,
        PRINT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind otherKind, String otherText) {
        return kind == otherKind && text.equals(otherText);
    }
}
