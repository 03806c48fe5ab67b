package io.thunderhead.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.thunderhead.core.error.ServingException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int VOCAB = 1000;
    private final Sampler sampler = new Sampler(VOCAB);
    private final float[] logits = randomLogits(7);

    @Test
    void greedyTakesTheLargestAndTheLowestIdOfATie() {
        float[] tied = new float[VOCAB];
        tied[40] = tied[30] = 3;
        assertThat(sampler.sample(tied, SamplingParams.GREEDY, noHistory(), 0)).isEqualTo(30);
    }

    @Test
    void refusesLogitsThatAreNotFinite() {
        for (float broken : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] row = randomLogits(4);
            row[VOCAB - 1] = broken;
            for (SamplingParams params : List.of(SamplingParams.GREEDY, params(1, 0.9f, 0, 0))) {
                assertThatThrownBy(() -> sampler.sample(row, params, noHistory(), 0))
                        .hasMessageContaining("got " + broken + " for token " + (VOCAB - 1));
            }
            assertThatThrownBy(() -> sampler.logprobs(row, 0, 3)).hasMessageContaining("expected finite numbers");
        }
    }

    @Test
    void samePositionAndSeedGiveTheSameTokenWhateverWasSampledBefore() {
        SamplingParams params = params(1, 1, 0, 0);
        int token = sampler.sample(logits, params, noHistory(), 5);
        sampler.sample(randomLogits(8), params(2, 0.5f, 10, 0.1f), noHistory(), 9);
        assertThat(sampler.sample(logits, params, noHistory(), 5)).isEqualTo(token);
    }

    @Test
    void frequenciesFollowTheSoftmax() {
        float[] three = new float[VOCAB];
        Arrays.fill(three, -100);
        three[1] = (float) Math.log(6);
        three[2] = (float) Math.log(3);
        three[3] = 0;
        int[] counts = new int[VOCAB];
        for (int position = 0; position < 100_000; position++) {
            counts[sampler.sample(three, params(1, 1, 0, 0), noHistory(), position)]++;
        }
        assertThat(counts[1] / 100_000.0).isCloseTo(0.6, within(0.01));
        assertThat(counts[2] / 100_000.0).isCloseTo(0.3, within(0.01));
        assertThat(counts[3] / 100_000.0).isCloseTo(0.1, within(0.01));
    }

    @Test
    void topKKeepsExactlyTheLargest() {
        assertThat(support(params(5, 1, 3, 0))).containsExactlyInAnyOrderElementsOf(largest(3));
    }

    @Test
    void topPKeepsTheSmallestSetThatReachesIt() {
        double total = sumExp();
        double mass = 0;
        int size = 0;
        while (mass < 0.2 * total) {
            mass += Math.exp(logits[largest(size + 1).getLast()]);
            size++;
        }
        assertThat(support(params(1, 0.2f, 0, 0))).hasSize(size);
    }

    @Test
    void aWideNucleusIsTheSameAsSortingEverything() {
        Candidates candidates = new Candidates(VOCAB);
        candidates.fill(logits, 1);
        candidates.keepNucleus(0.99999f);
        assertThat(candidates.pick(0)).isEqualTo(largest(1).getFirst());
    }

    @Test
    void minPDropsWhatIsMuchLessLikelyThanTheBest() {
        float best = logits[largest(1).getFirst()];
        for (int id : support(params(1, 1, 0, 0.5f))) {
            assertThat(Math.exp(logits[id] - best)).isGreaterThanOrEqualTo(0.5);
        }
    }

    @Test
    void penaltiesAndBiasMoveTheGreedyChoice() {
        int best = largest(1).getFirst();
        TokenHistory generated = new TokenHistory(0);
        generated.append(best);
        assertThat(sampler.sample(logits, penalties(2, 0, 1), generated, 1)).isNotEqualTo(best);
        assertThat(sampler.sample(logits, penalties(0, 2, 1), generated, 1)).isNotEqualTo(best);
        TokenHistory prompted = new TokenHistory(1);
        prompted.append(best);
        assertThat(sampler.sample(logits, penalties(2, 2, 1), prompted, 1)).isEqualTo(best);
        assertThat(sampler.sample(logits, penalties(0, 0, 50), prompted, 1)).isNotEqualTo(best);
        SamplingParams biased = new SamplingParams(0, 1, 0, 0, 0, 0, 1, Map.of(17, 100f), 0, -1);
        assertThat(sampler.sample(logits, biased, noHistory(), 0)).isEqualTo(17);
    }

    @Test
    void logprobsAreOfTheRawLogits() {
        TokenLogprobs result = sampler.logprobs(logits, 12, 4);
        assertThat(result.logprob()).isCloseTo((float) (logits[12] - Math.log(sumExp())), within(1e-5f));
        assertThat(result.top())
                .hasSize(4)
                .extracting(TokenLogprobs.Alternative::tokenId)
                .containsAll(largest(4));
        assertThat(result.rank())
                .isEqualTo(1
                        + (int) IntStream.range(0, VOCAB)
                                .filter(id -> logits[id] > logits[12])
                                .count());
    }

    @Test
    void refusesParametersOutOfRange() {
        assertThatThrownBy(() -> params(1, 0, 0, 0))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("top_p");
        assertThatThrownBy(() -> params(Float.NaN, 1, 0, 0)).hasMessageContaining("temperature");
    }

    private Set<Integer> support(SamplingParams params) {
        Set<Integer> seen = new TreeSet<>();
        for (int position = 0; position < 20_000; position++) {
            seen.add(sampler.sample(logits, params, noHistory(), position));
        }
        return seen;
    }

    private List<Integer> largest(int count) {
        return IntStream.range(0, VOCAB)
                .boxed()
                .sorted((a, b) -> Float.compare(logits[b], logits[a]))
                .limit(count)
                .toList();
    }

    private double sumExp() {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        return sum;
    }

    private static SamplingParams params(float temperature, float topP, int topK, float minP) {
        return new SamplingParams(temperature, topP, topK, minP, 0, 0, 1, Map.of(), 42, -1);
    }

    private static SamplingParams penalties(float presence, float frequency, float repetition) {
        return new SamplingParams(0, 1, 0, 0, presence, frequency, repetition, Map.of(), 0, -1);
    }

    private static TokenHistory noHistory() {
        return new TokenHistory(0);
    }

    private static float[] randomLogits(long seed) {
        Random random = new Random(seed);
        float[] values = new float[VOCAB];
        for (int i = 0; i < VOCAB; i++) {
            values[i] = (float) random.nextGaussian() * 3;
        }
        return values;
    }
}
