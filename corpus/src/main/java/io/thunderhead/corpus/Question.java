package io.thunderhead.corpus;

/// A question and its one right answer.
///
/// @param depth where the fact stands in the conversation's opening, from 0 (its beginning) to 1; NaN if there is none
/// @param text what the user says; empty if the opening itself ends with what is to be answered
public record Question(Task task, double depth, String text, String answer) {}
