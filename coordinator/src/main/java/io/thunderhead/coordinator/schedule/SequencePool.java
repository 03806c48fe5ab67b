package io.thunderhead.coordinator.schedule;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// All sequences that have not ended, and which of their lives the stages must still be told to release. Owner: engine
/// thread.
final class SequencePool {
    private final Set<Sequence> waiting = new LinkedHashSet<>();
    private final Set<Sequence> running = new LinkedHashSet<>();
    private final List<Long> releases = new ArrayList<>();
    private long livesBegun;

    void add(Sequence sequence) {
        waiting.add(sequence);
    }

    void begin(Sequence sequence) {
        waiting.remove(sequence);
        running.add(sequence);
        sequence.beginLife(++livesBegun);
    }

    /// Ends its life on the stages; it waits for a new one.
    void suspend(Sequence sequence) {
        release(sequence);
        waiting.add(sequence);
    }

    /// Returns false if it had ended already.
    boolean remove(Sequence sequence) {
        boolean live = contains(sequence);
        release(sequence);
        waiting.remove(sequence);
        return live;
    }

    private void release(Sequence sequence) {
        if (running.remove(sequence)) {
            releases.add(sequence.lifeId());
            sequence.endLife();
        }
    }

    /// The stages have forgotten everything: nothing is left to release. Returns those whose life has ended so.
    List<Sequence> forgetLives() {
        List<Sequence> lost = List.copyOf(running);
        lost.forEach(this::suspend);
        releases.clear();
        return lost;
    }

    /// Lives that the next command must release, handed out once.
    List<Long> takeReleases() {
        List<Long> taken = List.copyOf(releases);
        releases.clear();
        return taken;
    }

    boolean hasReleases() {
        return !releases.isEmpty();
    }

    boolean contains(Sequence sequence) {
        return running.contains(sequence) || waiting.contains(sequence);
    }

    Collection<Sequence> running() {
        return Collections.unmodifiableSet(running);
    }

    Collection<Sequence> waiting() {
        return Collections.unmodifiableSet(waiting);
    }

    /// A copy, so that sequences may end while it is walked.
    List<Sequence> all() {
        List<Sequence> all = new ArrayList<>(running);
        all.addAll(waiting);
        return all;
    }

    boolean isEmpty() {
        return running.isEmpty() && waiting.isEmpty();
    }

    int pagesInUse() {
        return running.stream().mapToInt(Sequence::pages).sum();
    }
}
