// The Mini Program's half of the login: wx.login, our own session token, every request, logging in again.
//
// answers.js   what an answer means         address.js   where the token may go
// record.js    what the device remembers    device.js    where the app runs
// login.js     logging in, one at a time    session.js   the token, and doubts about it
// requests.js  the app's calls              socket.js    a WebSocket
// webview.js   a page in a web-view         pay.js       a virtual payment
// signout.js   ways to leave                wire.js      calls to wx
// errors.js    what the app is told         abort.js     promises that can be aborted

import { normalBase, ownOrigins } from './address.js';
import { accountOf } from './device.js';
import { isSessionError, need, nonsense } from './errors.js';
import { pay } from './pay.js';
import { current, keptIn, recall } from './record.js';
import { authorize, send } from './requests.js';
import { check } from './session.js';
import { deleteAccount, loginByApp, logout, logoutEverywhere } from './signout.js';
import { connectSocket } from './socket.js';
import { webviewUrl } from './webview.js';
import { LONGEST_TIMER_MS } from './wire.js';

export { isSessionError };

const TIMEOUT_MS = 15000;
const EVENTS = ['signed-in', 'signed-out', 'session-ended'];

/** @typedef {import('./core').Core} Core */

/**
 * @param {import('../index').CreateSessionOptions} options
 * @returns {import('../index').Session}
 */
export function createSession(options = /** @type {import('../index').CreateSessionOptions} */ ({})) {
  const core = open(options);
  /** @type {(work: (core: Core, given: never, more: never) => unknown) => (given: never, more: never) => unknown} */
  const bound = (work) => (given, more) => {
    recall(core);
    return work(core, given, more);
  };
  /** @type {(api: 'request' | 'uploadFile' | 'downloadFile') => (given: never, more: never) => unknown} */
  const sending = (api) => bound((_, given, more) => send(core, api, given, more));
  const session = {
    login: bound(loginByApp),
    request: sending('request'),
    uploadFile: sending('uploadFile'),
    downloadFile: sending('downloadFile'),
    authorize: bound(authorize),
    connectSocket: bound(connectSocket),
    check: bound(check),
    logout: bound(logout),
    logoutEverywhere: bound(logoutEverywhere),
    deleteAccount: bound(deleteAccount),
    webviewUrl: bound(webviewUrl),
    pay: bound(pay),
    current: bound(current),
    on: bound(on)
  };
  return /** @type {import('../index').Session} */ (/** @type {unknown} */ (session));
}

/**
 * @param {import('../index').CreateSessionOptions} options
 * @returns {Core}
 */
function open(options) {
  const host = wxOf(options);
  const { baseUrl, origins = [], timeout = TIMEOUT_MS, debug } = options;
  const base = normalBase(baseUrl);
  Object.entries({ appId: 'string', sessionKey: 'boolean', timeout: 'number', debug: 'function' }).forEach(([name, type]) => {
    const given = options[/** @type {'appId'} */ (name)];
    // Nothing, in whichever form, is no option; a timeout must be one all the same.
    need(!given || typeof given === type, name + ' must be a ' + type);
  });
  need(timeout > 0 && timeout < LONGEST_TIMER_MS, 'timeout must be milliseconds');
  const account = accountOf(host);
  const appId = options.appId || account.appId;
  const key = ['wxsession', account.envVersion || 'release', appId || '', base].join('|');
  /** @type {Core} */
  const core = {
    wx: host,
    // Until it was read.
    kept: keptIn({ out: true }),
    unread: true,
    base,
    origins: ownOrigins(base, origins),
    appId,
    key,
    timeout,
    sessionKey: !!options.sessionKey,
    listeners: [],
    // Counts sign-outs, so that what began before one cannot undo it.
    epoch: 0,
    logouts: 0,
    spent: 0,
    spentAt: 0,
    pausedUntil: 0,
    emit(event, detail) {
      core.debug(Object.assign({ event }, event === 'signed-in' ? {} : detail));
      core.listeners.forEach((each) => {
        if (each.event === event) Promise.resolve(detail).then(each.listener);
      });
    },
    debug(detail) {
      try {
        if (debug) debug(detail);
      } catch (theirs) {
        // A debug hook must not change what it watches.
      }
    }
  };
  recall(core);
  return core;
}

/**
 * @param {import('../index').CreateSessionOptions} options
 * @returns {import('./core').Wx}
 */
function wxOf(options) {
  const host = /** @type {Partial<import('./core').Wx>} */ (options.wx || (typeof wx === 'undefined' ? {} : wx));
  need(host.login && host.request, 'wx has no login or request');
  return /** @type {import('./core').Wx} */ (host);
}

/**
 * @param {Core} core
 * @param {string} event
 * @param {(detail: unknown) => void} listener
 * @returns {() => void} stops listening
 */
function on(core, event, listener) {
  if (EVENTS.indexOf(event) < 0) throw nonsense('on: no event ' + event + ', only ' + EVENTS);
  if (typeof listener !== 'function') throw nonsense('on: the listener must be a function');
  const entry = { event, listener };
  core.listeners.push(entry);
  return () => {
    core.listeners = core.listeners.filter((each) => each !== entry);
  };
}
