/// The fields of the settings, and what they mean in a request. An empty field leaves the choice to the server.

import { byId } from '../dom.js';

const NUMBERS = ['temperature', 'top_p', 'top_k', 'max_tokens', 'seed'];

/// Temperature 0: the same question gets the same answer.
export const DEFAULTS = { system: '', temperature: 0, top_p: null, top_k: null, max_tokens: 512, seed: null };

export function show(settings) {
    byId('system').value = settings.system;
    for (const name of NUMBERS) {
        byId(name).value = settings[name] ?? '';
    }
}

export function read() {
    const settings = { system: byId('system').value };
    for (const name of NUMBERS) {
        const field = byId(name);
        settings[name] = field.value === '' || !field.validity.valid ? null : Number(field.value);
    }
    return settings;
}

/// The fields of a chat completion that settings decide.
export function sampling(settings) {
    return Object.fromEntries(NUMBERS.filter(name => settings[name] != null).map(name => [name, settings[name]]));
}
