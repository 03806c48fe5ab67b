/// What a MiniMax-01 model is made of, read from either layout of config.json.
@NullMarked
package io.thunderhead.model.config;

import org.jspecify.annotations.NullMarked;
