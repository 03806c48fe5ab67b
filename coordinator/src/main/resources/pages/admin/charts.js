/// What happened in the last two minutes, from the engine's sums: each point is the difference of two answers.

import uPlot from '../lib/uPlot.esm.js';
import { byId, element, seconds } from '../dom.js';

const POINTS = 120;
const HEIGHT = 150;

const CHARTS = [
    { title: 'Tokens a second', series: [['generated', 'tokensPerSecond'], ['computed', 'rowsPerSecond']] },
    { title: 'Latency, ms', series: [['first token', 'firstToken'], ['between tokens', 'betweenTokens']] },
    { title: 'Requests', series: [['running', 'running'], ['waiting', 'waiting']] },
];

/// Rates and means between two answers of `/stats`, `elapsed` seconds apart; null where nothing was measured.
export function between(before, after, elapsed) {
    const mean = (sum, count) => {
        const counted = after[count] - before[count];
        return counted > 0 ? (after[sum] - before[sum]) / counted / 1e6 : null;
    };
    return {
        tokensPerSecond: (after.completion_tokens - before.completion_tokens) / elapsed,
        rowsPerSecond: (after.computed_tokens - before.computed_tokens) / elapsed,
        firstToken: mean('ttft_nanos', 'first_tokens'),
        betweenTokens: mean('inter_token_nanos', 'further_tokens'),
        running: after.running,
        waiting: after.waiting,
    };
}

export class Charts {
    constructor() {
        this.times = [];
        this.values = {};
        this.before = null;
        this.plots = CHARTS.map(chart => this.plot(chart));
        new ResizeObserver(() => this.resize()).observe(byId('charts'));
        matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.recolour());
    }

    plot(chart) {
        const box = element('div');
        const figure = element('figure', {}, element('figcaption', {}, chart.title), box);
        byId('charts').append(figure);
        return { ...chart, box, drawn: this.build(chart, box) };
    }

    build(chart, box) {
        const colours = [colour('--accent'), colour('--warn')];
        const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
        return new uPlot(
            {
                width: box.clientWidth || 300,
                height: HEIGHT,
                cursor: { drag: { x: false, y: false } },
                scales: { y: { range: (u, min, max) => [0, Math.max(1, (max ?? 0) * 1.1)] } },
                axes: [{ ...axis, space: 70 }, { ...axis, size: 52 }],
                series: [
                    {},
                    ...chart.series.map(([label], i) => ({
                        label,
                        stroke: colours[i],
                        width: 2,
                        dash: i === 0 ? [] : [6, 4],
                        spanGaps: true,
                        value: (u, value) => (value == null ? '–' : value.toFixed(value < 10 ? 1 : 0)),
                    })),
                ],
            },
            this.data(chart),
            box,
        );
    }

    data(chart) {
        return [this.times, ...chart.series.map(([, name]) => this.values[name] ?? [])];
    }

    add(stats) {
        const time = performance.now();
        const before = this.before;
        this.before = { stats, time };
        if (before === null || stats.steps < before.stats.steps) {
            return; // the first answer, or one of another coordinator
        }
        const point = between(before.stats, stats, (time - before.time) / 1000);
        this.times = [...this.times, Date.now() / 1000].slice(-POINTS);
        for (const [name, value] of Object.entries(point)) {
            this.values[name] = [...(this.values[name] ?? []), value].slice(-POINTS);
        }
        this.plots.forEach(plot => plot.drawn.setData(this.data(plot)));
        this.tell(point, stats);
    }

    tell(point, stats) {
        const latency = value => (value === null ? '–' : seconds(value));
        const facts = {
            'Tokens a second': point.tokensPerSecond.toFixed(1),
            'First token after': latency(point.firstToken),
            'Between tokens': point.betweenTokens === null ? '–' : `${point.betweenTokens.toFixed(1)} ms`,
            Running: point.running,
            Waiting: point.waiting,
            'KV pages': stats.kv_pages > 0 && stats.kv_pages < 2 ** 31 - 1 ? `${stats.kv_pages_in_use} of ${stats.kv_pages}` : '–',
        };
        const entries = Object.entries(facts).map(([name, value]) =>
            element('div', {}, element('dt', {}, name), element('dd', {}, String(value))),
        );
        byId('now').replaceChildren(...entries);
    }

    resize() {
        this.plots.forEach(plot => plot.drawn.setSize({ width: plot.box.clientWidth, height: HEIGHT }));
    }

    recolour() {
        for (const plot of this.plots) {
            plot.drawn.destroy();
            plot.drawn = this.build(plot, plot.box);
        }
    }
}

/// The computed colour: a canvas does not know `light-dark()`.
export function colour(name) {
    const probe = element('span', { hidden: true });
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    const computed = getComputedStyle(probe).color;
    probe.remove();
    return computed;
}
