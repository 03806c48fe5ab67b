/// Where the command's configuration comes from: the one schema, YAML files, flags, and the printed reference.
@NullMarked
package io.thunderhead.cli.settings;

import org.jspecify.annotations.NullMarked;
