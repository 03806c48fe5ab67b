package io.thunderhead.corpus;

/// What a question asks for.
public enum Task {
    /// One fact in a long text.
    NEEDLE,
    /// A fact that is found through another one; the answer says both.
    NEEDLE_TWO_HOP,
    /// Which data sets a paper uses.
    DATA_SETS,
    /// The same, with their sizes.
    DATA_SETS_AND_SIZES,
    SIZE,
    AUTHORS,
    /// Which paper uses a data set.
    USED_BY,
    /// Something of which the conversation says nothing.
    NOT_STATED,
    /// What the user said of himself.
    MEMORY,
    /// The same after he corrected himself, or a question corrected.
    CORRECTION,
    /// What the assistant says to something that it is told.
    ACKNOWLEDGEMENT,
    TOOL_CALL,
    TOOL_RESULT,
    SMALL_TALK
}
