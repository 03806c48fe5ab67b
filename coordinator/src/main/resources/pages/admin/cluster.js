/// The cluster as a picture: stages in order, expert workers, and what each of them is doing. Cards that say the same as
/// before are kept, so that the focus stays on their buttons.

import { post } from '../api.js';
import { byId, confirmed, count, element } from '../dom.js';

export function bytes(number) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (number >= 1024 && unit < units.length - 1) {
        number /= 1024;
        unit++;
    }
    return `${number < 10 && unit > 0 ? number.toFixed(1) : Math.round(number)} ${units[unit]}`;
}

export class ClusterPicture {
    /// @param failed called with what went wrong with an action
    constructor(failed) {
        this.failed = failed;
        this.cards = new Map();
    }

    show(cluster) {
        const plan = cluster.plan;
        const nodes = new Map(cluster.nodes.map(node => [node.id, node]));
        byId('readiness').textContent = cluster.ready ? 'ready' : 'not ready';
        byId('readiness').className = cluster.ready ? 'good' : 'warn';
        byId('missing').hidden = cluster.ready;
        byId('missing').querySelector('ul').replaceChildren(
            ...cluster.missing.map(gap => element('li', {}, `${gap.what}: ${gap.why}`)),
        );
        byId('plan').textContent = plan
            ? `Plan of epoch ${plan.epoch}: ${plan.reason}. Led by ${cluster.leader ?? 'nobody'}.`
            : 'There is no plan yet.';
        const stages = plan?.stages ?? [];
        const holders = plan?.holders ?? [];
        const planned = new Set([...stages, ...holders].map(part => part.node));
        const others = cluster.nodes.filter(node => !planned.has(node.id));
        this.fill('stages', stages.map(stage => factsOf(stage.node, nodes.get(stage.node), stage.weight_bytes, stageWords(stage))));
        this.fill('holders', holders.map(holder => factsOf(holder.node, nodes.get(holder.node), holder.weight_bytes, holderWords(holder))));
        this.fill('others', others.map(node => factsOf(node.id, node, 0, '')));
        byId('changes').replaceChildren(...cluster.changes.map(change));
    }

    fill(list, cards) {
        const wanted = cards.map(facts => this.card(list, facts));
        const shown = [...byId(list).children];
        if (wanted.length !== shown.length || wanted.some((card, i) => card !== shown[i])) {
            byId(list).replaceChildren(...wanted);
        }
    }

    card(list, facts) {
        const known = JSON.stringify(facts);
        const key = `${list} ${facts.id}`;
        let kept = this.cards.get(key);
        if (kept?.known !== known) {
            kept = { known, made: this.draw(facts) };
            this.cards.set(key, kept);
        }
        return kept.made;
    }

    draw(facts) {
        const made = element(
            'li',
            { className: facts.kind },
            element('strong', {}, element('span', {}, facts.id), element('span', { className: facts.tone }, facts.words)),
        );
        if (facts.part) {
            made.append(element('p', {}, facts.part));
        }
        if (facts.place) {
            made.append(element('p', { className: 'muted' }, facts.place));
        }
        if (facts.weights) {
            made.append(
                element('p', {}, facts.weights),
                element('meter', { max: facts.memoryBytes, value: facts.weightBytes, 'aria-label': facts.weights }),
            );
        }
        if (facts.action) {
            const label = facts.action === 'drain' ? 'Drain' : 'Undrain';
            const button = element('button', { className: 'plain', onclick: () => this.act(facts) }, label);
            button.setAttribute('aria-label', `${label} ${facts.id}`);
            made.append(button);
        }
        return made;
    }

    async act({ id, action }) {
        const drain = action === 'drain';
        const question = drain
            ? `Drain ${id}? What it holds moves to other workers; requests go on there.`
            : `Let plans use ${id} again?`;
        if (await confirmed(byId('confirm-dialog'), question, drain ? 'Drain it' : 'Undrain it')) {
            try {
                await post(`/admin/api/${action}`, { node: id });
            } catch (error) {
                this.failed(error);
            }
        }
    }
}

function stageWords(stage) {
    return `layers ${stage.first_layer} to ${stage.end_layer - 1}, ${count(stage.sequence_slots)} sequences`;
}

function holderWords(holder) {
    const layers = Object.values(holder.layers);
    const experts = layers.reduce((sum, each) => sum + each.length, 0);
    return `${count(experts)} experts in ${count(layers.length)} layers`;
}

function factsOf(id, node, weightBytes, part) {
    const planned = part !== '';
    return {
        id,
        part,
        ...stateOf(node, planned),
        place: node ? `${node.role}, ${node.device} on ${node.host}, ${node.address}` : '',
        weights: node && planned ? `weights ${bytes(weightBytes)} of ${bytes(node.memory_bytes)}` : '',
        weightBytes,
        memoryBytes: node?.memory_bytes ?? 0,
        action: !node || node.role === 'coordinator' ? '' : node.drained ? 'undrain' : 'drain',
    };
}

function stateOf(node, planned) {
    if (!node) {
        return { kind: 'lost', tone: 'bad', words: 'not there' };
    }
    if (node.drained) {
        return { kind: 'waiting', tone: 'warn', words: planned ? 'draining' : 'drained' };
    }
    if (!planned || node.ready) {
        return { kind: '', tone: 'good', words: node.draining ? 'draining' : node.ready ? 'ready' : 'there' };
    }
    const share = node.total_bytes > 0 ? ` ${Math.floor((100 * node.loaded_bytes) / node.total_bytes)} %` : '';
    return { kind: 'waiting', tone: 'warn', words: `${node.detail || 'not ready'}${share}` };
}

function change(entry) {
    const time = new Date(entry.at_millis);
    return element(
        'li',
        { value: entry.epoch },
        element('time', { dateTime: time.toISOString() }, time.toLocaleTimeString()),
        `: ${entry.reason}`,
    );
}
