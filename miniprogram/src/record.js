// What this device remembers: one record per base URL, app id and environment, in wx storage.

import { headerOf } from './answers.js';

const seconds = () => Date.now() / 1000;

/**
 * @param {any} wx
 * @param {string} base
 * @param {string | undefined} appId
 */
export function storageKey(wx, base, appId) {
  let account = /** @type {any} */ ({});
  try {
    account = wx.getAccountInfoSync().miniProgram || account;
  } catch (tooOld) {
    // Base library before 2.2.2, or not a Mini Program at all.
  }
  return ['wxsession', account.envVersion || 'release', appId || account.appId || '', base].join('|');
}

/**
 * @param {any} core
 */
export function load(core) {
  let kept;
  try {
    kept = core.wx.getStorageSync(core.key);
  } catch (unreadable) {
    // Treated like an empty storage: the worst outcome is one more silent login.
  }
  const { record, ending, out } = kept || {};
  core.record = record && isToken(record.token) ? record : null;
  core.ending = isToken(ending) ? ending : undefined;
  core.out = !!out && !core.record;
}

/** @param {any} core */
export function save(core) {
  try {
    const { record, ending, out } = core;
    core.wx.setStorageSync(core.key, { record, ending, out });
  } catch (full) {
    // The session then lives as long as the app does.
  }
}

/**
 * Opaque, but it must fit into a header.
 * @param {unknown} token
 */
export function isToken(token) {
  return typeof token === 'string' && /^[!-~]+$/.test(token);
}

/**
 * Times are the server's. `skew` is how far this device's clock is ahead of it, so that a wrong device clock
 * neither throws a good session away nor asks on every launch.
 * @param {any} times object with expires_at, absolute_expires_at, check_after
 * @param {any} response the answer they came in
 */
export function timesOf(times, response) {
  const { expires_at, absolute_expires_at, check_after } = times;
  const date = Date.parse(headerOf(response, 'date') || '') / 1000;
  // A session just handed out is not due for a check: a Date that says so is not the service's (or is missing,
  // and then it is this device's clock that is ahead).
  const skew = Math.round(Math.max(date ? seconds() - date : 0, seconds() - check_after + 1)) || 0;
  return { expires_at, absolute_expires_at, check_after, skew };
}

/** @param {any} record */
export function looksExpired(record) {
  const now = seconds() - record.skew;
  return now >= record.expires_at || now >= record.absolute_expires_at;
}

/** @param {any} record */
export function isCheckDue(record) {
  return !(seconds() - record.skew < record.check_after);
}

/**
 * The public part of a record: everything but the token.
 * @param {any} record
 */
export function infoOf(record) {
  if (!record) return null;
  const { user, session, expires_at, absolute_expires_at, check_after } = record;
  return { user, session, expires_at, absolute_expires_at, check_after };
}
