package io.thunderhead.cli.eval;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.style.HeatMapStyler;

/// A report as a picture: length to the right, depth downwards. Cells of which nothing was asked stay empty.
record HeatMap(EvalReport report) {
    private static final int CELL_WIDTH = 110;
    private static final int CELL_HEIGHT = 44;
    /// Light enough for dark numbers on each; told apart without telling red from green by how light they are.
    private static final Color[] BAD_TO_GOOD = {
        new Color(0xd9705c), new Color(0xf2b38a), new Color(0xf6efc8), new Color(0xb9dfa8), new Color(0x7cc489)
    };

    /// Whether a picture can be written under this name.
    static boolean writes(Path file) {
        return isSvg(file) || extension(file).equals("png");
    }

    /// PNG or SVG, by the name's ending. Throws INVALID_REQUEST.
    void write(Path file) {
        System.setProperty("java.awt.headless", "true");
        ImageIO.setUseCache(false); // it would register a shutdown hook, which fails once Ctrl-C has begun the shutdown
        try {
            if (isSvg(file)) {
                VectorGraphicsEncoder.saveVectorGraphic(
                        chart(), file.toString(), VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
            } else {
                BitmapEncoder.saveBitmap(chart(), file.toString(), BitmapEncoder.BitmapFormat.PNG);
            }
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private HeatMapChart chart() {
        HeatMapChart chart = new HeatMapChartBuilder()
                .width(260 + CELL_WIDTH * report.lengths().size())
                .height(120 + CELL_HEIGHT * report.depths())
                .title("Exact answers of " + report.model() + ", held-out questions")
                .xAxisTitle("length of the conversation, tokens")
                .yAxisTitle("where the answer stands")
                .build();
        HeatMapStyler style = chart.getStyler();
        style.setMin(0);
        style.setMax(100);
        style.setRangeColors(BAD_TO_GOOD);
        style.setShowValue(true);
        style.setHeatMapValueDecimalPattern("0.#");
        style.setHeatMapDecimalValueFormatter(value -> String.format(Locale.ROOT, "%.0f %%", value));
        style.setPlotContentSize(1);
        style.setChartBackgroundColor(Color.WHITE);
        chart.addSeries("exact answers, percent", columns(), rows(), cells());
        return chart;
    }

    private List<String> columns() {
        return report.lengths().stream()
                .map(line -> Lengths.shown(line.length()))
                .toList();
    }

    /// From below, as the plot counts.
    private List<String> rows() {
        List<String> rows = new ArrayList<>();
        IntStream.range(0, report.depths()).forEach(depth -> rows.add(report.depthName(depth)));
        Collections.reverse(rows);
        return rows;
    }

    private List<Number[]> cells() {
        List<Number[]> cells = new ArrayList<>();
        for (int column = 0; column < report.lengths().size(); column++) {
            for (int depth = 0; depth < report.depths(); depth++) {
                Count count = report.at(report.lengths().get(column).length(), depth);
                if (count.asked() > 0) {
                    cells.add(new Number[] {column, report.depths() - 1 - depth, 100 * count.share()});
                }
            }
        }
        return cells;
    }

    private static boolean isSvg(Path file) {
        return extension(file).equals("svg");
    }

    private static String extension(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
