package io.thunderhead.corpus.words;

/// Training and testing never share an invented name, and not every sentence frame.
public enum Split {
    TRAIN,
    TEST
}
