package io.thunderhead.transport.stage;

/// Says which step a block of hidden rows belongs to; both ends check it.
public record HiddenHeader(long planEpoch, long stepId, int rowCount, int hiddenSize) {}
