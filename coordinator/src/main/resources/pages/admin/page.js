/// Keeps the dashboard current: asks once a second while the page is seen, and says so when nobody answers.

import { get } from '../api.js';
import { byId } from '../dom.js';
import { Charts } from './charts.js';
import { ClusterPicture } from './cluster.js';
import { ExpertMap } from './experts.js';
import { RequestTable } from './requests.js';

const PAUSE_MILLIS = 1000;
const REFUSAL_SHOWN_MILLIS = 10000;

let refusalShownUntil = 0;

/// What went wrong with an action stays to be read, whatever the next refresh brings.
function refuse(error) {
    refusalShownUntil = Date.now() + REFUSAL_SHOWN_MILLIS;
    say(error);
}

function say(error) {
    byId('trouble').hidden = error === null;
    byId('trouble').textContent = error?.message ?? '';
}

const charts = new Charts();
const experts = new ExpertMap();
const requests = new RequestTable(refuse);
const picture = new ClusterPicture(refuse);

async function refresh() {
    const [cluster, stats, inFlight, loads] = await Promise.all([
        get('/admin/api/cluster'),
        get('/stats'),
        get('/admin/api/requests'),
        experts.byLoad ? get('/admin/api/loads') : null,
    ]);
    picture.show(cluster);
    experts.show(cluster, loads);
    charts.add(stats);
    requests.show(inFlight.requests);
}

async function run() {
    if (!document.hidden) {
        try {
            await refresh();
            if (Date.now() >= refusalShownUntil) {
                say(null);
            }
        } catch (error) {
            byId('readiness').textContent = 'no answer';
            byId('readiness').className = 'bad';
            say(error);
        }
    }
    setTimeout(run, PAUSE_MILLIS);
}

run();
