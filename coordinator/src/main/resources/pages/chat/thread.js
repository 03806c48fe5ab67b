/// Draws the messages of a chat.

import { byId, count, element } from '../dom.js';

export function draw(messages, regenerate) {
    const thread = byId('thread');
    thread.replaceChildren(...messages.map(message => drawn(message)));
    const last = messages.at(-1);
    if (last?.role === 'assistant') {
        const button = element('button', { className: 'plain', onclick: regenerate }, 'Regenerate');
        thread.lastElementChild.querySelector('footer').append(button);
    }
    thread.scrollTop = thread.scrollHeight;
}

function drawn(message) {
    const article = element(
        'article',
        { className: `message ${message.role}` },
        element('h3', {}, message.role === 'user' ? 'You' : 'Answer'),
    );
    if (message.documents?.length) {
        const entries = message.documents.map(each => element('li', {}, `${each.name}, ${count(each.tokens)} tokens`));
        article.append(element('ul', { 'aria-label': 'Documents' }, ...entries));
    }
    if (message.content) {
        article.append(element('div', { className: 'text' }, message.content));
    }
    if (message.role === 'assistant') {
        article.append(footer(message));
    }
    return article;
}

function footer(message) {
    const line = element('footer', { className: 'muted' });
    if (message.verdict) {
        line.append(element('span', { className: `verdict ${message.verdict === 'right' ? 'good' : 'bad'}` }, message.verdict));
    }
    if (message.problem) {
        line.append(element('span', { className: 'bad', role: 'alert' }, message.problem));
    }
    line.append(element('span', {}, message.note ?? ''));
    return line;
}

/// The place of an answer that is coming: a bar while the prompt is read, then the text.
export class ComingAnswer {
    constructor() {
        this.thread = byId('thread');
        this.bar = element('progress', { 'aria-label': 'Reading the prompt' });
        this.state = element('span', { className: 'state' }, 'waiting');
        this.node = document.createTextNode('');
        this.article = element(
            'article',
            { className: 'message assistant coming' },
            element('h3', {}, 'Answer'),
            element('div', { className: 'text' }, this.node),
            element('footer', { className: 'muted' }, this.bar, this.state),
        );
        this.thread.append(this.article);
        this.follow(true);
    }

    progress(read, total) {
        this.bar.max = total;
        this.bar.value = read;
        this.state.textContent = `read ${count(read)} of ${count(total)} tokens`;
        this.article.dataset.progress = (this.article.dataset.progress ?? 0) * 1 + 1;
    }

    text(piece) {
        const atEnd = this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 40;
        this.bar.hidden = true;
        this.state.textContent = 'answering';
        this.node.appendData(piece);
        this.follow(atEnd);
    }

    get said() {
        return this.node.data;
    }

    /// Keeps the end in sight, unless the reader has scrolled away from it.
    follow(wanted) {
        if (wanted) {
            this.thread.scrollTop = this.thread.scrollHeight;
        }
    }
}
