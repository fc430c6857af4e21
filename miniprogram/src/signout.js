// Ways to leave: this session, every session, the account.

import { isFinal, isSessionOver } from './answers.js';
import { errorOf, signedOut } from './errors.js';
import { leave, settle, signIn } from './login.js';
import { mustSave, save, tokenOf } from './record.js';
import { authorized } from './requests.js';
import { renew } from './session.js';
import { ask, ignore } from './wire.js';

/** @typedef {import('./core').Core} Core */
/** @typedef {import('../index').SessionError} SessionError */

/** @param {Core} core */
export async function loginByApp(core) {
  const logouts = core.logouts;
  while (core.closing) await core.closing.catch(ignore);
  if (core.logouts !== logouts) throw signedOut();
  const { out, deleting } = core.kept;
  core.kept.out = core.kept.deleting = false;
  if (out || deleting) save(core, true);
  return signIn(core, true);
}

/**
 * Signed out on this device at once. When the service cannot be told, the promise rejects, and the tokens are
 * kept for one purpose only: to be ended by the next logout() or login().
 * @param {Core} core
 */
export async function logout(core) {
  const pending = core.login;
  const token = tokenOf(core);
  if (token) core.kept.ending.push(token);
  core.logouts++;
  leave(core, 'logout', true);
  await settle(core);
  if (pending) await pending.catch(ignore);
  // The session of a login that this overtook.
  await settle(core);
  mustSave(core);
}

/**
 * Every session of the user, this one too.
 * @param {Core} core
 */
export const logoutEverywhere = (core) => close(core, '/sessions', 'logout-everywhere');

/**
 * The user's record and every session.
 * @param {Core} core
 * @returns {Promise<void>}
 */
export function deleteAccount(core) {
  return close(core, '/me', 'account-deleted').catch((/** @type {SessionError} */ error) => {
    // GET /session said that an earlier attempt had done it.
    if (!core.kept.out || core.reason !== 'account-deleted') throw error;
    mustSave(core);
  });
}

/**
 * Others' requests wait for the outcome. Two calls that want the same share one request.
 * @param {Core} core
 * @param {string} path
 * @param {import('../index').SignedOutReason} reason
 * @returns {Promise<void>}
 */
function close(core, path, reason) {
  if (core.closing) {
    return core.closingPath === path ? core.closing : core.closing.catch(ignore).then(() => close(core, path, reason));
  }
  core.owed = core.kept.deleting;
  let sentAt = 0;
  const once = async (/** @type {string} */ token) => {
    sentAt = Date.now();
    // Remembered before the request goes out: its answer may be lost, and the app with it.
    if (path === '/me') {
      core.kept.deleting = true;
      save(core, true);
    }
    const reply = await ask(core, 'DELETE', path, token);
    // A plain no to this request says nothing about an earlier one; nor does one to the token, which the deletion itself may have ended.
    if (isFinal(reply) && !isSessionOver(reply) && !core.owed) {
      core.kept.deleting = false;
      save(core);
    }
    return reply;
  };
  const done = () => {
    core.closing = null;
  };
  const flight = authorized(core, { over: false }, once, true);
  flight.then(done, done);
  core.closingPath = path;
  core.closing = flight.then(async (reply) => {
    if (reply.status !== 204) {
      await unmark(core, reply, sentAt);
      throw errorOf(core, reply);
    }
    leave(core, reason, true);
    mustSave(core);
  });
  return core.closing;
}

/**
 * A no that somebody on the way may have said, to a deletion that would have ended the session: as long as that is good, nothing
 * was deleted. Otherwise the mark stays.
 * @param {Core} core
 * @param {import('./core').Reply} reply
 * @param {number} sentAt
 */
async function unmark(core, { status }, sentAt) {
  const token = tokenOf(core);
  if (!core.kept.deleting || core.owed || !token || status < 400 || status >= 500) return;
  const verdict = await renew(core, token, sentAt).catch(ignore);
  if (verdict === 'accepted') {
    core.kept.deleting = false;
    save(core);
  }
}
