package io.thunderhead.tornado;

import static io.thunderhead.tornado.DeviceRun.difference;
import static io.thunderhead.tornado.DeviceRun.floats;
import static io.thunderhead.tornado.DeviceRun.ints;
import static io.thunderhead.tornado.DeviceRun.random;
import static io.thunderhead.tornado.cuda.CudaTasks.read;
import static io.thunderhead.tornado.cuda.CudaTasks.update;
import static io.thunderhead.tornado.cuda.CudaTasks.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.thunderhead.model.config.LayerRange;
import io.thunderhead.model.config.ModelConfig;
import io.thunderhead.model.kernels.HeadShape;
import io.thunderhead.model.kernels.KernelSelection;
import io.thunderhead.model.kernels.Kernels;
import io.thunderhead.model.kernels.Rotary;
import io.thunderhead.model.state.SequenceState;
import io.thunderhead.model.state.StateLayout;
import io.thunderhead.model.state.StatePool;
import io.thunderhead.model.state.StepRows;
import io.thunderhead.model.tokenizer.TokenIds;
import io.thunderhead.tornado.cuda.CudaTasks;
import io.thunderhead.tornado.kernels.SoftmaxKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

final class SoftmaxKernelsTest {
    private static final int PAGES = 8;

    private final Kernels plain = KernelSelection.choose("plain", 1).kernels();

    @AfterEach
    void close() {
        plain.close();
    }

