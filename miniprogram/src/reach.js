// Where the session goes beside requests: sockets, web-views, payments.

import { addressOf, originOf } from './address.js';
import { abortable } from './abort.js';
import { errorOf, failureOf, nonsense } from './errors.js';
import { authorized, optionsOf, urlOf, withCallbacks, withToken, wxOptionsOf } from './requests.js';
import { freshToken } from './session.js';
import { signIn } from './login.js';
import { ask, call, ignore } from './wire.js';

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
      if (asked.onTask) asked.onTask(task);
    }).catch((failure) => {
      throw failureOf(core, { url, method: 'SOCKET' }, failure);
    });
    return socket;
  }));
}

/**
 * The URL for a <web-view>, with a ticket that its page can redeem once. In the fragment, which no server logs.
 * @param {Core} core
 * @param {string} url
 * @param {string} audience its origin
 */
export async function webviewUrl(core, url, audience) {
  if (!originOf(url) || originOf(url) !== originOf(audience)) throw nonsense('webviewUrl: audience must be the origin of url');
  const reply = await authorized(core, { over: false }, (token) => ask(core, 'POST', '/tickets', token, { audience }));
  const ticket = String(reply.body.ticket);
  if (reply.status >= 300 || !/^wxt_[\w-]+$/.test(ticket)) throw errorOf(core, reply);
  return url + (/#/.test(url) ? '&' : '#') + 'wxsession_ticket=' + ticket;
}

// The session_key is not the newest one, or over: WeChat's codes for `signature`.
const STALE_KEY = [-15005, -15007];
const CANCELLED = -2;

/**
 * @param {Core} core
 * @param {import('../index').PayOptions} options
 */
export async function pay(core, { sign }) {
  for (let again = false; ; again = true) {
    // WeChat checks the signatures byte by byte: what the backend signed goes on as it came.
    const { mode, signData, paySig, signature } = await sign({ again });
    if (typeof signData !== 'string') throw nonsense('pay: signData must be the text that was signed');
    try {
      return await call(core, 'requestVirtualPayment', { mode, signData, paySig, signature }, 0);
    } catch (failure) {
      const error = failureOf(core, { url: 'requestVirtualPayment', method: 'wx' }, failure, 'pay_failed');
      if (error.errno === CANCELLED) error.code = 'pay_cancelled';
      if (again || STALE_KEY.indexOf(error.errno || 0) < 0) throw error;
    }
    while (core.closing) await core.closing.catch(ignore);
    await signIn(core, true);
  }
}
