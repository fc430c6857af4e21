// Logging in: one at a time, and never more than two wx.login per incident.
//
// An incident starts when a login becomes necessary. It ends when GET /session says that a session is good, when one that has served
// ends for a reason, and a minute after the last login.

import { isFinal, isSessionOver } from './answers.js';
import { deviceOf } from './device.js';
import { errorOf, failureOf, sessionError, signedOut } from './errors.js';
import { current, isToken, newInstall, recordOf, save, seconds, tokenOf } from './record.js';
import { ask, call, ignore } from './wire.js';

/** @typedef {import('./core').Core} Core */
/** @typedef {import('../index').SessionInfo} SessionInfo */
/** @typedef {import('../index').SessionError} SessionError */

const LOGINS_PER_INCIDENT = 2;
/** After failures that pass by themselves: busy, offline. */
const PAUSE_SECONDS = 10;
/** After a refusal (blocked user, wrong app), and when fresh tokens are refused: a human has to act. */
const LONGEST_PAUSE_SECONDS = 60;

/**
 * Joins the login under way, or starts one.
 * @param {Core} core
 * @param {boolean} [byApp] the app asked for it: a new incident, no pause
 * @returns {Promise<SessionInfo>}
 */
export async function signIn(core, byApp) {
  // Where an account may have been deleted, a login would register the user again.
  if (core.kept.out || core.kept.deleting) throw signedOut();
  if (core.login) return core.login;
  const pause = core.pausedUntil - seconds();
  // A pause longer than any we set means that the device clock was moved.
  if (!byApp && pause > 0 && pause <= LONGEST_PAUSE_SECONDS) throw paused(core, Math.ceil(pause));
  if (byApp || core.spent >= LOGINS_PER_INCIDENT || Math.abs(seconds() - core.spentAt) >= LONGEST_PAUSE_SECONDS) core.spent = 0;
  const epoch = core.epoch;
  const done = () => {
    if (core.login === flight) core.login = null;
  };
  const flight = attempt(core, epoch).catch((/** @type {SessionError} */ error) => {
    if (core.epoch !== epoch) throw signedOut();
    failed(core, error);
    throw error;
  });
  core.login = flight;
  flight.then(done, done);
  return flight;
}

/**
 * @param {Core} core
 * @param {number} retryAfter
 */
function paused(core, retryAfter) {
  const { code, status, message, body } = core.lastError || sessionError('session_invalid', 'new sessions are refused', { status: 401 });
  return sessionError(code, message, { status, body, retryAfter });
}

/**
 * @param {Core} core
 * @param {number} epoch
 * @returns {Promise<SessionInfo>}
 */
async function attempt(core, epoch) {
  let old = /** @type {string | undefined} */ (tokenOf(core) || core.kept.ending[0]);
  for (;;) {
    core.spent++;
    core.spentAt = seconds();
    core.pausedUntil = core.spent < LOGINS_PER_INCIDENT ? 0 : seconds() + LONGEST_PAUSE_SECONDS;
    const { code } = await wxLogin(core);
    if (core.epoch !== epoch) throw signedOut();
    // The install id must be the same one next time, also when no answer comes.
    save(core);
    // The old token goes along so that the service ends that session, if it is the same user's.
    const reply = await ask(core, 'POST', '/login', old, {
      code, app_id: core.appId, install_id: core.kept.install, device: deviceOf(core.wx)
    });
    if (reply.status === 200 && isToken(reply.body.token)) return adopt(core, epoch, reply);
    const error = errorOf(core, reply);
    const ofOldToken = old && (error.status === 401 || error.code === 'malformed_request');
    const heals = ofOldToken || /^login_code_(invalid|used)$/.test(String(error.code));
    if (!heals || core.spent >= LOGINS_PER_INCIDENT || core.epoch !== epoch) throw error;
    if (!ofOldToken) continue;
    // Somebody else's 401: it may be good.
    if (error.code === 'http_401') core.kept.ending.push(/** @type {string} */ (old));
    old = undefined;
  }
}

/**
 * @param {Core} core
 * @returns {Promise<{code: string}>}
 */
function wxLogin(core) {
  core.debug({ event: 'wx.login' });
  return call(core, 'login', { timeout: core.timeout }).catch((/** @type {unknown} */ failure) => {
    throw failureOf(core, { url: 'login', method: 'wx' }, failure, 'wx_login_failed');
  });
}

/**
 * @param {Core} core
 * @param {number} epoch
 * @param {import('./core').Reply} reply
 * @returns {Promise<SessionInfo>}
 */
async function adopt(core, epoch, { body, response }) {
  const { token } = /** @type {{token: string}} */ (body);
  if (core.epoch !== epoch) {
    // A logout came in between: this session must not live, here or there.
    core.kept.ending.push(token);
    save(core);
    await settle(core).catch(ignore);
    throw signedOut();
  }
  const { record } = core.kept;
  core.kept.record = recordOf(token, /** @type {SessionInfo} */ (/** @type {unknown} */ (body)), response);
  const info = /** @type {SessionInfo} */ (current(core));
  core.dead = core.served = false;
  core.lastError = undefined;
  core.keyCheck = true;
  // Another user's login ended nothing of the former one's.
  if (record && userOf(record.info) !== userOf(info)) core.kept.ending.push(record.token);
  save(core);
  settle(core).catch(ignore);
  core.emit('signed-in', info);
  return info;
}

/** @param {Partial<SessionInfo>} info */
const userOf = ({ user }) => user && user.id;

/**
 * @param {Core} core
 * @param {SessionError} error
 */
function failed(core, error) {
  const final = isFinal(/** @type {import('./core').Reply} */ (/** @type {unknown} */ (error)));
  const least = core.spent < LOGINS_PER_INCIDENT ? 0 : PAUSE_SECONDS;
  const pause = final ? LONGEST_PAUSE_SECONDS : Math.max(error.retryAfter || 0, least);
  core.pausedUntil = seconds() + Math.min(pause, LONGEST_PAUSE_SECONDS);
  core.lastError = error;
  if (final && core.dead) leave(core, 'refused', false, error.code);
}

/**
 * Ends on the service what was left here. Each token is kept until the service says that it is over.
 * @param {Core} core
 */
export function settle(core) {
  return Promise.all(core.kept.ending.map((token) => ask(core, 'DELETE', '/session', token).then((reply) => {
    if (reply.status !== 204 && !isSessionOver(reply)) throw errorOf(core, reply);
    core.kept.ending = core.kept.ending.filter((each) => each !== token);
    save(core);
  })));
}

/**
 * Forgets the session on this device. Whatever is still under way belongs to an older epoch and is dropped.
 * @param {Core} core
 * @param {import('../index').SignedOutReason} reason
 * @param {boolean} stayOut until the app calls login()
 * @param {string | number} [code] of the refusal
 */
export function leave(core, reason, stayOut, code) {
  const had = core.kept.record;
  core.epoch++;
  core.login = null;
  core.kept.record = undefined;
  core.dead = core.kept.deleting = false;
  core.kept.out = stayOut;
  core.reason = reason;
  // Nothing that the deleted account was known by is sent again.
  if (reason === 'account-deleted') core.kept.install = newInstall();
  save(core, true);
  if (had) core.emit('signed-out', { reason, code });
}
