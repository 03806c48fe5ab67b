package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Filler;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Phrases;
import io.thunderhead.corpus.words.Split;
import io.thunderhead.corpus.words.Values;
import io.thunderhead.model.tokenizer.ChatMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Conversations in which the user says things of himself, corrects some, talks of something else, and asks for them.
final class TalkExams {
    private static final Phrases PHRASES = Phrases.read("memory.txt");
    private static final List<String> FACTS = PHRASES.lines("facts");
    private static final int ASIDE_TOKENS_MIN = 60;

    private final Split split;
    private final Dice dice;
    private final Names names;
    private final Lengths lengths;
    private final List<Question> turns = new ArrayList<>();
    private final Map<String, Told> told = new HashMap<>();
    private int tokens;

    private record Told(Values values, int offset, boolean corrected) {}

    TalkExams(Split split, Dice dice, Lengths lengths) {
        this.split = split;
        this.dice = dice;
        this.names = new Names(split, dice);
        this.lengths = lengths;
    }

    /// @param tasks MEMORY, CORRECTION, NOT_STATED, of which questions are drawn
    Exam of(int target, Set<Task> tasks) {
        List<ChatMessage> opening = dice.chance(0.15)
                ? List.of(ChatMessage.text("system", Opening.ENGLISH.say("system", split, free(), dice)))
                : List.of();
        tokens = lengths.of(opening);
        List<String> facts = dice.shuffled(FACTS).subList(0, target < 400 ? dice.between(1, 2) : dice.between(2, 6));
        int perQuestion = 60;
        int talk = Math.max(0, target - tokens - 2 * perQuestion * facts.size());
        int[] asides = Spread.of(talk, 2 * facts.size(), dice);
        for (int i = 0; i < facts.size(); i++) {
            say(facts.get(i));
            aside(asides[2 * i]);
            if (tasks.contains(Task.CORRECTION) && dice.chance(tasks.contains(Task.MEMORY) ? 0.3 : 1)) {
                correct(dice.pick(facts.subList(0, i + 1)));
            }
            aside(asides[2 * i + 1]);
        }
        for (String fact : dice.shuffled(facts)) {
            ask(fact, target, tasks);
        }
        return new Exam(opening, List.of(), turns);
    }

    /// The last question alone is asked: of the fact that was told nearest to this depth.
    Exam at(double depth, int target, Task task) {
        Exam exam = of(target, EnumSet.of(task));
        List<Question> asked = exam.questions().stream()
                .filter(question -> question.task() == task)
                .toList();
        List<Question> told = exam.questions().stream()
                .filter(question -> question.task() != task)
                .toList();
        List<Question> questions = new ArrayList<>(told);
        asked.stream()
                .min(Comparator.comparingDouble(question -> Math.abs(question.depth() - depth)))
                .ifPresent(questions::add);
        return new Exam(exam.opening(), List.of(), questions);
    }

    private void say(String fact) {
        Values values = new Values(names, dice);
        told.put(fact, new Told(values, tokens, false));
        String text = PHRASES.say(fact + "_say", split, values, dice);
        turn(Task.ACKNOWLEDGEMENT, Double.NaN, text, PHRASES.say(fact + "_ack", split, values, dice));
    }

    private void correct(String fact) {
        Values values = new Values(names, dice);
        Values before = told(fact).values();
        if (fact.equals("pet")) {
            values.put("pet", before.get("pet"));
        }
        told.put(fact, new Told(values, tokens, true));
        String text = PHRASES.say(fact + "_fix", split, values, dice);
        String answer =
                PHRASES.say("fixed", split, values, dice) + " " + PHRASES.say(fact + "_answer", split, values, dice);
        turn(Task.ACKNOWLEDGEMENT, Double.NaN, text, answer);
    }

    /// Small talk, or a longer text to read, of about this many tokens.
    private void aside(int count) {
        int end = tokens + count;
        while (tokens + ASIDE_TOKENS_MIN < end && end - tokens < 400 && dice.chance(0.7)) {
            turn(SmallTalk.turn(dice));
        }
        if (tokens + ASIDE_TOKENS_MIN < end) {
            DocumentWriter text = new DocumentWriter(lengths.counter(), split, Filler.PROSE, dice);
            text.filler(end - tokens - ASIDE_TOKENS_MIN / 2);
            String before = PHRASES.say("aside", split, free(), dice);
            turn(
                    Task.ACKNOWLEDGEMENT,
                    Double.NaN,
                    before + " " + text.finish().text(),
                    PHRASES.say("aside_ack", split, free(), dice));
        }
    }

    private void ask(String fact, int target, Set<Task> tasks) {
        Told known = told(fact);
        Task task = known.corrected() ? Task.CORRECTION : Task.MEMORY;
        if (tasks.contains(task)) {
            double depth = Math.min(1, known.offset() / (double) target);
            String text = PHRASES.say(fact + "_ask", split, known.values(), dice);
            turn(task, depth, text, PHRASES.say(fact + "_answer", split, known.values(), dice));
        }
        String other = dice.pick(FACTS);
        if (tasks.contains(Task.NOT_STATED) && !told.containsKey(other) && dice.chance(0.3)) {
            Values values = new Values(names, dice);
            String text = PHRASES.say(other + "_ask", split, values, dice);
            turn(Task.NOT_STATED, Double.NaN, text, PHRASES.say(other + "_none", split, values, dice));
        }
    }

    private Told told(String fact) {
        return Objects.requireNonNull(told.get(fact), fact);
    }

    private void turn(Task task, double depth, String text, String answer) {
        turn(new Question(task, depth, text, answer));
    }

    private void turn(Question question) {
        turns.add(question);
        tokens += lengths.of(question);
    }

    private Values free() {
        return new Values(null, dice);
    }
}
