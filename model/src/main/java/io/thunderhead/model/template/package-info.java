/// Chat templates: the part of Jinja that Hugging Face templates use, as lexer, parser and evaluator. Templates are
/// not trusted: they reach no Java object, and their output and steps are bounded.
@NullMarked
package io.thunderhead.model.template;

import org.jspecify.annotations.NullMarked;
