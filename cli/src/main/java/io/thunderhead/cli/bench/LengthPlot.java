package io.thunderhead.cli.bench;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// What a token of a prompt costs, by the prompt's length, one line a report: flat where the cost is linear in all.
record LengthPlot(List<BenchReport> reports) {
    private static final Color[] COLORS = {new Color(0x1f6f8b), new Color(0xc8553d), new Color(0x588157)};

    /// Throws INVALID_REQUEST for two of one name, which nobody could tell apart.
    LengthPlot {
        reports = List.copyOf(reports);
        Set<String> names = new HashSet<>();
        reports.forEach(report -> {
            if (!names.add(name(report))) {
                throw new ServingException(ErrorCode.INVALID_REQUEST, "two files are of " + name(report));
            }
        });
    }

    /// As SVG. Throws INVALID_REQUEST.
    void write(Path file) {
        System.setProperty("java.awt.headless", "true");
        try {
            VectorGraphicsEncoder.saveVectorGraphic(chart(), file.toString(), VectorGraphicsFormat.SVG);
        } catch (IOException e) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private XYChart chart() {
        BenchReport.Setup setup = reports.getFirst().setup();
        XYChart chart = new XYChartBuilder()
                .width(860)
                .height(440)
                .title("Prefill, %s, %d cores"
                        .formatted(setup.machine().cpu(), setup.machine().cores()))
                .xAxisTitle("length of the prompt, tokens")
                .yAxisTitle("milliseconds a token")
                .build();
        chart.getStyler()
                .setXAxisLogarithmic(true)
                .setYAxisMin(0.0)
                .setSeriesColors(COLORS)
                .setLegendPosition(Styler.LegendPosition.InsideNW)
                .setChartBackgroundColor(Color.WHITE);
        for (BenchReport report : reports) {
            double[] lengths = each(report, BenchReport.Prefill::promptTokens);
            chart.addSeries(name(report), lengths, each(report, line -> 1e3 / line.tokensPerSecond()))
                    .setMarker(SeriesMarkers.CIRCLE);
        }
        return chart;
    }

    private static String name(BenchReport report) {
        BenchReport.Setup setup = report.setup();
        return setup.weights() == null ? setup.model() : setup.model() + ", " + setup.weights();
    }

    private static double[] each(BenchReport report, ToDoubleFunction<BenchReport.Prefill> number) {
        return report.prefill().stream().mapToDouble(number).toArray();
    }
}
