/// The cluster as a picture: stages in order, expert workers, and what each of them is doing.

import { byId, count, element } from '../dom.js';

export function bytes(number) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (number >= 1024 && unit < units.length - 1) {
        number /= 1024;
        unit++;
    }
    return `${number < 10 && unit > 0 ? number.toFixed(1) : Math.round(number)} ${units[unit]}`;
}

export function drawCluster(cluster) {
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
    byId('stages').replaceChildren(...stages.map(stage => stageCard(stage, nodes.get(stage.node))));
    byId('holders').replaceChildren(...holders.map(holder => holderCard(holder, nodes.get(holder.node))));
    const planned = new Set([...stages, ...holders].map(part => part.node));
    const others = cluster.nodes.filter(node => !planned.has(node.id));
    byId('others').replaceChildren(...others.map(node => card(node.id, node, 0, [])));
    byId('changes').replaceChildren(...cluster.changes.map(change));
}

function stageCard(stage, node) {
    return card(stage.node, node, stage.weight_bytes, [
        `layers ${stage.first_layer} to ${stage.end_layer - 1}`,
        `${count(stage.sequence_slots)} sequences`,
    ]);
}

function holderCard(holder, node) {
    const layers = Object.values(holder.layers);
    const experts = layers.reduce((sum, each) => sum + each.length, 0);
    return card(holder.node, node, holder.weight_bytes, [`${count(experts)} experts in ${count(layers.length)} layers`]);
}

function card(id, node, weightBytes, parts) {
    const state = stateOf(node, weightBytes > 0);
    const made = element(
        'li',
        { className: state.kind },
        element('strong', {}, element('span', {}, id), element('span', { className: state.tone }, state.words)),
    );
    if (parts.length > 0) {
        made.append(element('p', {}, parts.join(', ')));
    }
    if (node) {
        made.append(element('p', { className: 'muted' }, `${node.role}, ${node.device} on ${node.host}, ${node.address}`));
    }
    if (node && weightBytes > 0) {
        const told = `weights ${bytes(weightBytes)} of ${bytes(node.memory_bytes)}`;
        made.append(
            element('p', {}, told),
            element('meter', { max: node.memory_bytes, value: weightBytes, 'aria-label': told }),
        );
    }
    return made;
}

function stateOf(node, planned) {
    if (!node) {
        return { kind: 'lost', tone: 'bad', words: 'not there' };
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
