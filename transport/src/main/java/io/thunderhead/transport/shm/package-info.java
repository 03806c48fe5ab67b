/// Lines between processes of one host: frames through rings of bytes in a shared mapped file, with a unix socket as
/// doorbell and sign of life.
@NullMarked
package io.thunderhead.transport.shm;

import org.jspecify.annotations.NullMarked;
