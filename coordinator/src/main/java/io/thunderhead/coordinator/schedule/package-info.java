/// Decides which sequence runs when: admission, batches, preemption and replay. One engine thread owns every sequence;
/// the decisions themselves are functions of the state they are given and do no I/O.
@NullMarked
package io.thunderhead.coordinator.schedule;

import org.jspecify.annotations.NullMarked;
