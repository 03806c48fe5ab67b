package io.thunderhead.model.checkpoint;

/// Told how far loading is, after every tensor, on the loading thread.
@FunctionalInterface
public interface LoadListener {
    LoadListener NONE = (bytesLoaded, bytesTotal) -> {};

    void progress(long bytesLoaded, long bytesTotal);
}
