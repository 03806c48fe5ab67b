/// A conversation with a model in a terminal or through a pipe, over any OpenAI-compatible HTTP endpoint.
@NullMarked
package io.thunderhead.cli.chat;

import org.jspecify.annotations.NullMarked;
