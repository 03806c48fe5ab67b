package io.thunderhead.coordinator.schedule;

import java.util.Collection;

/// Chooses the next step: decodes first, one token each; then, in the room that is left, blocks of prompts (and of
/// replays) in turns. A function of the state: nothing is changed until the batch is applied.
///
/// - Decodes: those that waited longest; so many that `stages` steps in flight share them evenly, and never the room of
///   one block while a prompt waits. When pages run out the youngest sequence is preempted.
/// - Admission: preempted and replayed sequences first, then clients with the fewest running sequences, then by
/// arrival. Who does not fit is not overtaken: a large prompt would wait for ever.
/// - Pace: after a step that read prompts, `decodeSteps` steps with decodes do nothing else, so that a long prompt
/// takes a part of the time and not nearly all of it. A step without decodes always reads.
/// - Turns: the client whose last turn is longest ago reads one block of 256; within it the prompt that came first and
///   the one with the least left alternate, so that neither long nor short prompts wait for all of the others.
record BatchPolicy(int maxBatchTokens, int decodeSteps, int maxRunning) {
    /// Tokens of a lightning block: chunks of a prompt end on its multiples.
    static final int BLOCK_TOKENS = 256;

    /// @param running sequences with a life on the stages
    /// @param waiting sequences without
    /// @param stages steps that can be in flight at once
    /// @param stepsSincePrompt steps that read no prompt since the last that did
    record State(
            Collection<Sequence> running,
            Collection<Sequence> waiting,
            Capacity capacity,
            int stages,
            int stepsSincePrompt,
            ClientTurns turns) {}

    Batch nextBatch(State state) {
        BatchDraft draft = new BatchDraft(this, state);
        draft.decode();
        draft.admit();
        if (!draft.decodes() || state.stepsSincePrompt() >= decodeSteps) {
            draft.catchUp();
        }
        return draft.toBatch();
    }
}
