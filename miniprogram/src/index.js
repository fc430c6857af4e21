// The Mini Program's half of the login: wx.login, our own session token, every request, logging in again.
//
// answers.js   what an answer means         address.js   where the token may go
// record.js    what the device remembers    wire.js      calls to wx
// login.js     logging in, one at a time    requests.js  the app's calls and their one replay

import { normalBase } from './address.js';
import { errorOf } from './answers.js';
import { end, leave, signedOut, signIn } from './login.js';
import { infoOf, load, save, storageKey } from './record.js';
import { authorized, check, send } from './requests.js';

const TIMEOUT_MS = 15000;

/**
 * @param {import('../index').CreateSessionOptions} options
 * @returns {import('../index').Session}
 */
export function createSession(options) {
  const core = open(options);
  return {
    login() {
      return loginByApp(core);
    },
    request: (/** @type {any} */ given) => send(core, 'request', given),
    uploadFile: (/** @type {any} */ given) => send(core, 'uploadFile', given),
    downloadFile: (/** @type {any} */ given) => send(core, 'downloadFile', given),
    check: (asked) => check(core, asked),
    logout: () => logout(core),
    logoutEverywhere: () => logoutEverywhere(core),
    current: () => infoOf(core.record),
    on(/** @type {string} */ event, /** @type {any} */ listener) {
      const entry = { event, listener };
      core.listeners.push(entry);
      return () => {
        core.listeners = core.listeners.filter((/** @type {any} */ each) => each !== entry);
      };
    }
  };
}

/** @param {any} options */
function open(options) {
  const base = normalBase(options.baseUrl);
  const host = options.wx || wx;
  const core = /** @type {any} */ ({
    wx: host,
    base,
    appId: options.appId,
    key: storageKey(host, base, options.appId),
    timeout: options.timeout || TIMEOUT_MS,
    sessionKey: options.sessionKey,
    listeners: [],
    // Counts sign-outs, so that what began before one cannot undo it.
    epoch: 0,
    logouts: 0,
    spent: 0,
    pausedUntil: 0
  });
  core.emit = (/** @type {string} */ event, /** @type {any} */ detail) => {
    core.listeners.forEach((/** @type {any} */ each) => {
      if (each.event === event) Promise.resolve(detail).then(each.listener);
    });
  };
  load(core);
  return core;
}

/** @param {any} core */
async function loginByApp(core) {
  const logouts = core.logouts;
  if (core.closing) await core.closing.catch(() => {});
  if (core.logouts !== logouts) throw signedOut();
  core.out = false;
  return signIn(core, true);
}

/**
 * Signed out on this device at once. When the service cannot be told, the promise rejects, and the token is
 * kept for one purpose only: to be ended by the next logout() or login().
 * @param {any} core
 */
async function logout(core) {
  const pending = core.login;
  const token = core.record ? core.record.token : core.ending;
  core.ending = token;
  core.logouts++;
  leave(core, 'logout', true);
  const settled = pending && pending.catch(() => {});
  if (token) {
    await end(core, token);
    if (core.ending === token) core.ending = undefined;
    save(core);
  }
  await settled;
}

/**
 * Every session of the user, this one too. Others' requests wait for the outcome.
 * @param {any} core
 */
function logoutEverywhere(core) {
  if (core.closing) return core.closing;
  const options = { url: core.base + '/sessions', method: 'DELETE', timeout: core.timeout };
  const closing = authorized(core, 'request', options, true).then(
    (response) => {
      core.closing = null;
      if (response.statusCode !== 204) throw errorOf(response);
      leave(core, 'logout-everywhere', true);
    },
    (error) => {
      core.closing = null;
      throw error;
    }
  );
  core.closing = closing;
  return closing;
}
