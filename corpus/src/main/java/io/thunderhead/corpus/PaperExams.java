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

/// Exams on papers.
final class PaperExams {
    private static final int PAPER_TOKENS = 420;
    private static final int SMALL_PAPER_TOKENS = 260;
    private static final int QUESTION_TOKENS = 85;
    private static final int PAPERS_MAX = 24;
    private static final Map<Task, Integer> WEIGHTS = new EnumMap<>(Map.of(
            Task.DATA_SETS, 30,
            Task.DATA_SETS_AND_SIZES, 10,
            Task.SIZE, 18,
            Task.AUTHORS, 12,
            Task.USED_BY, 18,
            Task.CORRECTION, 2,
            Task.NOT_STATED, 10));

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

    static boolean asks(Task task) {
        return WEIGHTS.containsKey(task);
    }

    /// @param tasks of which questions are drawn
    Exam of(int tokens, Set<Task> tasks) {
        boolean full = tokens >= 1000;
        int questionCount = full ? dice.between(3, Math.min(12, tokens / 250)) : dice.between(1, tokens < 400 ? 1 : 2);
        int room = tokens - questionCount * QUESTION_TOKENS;
        int most = Math.clamp(room / (full ? PAPER_TOKENS : SMALL_PAPER_TOKENS), 1, PAPERS_MAX);
        PaperStyle style = PaperStyle.of(full, dice);
        PaperDocument papers = new PaperDocument(dice.between((most + 2) / 3, most), style, names, dice);
        List<Draft> drafts = draw(questionCount, tasks, papers);
        Opening opening = Opening.choose(Opening.ENGLISH, "before_papers", split, dice);
        Document document = papers.write(lengths.left(tokens, opening, drafts), lengths.counter(), split, dice);
        return Exam.on(document, opening, drafts);
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
        boolean byNumber = papers.style().numbered() && dice.chance(0.35);
        boolean afterSize = !before.isEmpty() && before.getLast().task() == Task.SIZE;
        return switch (Weighted.pick(WEIGHTS, tasks, dice)) {
            case DATA_SETS -> ask.dataSets(paper, byNumber);
            case DATA_SETS_AND_SIZES -> ask.dataSetsAndSizes(paper);
            case SIZE -> ask.size(paper, set);
            case CORRECTION -> afterSize ? ask.sizeInstead(paper, set) : ask.size(paper, set);
            case AUTHORS -> ask.authors(paper, byNumber);
            case USED_BY -> ask.usedBy(paper, set);
            default -> ask.notStated(names);
        };
    }
}
