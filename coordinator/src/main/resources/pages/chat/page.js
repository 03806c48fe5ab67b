/// Wires the chat page: one chat is open, at most one answer is coming.

import { byId, confirmed, count, element } from '../dom.js';
import { ask } from './answer.js';
import { DocumentTray, servedModel, tokenCount } from './documents.js';
import { makePapers, SETTINGS as PAPER_SETTINGS, verdict } from './papers.js';
import * as settings from './settings.js';
import * as store from './store.js';
import { ComingAnswer, draw } from './thread.js';

const TITLE_CHARS = 48;
const COUNT_DELAY_MILLIS = 400;

class ChatPage {
    constructor(model) {
        this.model = model;
        this.tray = new DocumentTray(model, () => this.showTokens());
        this.chat = store.newChat(settings.DEFAULTS);
        this.running = null;
        this.saidTokens = 0;
        this.draftTokens = 0;
        this.counting = 0;
    }

    async open(chat) {
        this.running?.abort();
        this.chat = chat;
        settings.show(chat.settings);
        document.body.classList.remove('menu-open');
        this.saidTokens = 0;
        this.redraw();
        await this.showHistory();
        await this.countSaid();
    }

    redraw() {
        draw(this.chat.messages, () => this.regenerate());
        byId('welcome').hidden = this.chat.messages.length > 0;
        byId('thread').hidden = this.chat.messages.length === 0;
        this.showRunning();
    }

    showRunning() {
        const busy = this.running !== null;
        byId('stop').hidden = !busy;
        byId('send').disabled = busy;
        byId('papers').disabled = busy;
        byId('thread').setAttribute('aria-busy', busy);
    }

    // History

    async showHistory() {
        const chats = await store.all();
        byId('chats').replaceChildren(...chats.map(chat => this.historyEntry(chat)));
    }

    historyEntry(chat) {
        const current = chat.id === this.chat.id ? { 'aria-current': 'true' } : {};
        return element(
            'li',
            {},
            element('button', { className: 'plain', ...current, onclick: () => this.open(chat) }, chat.title),
            element(
                'button',
                { className: 'plain', 'aria-label': `Delete ${chat.title}`, onclick: () => this.forget(chat) },
                '×',
            ),
        );
    }

    async forget(chat) {
        if (!(await confirmed(byId('confirm-dialog'), `Delete the chat "${chat.title}"?`, 'Delete'))) {
            return;
        }
        await store.remove(chat.id);
        if (chat.id === this.chat.id) {
            await this.open(store.newChat(settings.DEFAULTS));
        } else {
            await this.showHistory();
        }
    }

    // Asking

    async send() {
        const content = byId('draft').value.trim();
        if (this.running !== null || this.tray.reading || (content === '' && this.tray.documents.length === 0)) {
            return;
        }
        this.chat.messages.push({ role: 'user', content, documents: this.tray.take() });
        byId('draft').value = '';
        this.draftTokens = 0;
        await this.answer();
    }

    async regenerate() {
        if (this.running === null && this.chat.messages.at(-1)?.role === 'assistant') {
            const truth = this.chat.messages.pop().truth;
            await this.answer(truth);
        }
    }

    /// Resolves to whether an answer came to its end.
    async answer(truth) {
        const chat = this.chat;
        const running = new AbortController();
        this.running = running;
        chat.settings = settings.read();
        chat.title = chat.title === 'New chat' ? titleOf(chat.messages[0]) : chat.title;
        this.redraw();
        const coming = new ComingAnswer();
        await store.save(chat);
        await this.showHistory();
        const message = { role: 'assistant', content: '', truth };
        try {
            message.note = await ask(this.model, chat.settings, chat.messages, coming, running.signal);
            message.verdict = truth && !running.signal.aborted ? verdict(coming.said, truth) : undefined;
        } catch (error) {
            message.problem = error.message;
        }
        message.content = coming.said;
        chat.messages.push(message);
        await store.save(chat);
        this.running = this.running === running ? null : this.running;
        if (this.chat === chat) {
            this.redraw();
            announce(message.problem ?? `Answer complete: ${message.note}`);
            await this.countSaid();
        }
        return !running.signal.aborted && !message.problem;
    }

