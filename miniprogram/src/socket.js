// A WebSocket with the session.

import { addressOf } from './address.js';
import { abortable } from './abort.js';
import { failureOf, nonsense } from './errors.js';
import { optionsOf, tellTask, urlOf, withCallbacks, withToken, wxOptionsOf } from './requests.js';
import { freshToken } from './session.js';
import { call } from './wire.js';

/** @typedef {import('./core').Core} Core */

/**
 * A handshake that fails says no status, so the token is made sure of before it.
 * @param {Core} core
 * @param {unknown} given
 * @param {unknown} [more]
 */
export function connectSocket(core, given, more) {
  const asked = optionsOf(given, more);
  return withCallbacks(asked, abortable(asked.signal, async (job) => {
    const { url, hint } = addressOf(core, urlOf('connectSocket', asked), 'ws');
    if (hint) throw nonsense('connectSocket: ' + hint);
    const options = wxOptionsOf(asked, url);
    const token = await freshToken(core);
    /** @type {unknown} */
    let socket;
    if (job.over) return socket;
    await call(core, 'connectSocket', withToken(options, token), undefined, (task) => {
      socket = task;
      job.task = { abort: () => task.close && task.close({}) };
      tellTask(asked, task);
    }).catch((failure) => {
      throw failureOf(core, { url, method: 'SOCKET' }, failure);
    });
    return socket;
  }));
}
