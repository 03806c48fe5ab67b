/// The heat map of layers and experts, drawn on a canvas: 80 x 32 cells would be slow as elements. Coloured by holder, or by
/// load: the rows that an expert computed, of its layer's mean.

import { byId, count, element } from '../dom.js';
import { colour } from './charts.js';

const CELL_MAX = 18;
const CELL_MIN = 6;

/// The load that has the strongest colour, in means of its layer.
const LOAD_MAX = 3;

export class ExpertMap {
    constructor() {
        this.canvas = byId('experts');
        this.map = { layers: 0, experts: 0, holders: [], cells: [] };
        this.chosen = null;
        this.known = '';
        this.byLoad = false;
        this.rows = null;
        byId('colours').addEventListener('change', event => this.colourBy(event.target.value));
        this.canvas.addEventListener('keydown', event => this.key(event));
        this.canvas.addEventListener('pointermove', event => this.point(event));
        new ResizeObserver(() => this.draw()).observe(this.canvas.parentElement);
        matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.redraw());
    }

    /// @param loads what `/admin/api/loads` says, or null
    show(cluster, loads) {
        const known = JSON.stringify([cluster.plan?.epoch, cluster.plan?.holders]);
        const moved = known !== this.known;
        if (moved) {
            this.known = known;
            this.map = mapOf(cluster);
        }
        if (loads) {
            this.rows = loads.rows;
        }
        if (moved || loads) {
            this.redraw();
            this.tell();
        }
    }

    colourBy(what) {
        this.byLoad = what === 'load';
        this.redraw();
        this.tell();
    }

    redraw() {
        this.draw();
        this.drawLegend();
    }

    draw() {
        const { layers, experts, cells } = this.map;
        const room = this.canvas.parentElement.clientWidth - 2;
        this.size = Math.max(CELL_MIN, Math.min(CELL_MAX, Math.floor(room / Math.max(1, experts))));
        const scale = window.devicePixelRatio || 1;
        this.canvas.width = experts * this.size * scale;
        this.canvas.height = layers * this.size * scale;
        this.canvas.style.width = `${experts * this.size}px`;
        this.canvas.style.height = `${layers * this.size}px`;
        this.canvas.setAttribute('aria-label', `${layers} layers with ${experts} experts each, coloured by ${this.byLoad ? 'load' : 'holder'}`);
        const pen = this.canvas.getContext('2d');
        pen.scale(scale, scale);
        pen.fillStyle = colour('--accent');
        for (let layer = 0; layer < layers; layer++) {
            for (let expert = 0; expert < experts; expert++) {
                if (this.byLoad) {
                    this.drawLoad(pen, layer, expert);
                } else {
                    this.drawHolders(pen, layer, expert, cells[layer][expert]);
                }
            }
        }
        pen.globalAlpha = 1;
        if (this.chosen) {
            pen.strokeStyle = colour('--text');
            pen.lineWidth = 2;
            pen.strokeRect(this.chosen.expert * this.size + 1, this.chosen.layer * this.size + 1, this.size - 2, this.size - 2);
        }
    }

    /// A cell is split among the holders of replicas; one that nobody holds stays empty.
    drawHolders(pen, layer, expert, holders) {
        const inner = this.size - 1;
        holders.forEach((holder, i) => {
            pen.fillStyle = holderColour(holder, this.map.holders.length);
            const width = inner / holders.length;
            pen.fillRect(expert * this.size + i * width, layer * this.size, width, inner);
        });
    }

    drawLoad(pen, layer, expert) {
        pen.globalAlpha = Math.min(1, this.load(layer, expert) / LOAD_MAX);
        pen.fillRect(expert * this.size, layer * this.size, this.size - 1, this.size - 1);
    }

    /// Of the layer's mean; 0 where nothing was computed.
    load(layer, expert) {
        const rows = this.rows?.[layer] ?? [];
        const sum = rows.reduce((total, each) => total + each, 0);
        return sum === 0 ? 0 : (rows[expert] * rows.length) / sum;
    }

    drawLegend() {
        if (this.byLoad) {
            byId('legend').replaceChildren(
                element('li', {}, `empty: no row yet; full colour: ${LOAD_MAX} times the mean of its layer, or more`),
            );
            return;
        }
        const held = this.map.holders.map(
            (_, index) => this.map.cells.flat().filter(holders => holders.includes(index)).length,
        );
        const entries = this.map.holders.map((id, index) =>
            element('li', {}, swatch(holderColour(index, this.map.holders.length)), `${id}: ${held[index]} experts`),
        );
        byId('legend').replaceChildren(...entries);
    }

    key(event) {
        const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
        const move = moves[event.key];
        if (move && this.map.layers > 0) {
            event.preventDefault();
            const from = this.chosen ?? { layer: 0, expert: 0 };
            this.choose(from.layer + (this.chosen ? move[0] : 0), from.expert + (this.chosen ? move[1] : 0));
        }
    }

    point(event) {
        const box = this.canvas.getBoundingClientRect();
        this.choose(Math.floor((event.clientY - box.top) / this.size), Math.floor((event.clientX - box.left) / this.size));
    }

    choose(layer, expert) {
        const { layers, experts } = this.map;
        if (layer < 0 || expert < 0 || layer >= layers || expert >= experts) {
            return;
        }
        if (this.chosen?.layer === layer && this.chosen?.expert === expert) {
            return;
        }
        this.chosen = { layer, expert };
        this.tell();
        this.draw();
    }

    tell() {
        const { layers, experts, holders, cells } = this.map;
        if (!this.chosen || this.chosen.layer >= layers || this.chosen.expert >= experts) {
            return;
        }
        const { layer, expert } = this.chosen;
        const names = cells[layer][expert].map(index => holders[index]).join(' and ') || 'nobody';
        const load = this.byLoad
            ? `, ${count(this.rows?.[layer]?.[expert] ?? 0)} rows, ${this.load(layer, expert).toFixed(1)} times the mean of its layer`
            : '';
        const words = `Layer ${layer}, expert ${expert}: held by ${names}${load}`;
        if (byId('cell').textContent !== words) {
            byId('cell').textContent = words;
        }
    }
}

function mapOf(cluster) {
    const { layers, experts } = cluster.model;
    const cells = Array.from({ length: layers }, () => Array.from({ length: experts }, () => []));
    const parts = cluster.plan?.holders ?? [];
    parts.forEach((part, index) => {
        for (const [layer, held] of Object.entries(part.layers)) {
            held.forEach(expert => cells[layer][expert].push(index));
        }
    });
    return { layers, experts, holders: parts.map(part => part.node), cells };
}

/// Hues apart from each other by the golden angle, so that neighbours differ however many there are.
function holderColour(index, holders) {
    const hue = holders <= 8 ? (210 + (360 / Math.max(1, holders)) * index) % 360 : (210 + 137.5 * index) % 360;
    return `hsl(${hue} 60% ${index % 2 === 0 ? 50 : 62}%)`;
}

function swatch(fill) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    made.setAttribute('width', '12');
    made.setAttribute('height', '12');
    made.setAttribute('aria-hidden', 'true');
    const square = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    square.setAttribute('width', '12');
    square.setAttribute('height', '12');
    square.setAttribute('fill', fill);
    made.append(square);
    return made;
}
