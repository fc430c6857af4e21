// What this device remembers: one record per base URL, app id and environment, in wx storage.

import { headerOf } from './answers.js';

/** @typedef {import('./core').Core} Core */
/** @typedef {import('./core').Kept} Kept */
/** @typedef {import('./core').Stored} Stored */

/** Unix seconds of this device's clock. */
export const seconds = () => Date.now() / 1000;

/**
 * @param {import('./core').Wx} wx
 * @param {string} key of the entry in its storage
 * @returns {Kept}
 */
export function load(wx, key) {
  /** @type {Partial<Kept>} */
  let kept = {};
  try {
    kept = wx.getStorageSync(key) || kept;
  } catch (unreadable) {
    // Treated like an empty storage: the worst outcome is one more silent login.
  }
  const { record, ending, out, deleting, install } = kept;
  return {
    record: record && isToken(record.token) && record.info ? record : undefined,
    ending: Array.isArray(ending) ? ending.filter(isToken) : [],
    out: !!out,
    deleting: !!deleting,
    // What the service would refuse locks out.
    install: isToken(install) && /^[\w-]{16,64}$/.test(install) ? install : newInstall()
  };
}

/** @param {Core} core */
export const tokenOf = ({ kept: { record } }) => record && record.token;

/** @param {Core} core */
export function save(core) {
  try {
    core.wx.setStorageSync(core.key, core.kept);
  } catch (full) {
    // The session then lives as long as the app does.
  }
}

/**
 * Tells this copy of the app from the user's others, so that a login ends the session whose answer was lost. It
 * opens nothing, therefore Math.random() is good enough.
 */
export function newInstall() {
  let id = '';
  while (id.length < 22) id += Math.random().toString(36).slice(2);
  return id.slice(0, 22);
}

/**
 * Opaque, but it must fit into a header.
 * @param {unknown} token
 * @returns {token is string}
 */
export function isToken(token) {
  return typeof token === 'string' && /^[!-~]+$/.test(token);
}

/**
 * The record of a session in an answer. Times are the server's; `skew` is how far this device's clock is ahead of
 * it, so that a wrong device clock neither throws a good session away nor asks on every launch.
 * @param {string} token
 * @param {import('../index').SessionInfo} given
 * @param {import('./core').Response} response the answer they came in
 * @returns {Stored}
 */
export function recordOf(token, { user, session, expires_at, absolute_expires_at, check_after }, response) {
  const date = Date.parse(headerOf(response, 'date')) / 1000;
  // A session just handed out is not due for a check: a Date that says so is not the service's (or is missing,
  // and then it is this device's clock that is ahead).
  const skew = Math.round(Math.max(date ? seconds() - date : 0, seconds() - check_after + 1)) || 0;
  return { token, skew, info: { user, session, expires_at, absolute_expires_at, check_after } };
}

/** @param {Stored} record */
export function looksExpired({ skew, info }) {
  const now = seconds() - skew;
  return now >= info.expires_at || now >= info.absolute_expires_at;
}

/** @param {Stored} record */
export function isCheckDue({ skew, info }) {
  return !(seconds() - skew < info.check_after);
}