    /// Sequence `a` has seen `seen` tokens and gets one more, sequence `b` begins with a prompt.
    @ParameterizedTest
    @CsvSource({"1, 1, 8, 0, 1, 1", "4, 2, 16, 300, 7, 3", "3, 3, 24, 511, 130, 2", "2, 1, 128, 700, 31, 5"})
    void attendsAsThePlainTwin(int heads, int kvHeads, int headDim, int seen, int promptTokens, int splits) {
        attend(false, heads, kvHeads, headDim, seen, promptTokens, splits);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 0, 1, 1",
        "8, 1, 0, 15, 1",
        "8, 1, 62, 17, 2",
        "16, 2, 700, 131, 5",
        "2, 2, 511, 130, 16",
        "64, 8, 900, 300, 3"
    })
    void tensorCoresAttendAsThePlainTwin(int heads, int kvHeads, int seen, int promptTokens, int splits) {
        assumeTrue(DeviceRun.target().cuda(), "only CUDA has it");
        attend(true, heads, kvHeads, CudaShapes.HEAD_DIM, seen, promptTokens, splits);
    }

    private void attend(boolean cuda, int heads, int kvHeads, int headDim, int seen, int promptTokens, int splits) {
        ModelConfig config = Shapes.model(heads, kvHeads, headDim);
        HeadShape shape = new HeadShape(heads, kvHeads, headDim);
        Rotary rotary = new Rotary(shape, config.rotaryDim(), config.ropeTheta());
        try (StatePool pool = new StatePool(new StateLayout(config, new LayerRange(1, 2)), 2, PAGES)) {
            SequenceState a = pool.acquire();
            SequenceState b = pool.acquire();
            a.reserve(seen);
            FloatArray pages = devicePages(a, kvHeads * 2 * SoftmaxKernels.PAGE * headDim);
            a.advance(seen);
            StepRows step = StepRows.builder()
                    .decode(a, TokenIds.of(0))
                    .prefill(b, TokenIds.of(new int[promptTokens]))
                    .build();
            int rows = step.rowCount();
            float[] q = random(1, rows * heads * headDim);
            float[] k = random(2, rows * kvHeads * headDim);
            float[] v = random(3, rows * kvHeads * headDim);
            FloatArray deviceQ = floats(q);
            FloatArray deviceK = floats(k);
            FloatArray deviceV = floats(v);
            float[] expected = new float[q.length];
            plain.storeKeysValues(step, 1, rotary, q, k, v);
            plain.softmaxAttention(step, 1, shape, q, expected);

            IntArray header = ints(rows, 0, splits);
            IntArray rowTable = rowTable(seen, a.pageCount(), promptTokens);
            // a has the even pages of the device, b the odd ones
            IntArray pageTable = pageTable(a.pageCount(), b.pageCount());
            // of a the one row, of b as many as have their heads in a tile
            IntArray parts = parts(seen, a.pageCount(), promptTokens, 128 * kvHeads / heads, splits);
            int partMax = parts.getSize() / CudaShapes.PART_INTS;
            FloatArray turns = turns(rotary, rowTable, rows);
            FloatArray partials = new FloatArray(rows * heads * splits * (headDim + 2));
            FloatArray out = new FloatArray(expected.length);
            DeviceRun.run(
                    graph -> {
                        if (cuda) {
                            CudaTasks.add(
                                    graph.tasks(),
                                    "store",
                                    CudaShapes.storeKeysValues(rows, heads, kvHeads),
                                    read(header),
                                    read(rowTable),
                                    read(pageTable),
                                    read(turns),
                                    update(deviceQ),
                                    read(deviceK),
                                    read(deviceV),
                                    update(pages),
                                    read(2 * PAGES),
                                    read(heads),
                                    read(kvHeads),
                                    read(rotary.pairCount()));
                            CudaTasks.add(
                                    graph.tasks(),
                                    "attend",
                                    CudaShapes.attendPages(partMax, kvHeads),
                                    read(header),
                                    read(parts),
                                    read(pageTable),
                                    read(deviceQ),
                                    read(pages),
                                    write(partials),
                                    read(2 * PAGES),
                                    read(heads),
                                    read(kvHeads),
                                    read(partMax));
                        } else {
                            graph.tasks()
                                    .task(
                                            "store",
                                            SoftmaxKernels::storeKeysValues,
                                            graph.context(),
                                            header,
                                            rowTable,
                                            pageTable,
                                            turns,
                                            deviceQ,
                                            deviceK,
                                            deviceV,
                                            pages,
                                            2 * PAGES,
                                            heads,
                                            kvHeads,
                                            headDim,
                                            rotary.pairCount());
                            graph.tasks()
                                    .task(
                                            "attend",
                                            SoftmaxKernels::attend,
                                            graph.context(),
                                            header,
                                            rowTable,
                                            pageTable,
                                            deviceQ,
                                            pages,
                                            partials,
                                            2 * PAGES,
                                            heads,
                                            kvHeads,
                                            headDim);
                            graph.launch("store", headDim, rows, heads + 2 * kvHeads, 1);
                            graph.launch("attend", SoftmaxKernels.GROUP, rows, heads, splits);
                        }
                        graph.tasks()
                                .task(
                                        "combine",
                                        SoftmaxKernels::combine,
                                        graph.context(),
                                        header,
                                        partials,
                                        out,
                                        heads,
                                        headDim);
                        graph.launch("combine", headDim, rows, heads, 1);
                    },
                    new Object[] {
                        header, rowTable, pageTable, parts, turns, deviceQ, deviceK, deviceV, pages, partials, out
                    },
                    pages,
                    out);

            assertThat(difference(out, expected)).isLessThan(1e-5);
            assertPages(pages, a, 0);
            assertPages(pages, b, 1);
        }
    }

    /// Random keys and values in the pages of the sequence, and the same on the device in the even pages.
    private static FloatArray devicePages(SequenceState sequence, int pageSize) {
        FloatArray pages = new FloatArray(2 * PAGES * pageSize);
        pages.init(0);
        for (int page = 0; page < sequence.pageCount(); page++) {
            float[] values = random(20 + page, pageSize);
            MemorySegment.copy(values, 0, sequence.page(page), ValueLayout.JAVA_FLOAT, 0, pageSize);
            for (int i = 0; i < pageSize; i++) {
                pages.set(2 * page * pageSize + i, values[i]);
            }
        }
        return pages;
    }

    private static void assertPages(FloatArray pages, SequenceState expected, int parity) {
        for (int page = 0; page < expected.pageCount(); page++) {
            float[] values = expected.page(page).toArray(ValueLayout.JAVA_FLOAT);
            FloatArray own = new FloatArray(values.length);
            for (int i = 0; i < values.length; i++) {
                own.set(i, pages.get((2 * page + parity) * values.length + i));
            }
            assertThat(difference(own, values)).as("page %d", page).isLessThan(1e-5);
        }
    }

    private static IntArray rowTable(int seen, int pagesOfA, int promptTokens) {
        int[] table = new int[(1 + promptTokens) * SoftmaxKernels.ROW_INTS];
        table[0] = seen;
        for (int i = 0; i < promptTokens; i++) {
            table[(1 + i) * SoftmaxKernels.ROW_INTS] = i;
            table[(1 + i) * SoftmaxKernels.ROW_INTS + 1] = pagesOfA;
        }
        return ints(table);
    }

    private static IntArray pageTable(int pagesOfA, int pagesOfB) {
        int[] table = new int[pagesOfA + pagesOfB];
        for (int i = 0; i < pagesOfA; i++) {
            table[i] = 2 * i;
        }
        for (int i = 0; i < pagesOfB; i++) {
            table[pagesOfA + i] = 2 * i + 1;
        }
        return ints(table);
    }

    private static IntArray parts(int seen, int pagesOfA, int promptTokens, int rowsOfTile, int splits) {
        List<Integer> parts = new ArrayList<>();
        for (int split = 0; split < splits; split++) {
            parts.addAll(List.of(0, 1, seen, 0, split));
            for (int row = 0; row < promptTokens; row += rowsOfTile) {
                parts.addAll(List.of(1 + row, Math.min(rowsOfTile, promptTokens - row), row, pagesOfA, split));
            }
        }
        // the end of the list, where there is room for more
        parts.addAll(List.of(0, 0, 0, 0, 0));
        return ints(parts.stream().mapToInt(Integer::intValue).toArray());
    }

    private static FloatArray turns(Rotary rotary, IntArray rowTable, int rows) {
        float[] turns = new float[2 * rotary.pairCount()];
        FloatArray all = new FloatArray(rows * turns.length);
        for (int row = 0; row < rows; row++) {
            rotary.turnsAt(rowTable.get(row * SoftmaxKernels.ROW_INTS), turns);
            for (int i = 0; i < turns.length; i++) {
                all.set(row * turns.length + i, turns[i]);
            }
        }
        return all;
    }
}
