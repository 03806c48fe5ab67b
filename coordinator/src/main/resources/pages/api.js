/// The server, with the API key that the reader typed, kept for this tab only.

import { byId } from './dom.js';

const KEY = 'thunderhead.key';

export class ApiError extends Error {
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}

async function send(path, options) {
    const key = sessionStorage.getItem(KEY);
    const headers = { ...options.headers, ...(key ? { authorization: `Bearer ${key}` } : {}) };
    let response;
    try {
        response = await fetch(path, { ...options, headers });
    } catch (error) {
        if (error.name === 'AbortError') {
            throw error;
        }
        throw new ApiError(0, 'the server cannot be reached');
    }
    if (response.status === 401 && (await askedForKey())) {
        return send(path, options);
    }
    if (!response.ok) {
        throw new ApiError(response.status, await message(response));
    }
    return response;
}

async function message(response) {
    try {
        return (await response.json()).error.message;
    } catch {
        return `the server answered ${response.status}`;
    }
}

let asking = null;

/// Shows the page's key dialog, once for all requests that wait; resolves to whether a key was given.
function askedForKey() {
    asking ??= new Promise(resolve => {
        const dialog = byId('key-dialog');
        dialog.returnValue = '';
        dialog.showModal();
        dialog.addEventListener(
            'close',
            () => {
                const key = byId('key').value.trim();
                const given = dialog.returnValue === 'yes' && key !== '';
                if (given) {
                    sessionStorage.setItem(KEY, key);
                }
                byId('key').value = '';
                asking = null;
                resolve(given);
            },
            { once: true },
        );
    });
    return asking;
}

export async function get(path) {
    return (await send(path, {})).json();
}

export async function post(path, body, signal) {
    return (await stream(path, body, signal)).json();
}

/// The response itself, for bodies that are read as they come.
export function stream(path, body, signal) {
    return send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
    });
}

export async function postFile(path, file) {
    const sent = { method: 'POST', headers: { 'content-type': file.type || 'application/octet-stream' }, body: file };
    return (await send(path, sent)).json();
}
