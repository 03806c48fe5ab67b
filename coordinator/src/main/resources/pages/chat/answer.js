/// One answer as it streams in.

import { ApiError, stream } from '../api.js';
import { count, seconds } from '../dom.js';
import { fullText } from './documents.js';
import { sampling } from './settings.js';

/// Asks for the answer to a conversation. Calls `progress(read, total)` while the prompt is read and `text(piece)` for
/// what is said; resolves to a note on how long it took. Aborted, it keeps what was said until then.
export async function ask(model, settings, messages, listener, signal) {
    const clock = new AnswerClock();
    const body = {
        model: model.id,
        messages: conversation(settings, messages),
        stream: true,
        stream_options: { include_usage: true },
        return_progress: true,
        ...sampling(settings),
    };
    try {
        const response = await stream('/v1/chat/completions', body, signal);
        for await (const chunk of chunks(response.body)) {
            apply(chunk, clock, listener);
        }
    } catch (error) {
        if (error.name !== 'AbortError') {
            throw error;
        }
        return `stopped, ${clock.note()}`;
    }
    return clock.note();
}

function conversation(settings, messages) {
    const said = messages.map(message => ({ role: message.role, content: fullText(message) }));
    return settings.system.trim() === '' ? said : [{ role: 'system', content: settings.system }, ...said];
}

function apply(chunk, clock, listener) {
    if (chunk.error) {
        throw new ApiError(500, chunk.error.message);
    }
    if (chunk.prompt_progress) {
        listener.progress(chunk.prompt_progress.processed, chunk.prompt_progress.total);
    }
    const text = chunk.choices?.[0]?.delta?.content;
    if (text) {
        clock.heard();
        listener.text(text);
    }
    if (chunk.usage) {
        clock.usage = chunk.usage;
    }
}

async function* chunks(body) {
    let rest = '';
    for await (const text of readable(body.pipeThrough(new TextDecoderStream()))) {
        const events = (rest + text).split('\n\n');
        rest = events.pop();
        for (const event of events) {
            if (event.startsWith('data: ') && event !== 'data: [DONE]') {
                yield JSON.parse(event.slice('data: '.length));
            }
        }
    }
}

/// As `for await` over the stream itself, which not every browser can.
async function* readable(readableStream) {
    const reader = readableStream.getReader();
    try {
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
            yield next.value;
        }
    } finally {
        reader.cancel().catch(() => {});
    }
}

class AnswerClock {
    constructor() {
        this.asked = performance.now();
        this.first = null;
        this.last = null;
        this.pieces = 0;
        this.usage = null;
    }

    heard() {
        this.last = performance.now();
        this.first ??= this.last;
        this.pieces++;
    }

    note() {
        if (this.first === null) {
            return 'nothing was said';
        }
        const tokens = this.usage?.completion_tokens ?? this.pieces;
        const rate = this.last > this.first ? `, ${((tokens - 1) / ((this.last - this.first) / 1000)).toFixed(1)} tokens/s` : '';
        const read = this.usage ? `read ${count(this.usage.prompt_tokens)} tokens, ` : '';
        return `${read}first token after ${seconds(this.first - this.asked)}, ${count(tokens)} tokens${rate}`;
    }
}
