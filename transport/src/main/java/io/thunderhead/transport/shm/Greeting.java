package io.thunderhead.transport.shm;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The first bytes of a caller on a worker's socket; the worker answers with one.
///
/// @param capacity of each ring
/// @param file name of the rings' file in the folder of the socket
record Greeting(String token, long capacity, String file, String caller) {
    static final int BYTES = 512;
    static final byte WELCOME = 42;
    private static final int MAGIC = 0x54485301; // "THS" and the version of the rings' layout
    private static final int NAME_BYTES_MAX = 128;

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).putInt(MAGIC);
        putText(bytes, token);
        bytes.putLong(capacity);
        putText(bytes, file);
        putText(bytes, caller);
        return bytes.clear();
    }

    static Greeting decode(ByteBuffer bytes) {
        int magic = bytes.getInt();
        if (magic != MAGIC) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    String.format("greeting: expected format %08x, got %08x", MAGIC, magic));
        }
        return new Greeting(text(bytes), bytes.getLong(), text(bytes), text(bytes));
    }

    private static void putText(ByteBuffer bytes, String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(encoded.length, NAME_BYTES_MAX);
        bytes.putInt(length).put(encoded, 0, length);
    }

    private static String text(ByteBuffer bytes) {
        int length = bytes.getInt();
        if (length < 0 || length > NAME_BYTES_MAX) {
            throw new ServingException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "greeting: expected a name of at most " + NAME_BYTES_MAX + " bytes, got " + length);
        }
        byte[] encoded = new byte[length];
        bytes.get(encoded);
        return new String(encoded, StandardCharsets.UTF_8);
    }
}
