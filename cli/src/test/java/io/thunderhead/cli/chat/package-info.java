/// Tests of the chat on a piped terminal.
@NullMarked
package io.thunderhead.cli.chat;

import org.jspecify.annotations.NullMarked;
