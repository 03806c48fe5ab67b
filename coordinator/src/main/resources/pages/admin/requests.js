/// Requests in flight as a table whose rows are kept from answer to answer, so that a thousand of them stay quick and the
/// focus stays where it is.

import { post } from '../api.js';
import { byId, confirmed, count, element } from '../dom.js';

export class RequestTable {
    /// @param failed called with what went wrong with an action
    constructor(failed) {
        this.failed = failed;
        this.rows = new Map();
    }

    show(requests) {
        byId('request-count').textContent = requests.length === 0 ? '(none)' : `(${count(requests.length)})`;
        const live = new Set(requests.map(request => request.sequence));
        for (const [sequence, row] of this.rows) {
            if (!live.has(sequence)) {
                row.remove();
                this.rows.delete(sequence);
            }
        }
        const fresh = document.createDocumentFragment();
        for (const request of requests) {
            let row = this.rows.get(request.sequence);
            if (!row) {
                row = this.row(request);
                this.rows.set(request.sequence, row);
                fresh.append(row);
            }
            fill(row, request);
        }
        byId('requests').append(fresh);
    }

    row(request) {
        const cancel = element('button', { className: 'danger', onclick: () => this.cancel(request.request_id) }, 'Cancel');
        cancel.setAttribute('aria-label', `Cancel request ${request.request_id}`);
        return element(
            'tr',
            {},
            element('td', { title: request.request_id }, request.request_id),
            element('td', {}, request.client),
            ...['', 'number', 'number', 'number', 'number'].map(className => element('td', { className })),
            element('td', {}, cancel),
        );
    }

    async cancel(requestId) {
        const question = `Cancel request ${requestId}? Its client gets an error.`;
        if (await confirmed(byId('confirm-dialog'), question, 'Cancel the request')) {
            try {
                await post('/admin/api/cancel', { request_id: requestId });
            } catch (error) {
                this.failed(error);
            }
        }
    }
}

function fill(row, request) {
    const values = [
        request.phase,
        `${(request.age_millis / 1000).toFixed(1)} s`,
        `${count(request.prompt_read)} of ${count(request.prompt_tokens)}`,
        `${count(request.generated_tokens)} of ${count(request.max_tokens)}`,
        String(request.replays),
    ];
    values.forEach((value, i) => {
        const cell = row.cells[i + 2];
        if (cell.textContent !== value) {
            cell.textContent = value;
        }
    });
}
