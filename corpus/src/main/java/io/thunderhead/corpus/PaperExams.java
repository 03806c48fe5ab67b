package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Split;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// Exams on papers.
final class PaperExams {
    private static final int PAPER_TOKENS = 400;
    private static final int SMALL_PAPER_TOKENS = 190;
    private static final int QUESTION_TOKENS = 85;
    private static final int PAPERS_MAX = 24;
    private static final int QUESTIONS_MAX = 16;
    private static final int TINY = 400;
    private static final int SMALL = 1000;
    private static final int LONG = 4000;
    private static final Map<Task, Integer> WEIGHTS = new EnumMap<>(Map.of(
            Task.DATA_SETS, 30,
            Task.DATA_SETS_AND_SIZES, 10,
            Task.SIZE, 18,
            Task.AUTHORS, 12,
            Task.USED_BY, 18,
            Task.CORRECTION, 2,
            Task.NOT_STATED, 14));

    private final Split split;
    private final Dice dice;
    private final Names names;
    private final Lengths lengths;
    private final PaperQuestions ask;

    PaperExams(Split split, Dice dice, Lengths lengths) {
        this.split = split;
        this.dice = dice;
        this.names = new Names(split, dice);
        this.lengths = lengths;
        this.ask = new PaperQuestions(split, dice);
    }

    /// @param tasks of which questions are drawn
    Exam of(int tokens, Set<Task> tasks) {
        int most = tokens < SMALL ? (tokens < TINY ? 1 : 2) : Math.min(QUESTIONS_MAX, tokens / 250);
        int count = dice.between(Math.min(most, 3), most);
        PaperDocument papers = papers(tokens - count * QUESTION_TOKENS, tokens);
        List<Draft> drafts = draw(count, tasks, papers);
        SmallTalk.interrupt(drafts, tasks, dice);
        Opening opening = Opening.choose(Opening.ENGLISH, "before_papers", split, dice);
        Document document = papers.write(lengths.left(tokens, opening, drafts), lengths.counter(), split, dice);
        return Exam.on(document, opening, drafts);
    }

    /// One question, whose fact stands nearest to this depth.
    Exam at(double depth, int tokens, Task task) {
        PaperDocument papers = papers(tokens - QUESTION_TOKENS, tokens);
        List<Draft> candidates = papers.papers().stream()
                .flatMap(paper -> IntStream.range(0, paper.sets().size())
                        .mapToObj(set -> draft(task, paper, set, papers.style().numbered())))
                .toList();
        Opening opening = Opening.choose(Opening.ENGLISH, "before_papers", split, dice);
        int room = candidates.stream()
                .mapToInt(draft -> lengths.left(tokens, opening, List.of(draft)))
                .min()
                .orElseThrow();
        Document document = papers.write(room, lengths.counter(), split, dice);
        return Exam.on(document, opening, List.of(document.nearest(candidates, depth)));
    }

    /// Short documents have many short papers rather than one long.
    private PaperDocument papers(int room, int tokens) {
        boolean full = tokens >= LONG || (tokens >= SMALL && dice.chance(0.3));
        int most = Math.clamp(room / (full ? PAPER_TOKENS : SMALL_PAPER_TOKENS), 1, PAPERS_MAX);
        return new PaperDocument(dice.between((most + 2) / 3, most), PaperStyle.of(full, dice), names, dice);
    }

    private List<Draft> draw(int count, Set<Task> tasks, PaperDocument papers) {
        List<Draft> drafts = new ArrayList<>();
        Set<Fact> asked = new HashSet<>();
        for (int tries = 0; drafts.size() < count && tries < 4 * count; tries++) {
            Draft draft = draw(tasks, papers, drafts);
            boolean fresh = draft.facts().stream().noneMatch(asked::contains);
            if (fresh || dice.chance(0.15)) {
                asked.addAll(draft.facts());
                drafts.add(draft);
            }
        }
        return drafts;
    }

    private Draft draw(Set<Task> tasks, PaperDocument papers, List<Draft> before) {
        PaperFacts paper = dice.pick(papers.papers());
        int set = dice.below(paper.sets().size());
        boolean afterSize = !before.isEmpty() && before.getLast().task() == Task.SIZE;
        Task task = Weighted.pick(WEIGHTS, tasks, dice);
        Task possible = task == Task.CORRECTION && !afterSize ? Task.SIZE : task;
        return draft(possible, paper, set, papers.style().numbered());
    }

    private Draft draft(Task task, PaperFacts paper, int set, boolean numbered) {
        boolean byNumber = numbered && dice.chance(0.35);
        return switch (task) {
            case DATA_SETS -> ask.dataSets(paper, byNumber);
            case DATA_SETS_AND_SIZES -> ask.dataSetsAndSizes(paper);
            case SIZE -> ask.size(paper, set);
            case CORRECTION -> ask.sizeInstead(paper, set);
            case AUTHORS -> ask.authors(paper, byNumber);
            case USED_BY -> ask.usedBy(paper, set);
            default -> ask.notStated(names);
        };
    }
}
