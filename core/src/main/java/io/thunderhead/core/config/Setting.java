package io.thunderhead.core.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares one configuration key on a record component. The key is the component's name in kebab case under the
/// record's prefix: component `maxBatchTokens` of prefix `scheduler` is `scheduler.max-batch-tokens`.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /// Text form of the default, parsed like a user's value: `8080`, `30s`, `64MiB`, `true`, `a,b`; "" = absent/empty.
    String value();

    /// What it is for, in one sentence, shown by `thunderhead config`.
    String doc();

    /// Smallest allowed number (integers, [Bytes] in bytes, durations in milliseconds).
    long min() default Long.MIN_VALUE;

    /// Largest allowed number.
    long max() default Long.MAX_VALUE;
}
