/// Text to token ids and back, and the chat template.
@NullMarked
package io.thunderhead.model.tokenizer;

import org.jspecify.annotations.NullMarked;
