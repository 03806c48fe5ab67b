package io.thunderhead.client;

import io.thunderhead.client.GenerationEvent.Ended;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// The events of one generation, in order; the last is [GenerationEvent.Ended]. The request is already on its way, and
/// the cluster is read no faster than this is.
///
/// [#hasNext] and [#next] wait for the cluster, up to the call's deadline, and throw [ServingException] if the
/// generation fails or is closed: an answer never ends early without a word. One thread reads; any may [#close].
/// An interrupt of the reader closes too.
public final class GenerationStream implements Iterator<GenerationEvent>, AutoCloseable {
    private final GenerationCall call;
    private @Nullable GenerationEvent ahead;
    private boolean ended;

    GenerationStream(GenerationCall call) {
        this.call = call;
    }

    @Override
    public boolean hasNext() {
        if (ahead == null && !ended) {
            ahead = call.next();
        }
        return ahead != null;
    }

    @Override
    public GenerationEvent next() {
        if (!hasNext() || ahead == null) {
            throw new NoSuchElementException("the generation has ended");
        }
        GenerationEvent event = ahead;
        ahead = null;
        ended = event instanceof Ended;
        return event;
    }

    /// Reads what is left and gives it as one result; called first, that is the whole answer. Closes.
    public GenerationResult result() {
        try (this) {
            return GenerationResult.collect(this);
        }
    }

    /// Ends the generation, if it has not ended: the sequence is freed in the cluster at once and a waiting reader
    /// throws CANCELLED.
    @Override
    public void close() {
        call.cancel();
    }
}
