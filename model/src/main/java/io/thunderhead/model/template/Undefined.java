package io.thunderhead.model.template;

/// The value of a name, key or attribute that is not there: prints as nothing, counts as false, has no parts.
record Undefined(String name) {}
