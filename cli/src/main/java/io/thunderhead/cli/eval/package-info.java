/// Judging a served model by held-out questions with known answers: table, JSON and picture.
@NullMarked
package io.thunderhead.cli.eval;

import org.jspecify.annotations.NullMarked;