    /// Ten papers, ten questions, one after the other in one chat.
    async runPapers(seed) {
        byId('papers').disabled = true;
        const made = await makePapers(this.model, seed);
        const chat = store.newChat(PAPER_SETTINGS);
        chat.title = 'Ten papers';
        await this.open(chat);
        const tokens = await tokenCount(this.model.id, made.text);
        let documents = [{ name: `ten papers, seed ${made.seed}`, text: made.text, tokens }];
        for (const question of made.questions) {
            chat.messages.push({ role: 'user', content: question.text, documents });
            documents = [];
            if (this.chat !== chat || !(await this.answer(question.answer))) {
                return;
            }
        }
        const right = chat.messages.filter(message => message.verdict === 'right').length;
        announce(`${right} of ${made.questions.length} right`);
        byId('tokens').textContent = `${right} of ${made.questions.length} right`;
    }

    // Tokens

    async countSaid() {
        const said = this.chat.messages.map(each => each.content);
        const documents = this.chat.messages.flatMap(each => each.documents ?? []);
        const inDocuments = documents.reduce((sum, each) => sum + each.tokens, 0);
        this.saidTokens = inDocuments + (await tokenCount(this.model.id, [this.chat.settings.system, ...said].join('\n')));
        this.showTokens();
    }

    countDraft() {
        clearTimeout(this.counting);
        this.counting = setTimeout(async () => {
            this.draftTokens = await tokenCount(this.model.id, byId('draft').value);
            this.showTokens();
        }, COUNT_DELAY_MILLIS);
    }

    /// About: the template adds a few tokens a message.
    showTokens() {
        const total = this.saidTokens + this.draftTokens + this.tray.tokens;
        const over = total > this.model.contextMax;
        byId('tokens').className = over ? 'bad' : 'muted';
        byId('tokens').textContent = total === 0 ? '' : `about ${count(total)} of ${count(this.model.contextMax)} tokens`;
    }
}

function titleOf(message) {
    const title = message.content || message.documents?.[0]?.name || 'New chat';
    return title.length > TITLE_CHARS ? `${title.slice(0, TITLE_CHARS)}…` : title;
}

function announce(text) {
    byId('announcer').textContent = text;
}

function listen(page) {
    byId('composer').addEventListener('submit', event => {
        event.preventDefault();
        page.send();
    });
    byId('draft').addEventListener('input', () => page.countDraft());
    byId('draft').addEventListener('keydown', event => {
        if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            page.send();
        }
    });
    byId('stop').addEventListener('click', () => page.running?.abort());
    byId('new-chat').addEventListener('click', async () => {
        await page.open(store.newChat(settings.read()));
        byId('draft').focus();
    });
    byId('papers').addEventListener('click', () => reportFailure(page.runPapers(seedOf(location))));
    byId('attach').addEventListener('click', () => byId('files').click());
    byId('files').addEventListener('change', async event => {
        const files = [...event.target.files];
        event.target.value = '';
        await page.tray.addFiles(files);
    });
    byId('menu').addEventListener('click', () => {
        byId('menu').setAttribute('aria-expanded', document.body.classList.toggle('menu-open'));
    });
    listenToDrops(page);
}

function listenToDrops(page) {
    const dropping = (event, on) => {
        event.preventDefault();
        document.body.classList.toggle('dropping', on);
    };
    document.addEventListener('dragover', event => dropping(event, true));
    document.addEventListener('dragleave', event => dropping(event, false));
    document.addEventListener('drop', event => {
        dropping(event, false);
        page.tray.addFiles(event.dataTransfer.files);
    });
}

/// `/#seed=7` makes the papers of an earlier run again.
function seedOf(place) {
    const seed = new URLSearchParams(place.hash.slice(1)).get('seed');
    return seed === null ? null : Number(seed);
}

async function reportFailure(work) {
    try {
        await work;
    } catch (error) {
        byId('tokens').className = 'bad';
        byId('tokens').textContent = error.message;
    }
}

async function start() {
    const model = await servedModel();
    byId('model').textContent = model.id;
    const page = new ChatPage(model);
    listen(page);
    await page.open(page.chat);
    byId('draft').focus();
    document.body.dataset.started = 'true';
}

reportFailure(start());
