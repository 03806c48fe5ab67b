package io.thunderhead.corpus;

import io.thunderhead.corpus.words.Dice;
import io.thunderhead.corpus.words.Lexicon;
import io.thunderhead.corpus.words.Names;
import io.thunderhead.corpus.words.Numbers;
import io.thunderhead.corpus.words.Titles;
import java.util.List;
import java.util.stream.IntStream;

/// What is true of a paper.
///
/// @param number from one, in the order of the document
/// @param title with its quotation marks
/// @param dataSets in the order in which the paper names them
public record Paper(int number, String title, List<String> authors, List<DataSet> dataSets) {
    public Paper {
        authors = List.copyOf(authors);
        dataSets = List.copyOf(dataSets);
    }

    static Paper invent(int number, Names names, Dice dice) {
        String title = Titles.title(names, dice);
        List<String> authors = Numbers.people(names, dice.between(1, 3));
        int count = dice.between(2, 3);
        List<DataSet> dataSets =
                IntStream.range(0, count).mapToObj(_ -> dataSet(names, dice)).toList();
        return new Paper(number, title, authors, dataSets);
    }

    static DataSet dataSet(Names names, Dice dice) {
        String size = Numbers.digits(dice, dice.between(3, 5));
        return new DataSet(names.name(), size, dice.pick(Lexicon.words("unit")));
    }
}
