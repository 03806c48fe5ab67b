/// Tests of the client against a scripted service on a real socket.
@NullMarked
package io.thunderhead.client;

import org.jspecify.annotations.NullMarked;
