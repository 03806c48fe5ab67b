/// What the pages in the browser are made of: their files, and the little that they ask of the server beside the API.
@NullMarked
package io.thunderhead.coordinator.pages;

import org.jspecify.annotations.NullMarked;
