/// Makes elements. Text is always set as text, so nothing that a model says becomes markup.

export function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
        if (key.startsWith('on')) {
            made.addEventListener(key.slice(2), value);
        } else if (key in made) {
            made[key] = value;
        } else {
            made.setAttribute(key, value);
        }
    }
    made.append(...children);
    return made;
}

export function byId(id) {
    return document.getElementById(id);
}

export function count(number) {
    return number.toLocaleString('en-US');
}

export function seconds(milliseconds) {
    return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

/// Asks with a dialog of the page; resolves to whether the answer was yes.
export function confirmed(dialog, question, action) {
    dialog.querySelector('[data-question]').textContent = question;
    dialog.querySelector('[value="yes"]').textContent = action;
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise(resolve => {
        dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
    });
}
