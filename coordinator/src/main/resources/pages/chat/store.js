/// Chats in the browser's own database: documents may be larger than what local storage takes.
///
/// A chat is { id, title, changed, settings, messages }, a message { role, content, documents, note, verdict }.

const NAME = 'thunderhead';
const CHATS = 'chats';

let opened = null;

function open() {
    opened ??= promised(() => {
        const request = indexedDB.open(NAME, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(CHATS, { keyPath: 'id' });
        return request;
    });
    return opened;
}

function promised(start) {
    return new Promise((resolve, reject) => {
        const request = start();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

async function chats(mode) {
    return (await open()).transaction(CHATS, mode).objectStore(CHATS);
}

/// Newest first.
export async function all() {
    const store = await chats('readonly');
    const found = await promised(() => store.getAll());
    return found.sort((a, b) => b.changed - a.changed);
}

export async function save(chat) {
    chat.changed = Date.now();
    const store = await chats('readwrite');
    await promised(() => store.put(chat));
}

export async function remove(id) {
    const store = await chats('readwrite');
    await promised(() => store.delete(id));
}

export function newChat(settings) {
    return { id: crypto.randomUUID?.() ?? String(Math.random()), title: 'New chat', changed: 0, settings, messages: [] };
}
