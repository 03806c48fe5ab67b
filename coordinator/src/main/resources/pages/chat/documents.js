/// Documents that wait to be sent with the next message.

import { get, post, postFile } from '../api.js';
import { byId, count, element } from '../dom.js';

const BETWEEN = '\n\n';

export async function servedModel() {
    const model = (await get('/v1/models')).data[0];
    return { id: model.id, contextMax: model.max_model_len };
}

export async function tokenCount(model, text) {
    return text === '' ? 0 : (await post('/tokenize', { model, prompt: text })).count;
}

/// A message as the model reads it: documents first, then the question.
export function fullText(message) {
    return [...(message.documents ?? []).map(each => each.text), message.content].filter(Boolean).join(BETWEEN);
}

async function textOf(file) {
    const pdf = file.type === 'application/pdf' || /\.pdf$/i.test(file.name);
    if (pdf) {
        return (await postFile('/chat/api/pdf', file)).text;
    }
    try {
        return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    } catch {
        throw new Error('is neither UTF-8 text nor a PDF');
    }
}

export class DocumentTray {
    /// @param changed called when documents come, go, or their tokens are known
    constructor(model, changed) {
        this.model = model;
        this.changed = changed;
        this.documents = [];
    }

    async addFiles(files) {
        await Promise.all([...files].map(file => this.add(file.name, () => textOf(file))));
    }

    async add(name, text) {
        const entry = { name, text: '', tokens: null, problem: '' };
        this.documents.push(entry);
        this.draw();
        try {
            entry.text = (await text()).trim();
            entry.tokens = await tokenCount(this.model.id, entry.text);
        } catch (error) {
            entry.problem = error.message;
        }
        this.draw();
    }

    remove(entry) {
        this.documents = this.documents.filter(each => each !== entry);
        this.draw();
        byId('attach').focus();
    }

    get reading() {
        return this.documents.some(each => each.tokens === null && !each.problem);
    }

    get tokens() {
        return this.documents.reduce((sum, each) => sum + (each.tokens ?? 0), 0);
    }

    /// Hands over what can be sent and forgets it all.
    take() {
        const taken = this.documents
            .filter(each => each.tokens !== null)
            .map(({ name, text, tokens }) => ({ name, text, tokens }));
        this.documents = [];
        this.draw();
        return taken;
    }

    draw() {
        byId('documents').replaceChildren(...this.documents.map(entry => this.chip(entry)));
        this.changed();
    }

    chip(entry) {
        const state = entry.problem || (entry.tokens === null ? 'reading' : `${count(entry.tokens)} tokens`);
        return element(
            'li',
            {},
            element('span', { className: 'name' }, entry.name),
            element('span', { className: entry.problem ? 'bad' : 'muted' }, state),
            element(
                'button',
                { type: 'button', className: 'plain', 'aria-label': `Remove ${entry.name}`, onclick: () => this.remove(entry) },
                '×',
            ),
        );
    }
}
