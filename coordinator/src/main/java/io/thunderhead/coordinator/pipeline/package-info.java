/// The coordinator's lines to the stages of the plan in force: when they may be opened, and when they must not be used
/// any more.
@NullMarked
package io.thunderhead.coordinator.pipeline;

import org.jspecify.annotations.NullMarked;
