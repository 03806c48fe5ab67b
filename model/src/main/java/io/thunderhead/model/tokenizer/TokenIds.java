package io.thunderhead.model.tokenizer;

import java.util.Arrays;

/// An immutable run of token ids, compared by content.
public final class TokenIds {
    public static final TokenIds EMPTY = new TokenIds(new int[0]);

    private final int[] ids;

    private TokenIds(int[] ids) {
        this.ids = ids;
    }

    public static TokenIds of(int... ids) {
        return ids.length == 0 ? EMPTY : new TokenIds(ids.clone());
    }

    public int size() {
        return ids.length;
    }

    public int get(int index) {
        return ids[index];
    }

    /// Ids `[from, to)`.
    public TokenIds slice(int from, int to) {
        return new TokenIds(Arrays.copyOfRange(ids, from, to));
    }

    public TokenIds plus(int id) {
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = id;
        return new TokenIds(longer);
    }

    public int[] toArray() {
        return ids.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenIds that && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return size() + " tokens";
    }
}
