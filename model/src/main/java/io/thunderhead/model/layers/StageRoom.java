package io.thunderhead.model.layers;

/// For how many sequences a stage has a lightning state, and how many KV pages for all of them together.
public record StageRoom(int sequenceSlots, int kvPages) {}
