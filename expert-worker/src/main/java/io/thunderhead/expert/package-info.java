/// An expert worker: holds experts of some layers and computes their feed-forward on the rows sent to it. It keeps no
/// state of any request, so it can be lost, moved or doubled at any time. A dispatch enters at [ExpertEngine].
@NullMarked
package io.thunderhead.expert;

import org.jspecify.annotations.NullMarked;
