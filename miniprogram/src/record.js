// What this device remembers: one record per base URL, app id and environment, in wx storage.

import { headerOf } from './answers.js';
import { sessionError } from './errors.js';

/** @typedef {import('./core').Core} Core */
/** @typedef {import('./core').Kept} Kept */
/** @typedef {import('./core').Stored} Stored */

/** Clocks are corrected by a little all the time. */
const CLOCK_STEP = 60;

/** Unix seconds of this device's clock. */
export const seconds = () => Date.now() / 1000;

/**
 * Reads what lies in the storage. What cannot be read is not nothing: until it can be, nobody is signed in silently, and nothing is
 * written over it. It is tried again at each call; what the app did meanwhile by login() or logout() then stands.
 * @param {Core} core
 */
export function recall(core) {
  if (!core.unread) return;
  const { kept, epoch } = core;
  try {
    const stored = keptIn(core.wx.getStorageSync(core.key) || {});
    core.unread = false;
    if (kept.out && !epoch) core.kept = stored;
    else {
      kept.ending = kept.ending.concat(stored.ending, stored.record ? stored.record.token : []);
      save(core);
    }
  } catch (unreadable) {
    // The storage stays as it is.
  }
}

/**
 * @param {Partial<Kept>} stored
 * @returns {Kept}
 */
export function keptIn({ record, ending, out, deleting, install }) {
  return {
    record: record && isToken(record.token) && Object(record.info) === record.info ? record : undefined,
    ending: Array.isArray(ending) ? ending.filter(isToken) : [],
    out: !!out,
    deleting: !!deleting,
    // What the service would refuse locks out.
    install: isToken(install) && /^[\w-]{16,64}$/.test(install) ? install : newInstall()
  };
}

/**
 * What the app may know: a copy.
 * @param {Core} core
 * @returns {import('../index').SessionInfo | null}
 */
export const current = ({ kept: { record } }) => (record ? JSON.parse(JSON.stringify(record.info)) : null);

/** @param {Core} core */
export const tokenOf = ({ kept: { record } }) => record && record.token;

/**
 * @param {Core} core
 * @param {boolean} [must] what lies there would undo what the app did: rather nothing than that
 * @returns {boolean} whether a relaunch finds it; otherwise it lives as long as the app does
 */
export function save(core, must) {
  recall(core);
  for (let again = false; !core.unread; again = true) {
    try {
      // A full storage has room again for what is smaller.
      if (again) core.wx.removeStorageSync(core.key);
      core.wx.setStorageSync(core.key, core.kept);
      return true;
    } catch (full) {
      if (again || !must) break;
    }
  }
  return false;
}

/**
 * For the ways to leave, which otherwise end with the app.
 * @param {Core} core
 */
export function mustSave(core) {
  if (!save(core, true)) throw sessionError('not_stored', 'done, but the storage cannot be written: a relaunch may undo it here');
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
  return { token, skew, taken: seconds(), info: { user, session, expires_at, absolute_expires_at, check_after } };
}

/** @param {Stored} record */
export function looksExpired({ skew, info }) {
  const now = seconds() - skew;
  return now >= info.expires_at || now >= info.absolute_expires_at;
}

/**
 * Also where the clock was set back since: by it, the time would come late or never.
 * @param {Stored} record
 */
export function isCheckDue({ skew, taken, info }) {
  return !(seconds() - skew < info.check_after) || seconds() < taken - CLOCK_STEP;
}
