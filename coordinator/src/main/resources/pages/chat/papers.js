/// The demonstration: papers that no model has seen, a question on each, and whether the answer is right.

import { post } from '../api.js';
import { DEFAULTS } from './settings.js';

export const SETTINGS = { ...DEFAULTS, max_tokens: 200 };

/// @param seed a number to get the same papers again, or null
export function makePapers(model, seed) {
    return post('/chat/api/papers', { model: model.id, ...(seed === null ? {} : { seed }) });
}

/// Lists have one order, that of the document, for which the questions ask.
export function verdict(said, truth) {
    return said.trim() === truth.trim() ? 'right' : `wrong: ${truth}`;
}
