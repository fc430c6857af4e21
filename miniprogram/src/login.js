// Logging in: one at a time, and never more than two wx.login per incident.
//
// An incident starts when a login becomes necessary and ends when the service accepts a token again.

import { bodyOf, errorOf, failureOf, isSessionOver, sessionError } from './answers.js';
import { infoOf, isToken, save, timesOf } from './record.js';
import { ask, call, within } from './wire.js';

const LOGINS_PER_INCIDENT = 2;
/** After failures that pass by themselves: busy, offline. */
const PAUSE_SECONDS = 10;
/** After a refusal (blocked user, wrong app), and when fresh tokens are refused: a human has to act. */
const LONGEST_PAUSE_SECONDS = 60;

const seconds = () => Date.now() / 1000;

export const signedOut = () => sessionError('signed_out');

/**
 * Joins the login under way, or starts one.
 * @param {any} core
 * @param {boolean} [byApp] the app asked for it: a new incident, no pause
 * @returns {Promise<any>}
 */
export function signIn(core, byApp) {
  if (core.out) return Promise.reject(signedOut());
  if (core.login) return core.login;
  const pause = core.pausedUntil - seconds();
  // A pause longer than any we set means that the device clock was moved.
  if (!byApp && pause > 0 && pause <= LONGEST_PAUSE_SECONDS) {
    const { code, status } = core.lastError || { code: 'session_invalid', status: 401 };
    return Promise.reject(sessionError(code, { status, retryAfter: Math.ceil(pause) }));
  }
  if (byApp || core.spent >= LOGINS_PER_INCIDENT) core.spent = 0;
  const epoch = core.epoch;
  const done = () => {
    if (core.login === flight) core.login = null;
  };
  const flight = attempt(core, epoch).catch((error) => {
    if (core.epoch !== epoch) throw signedOut();
    failed(core, error);
    throw error;
  });
  core.login = flight;
  flight.then(done, done);
  return flight;
}

/**
 * @param {any} core
 * @param {number} epoch
 */
async function attempt(core, epoch) {
  let old = core.record ? core.record.token : core.ending;
  for (;;) {
    core.spent++;
    core.pausedUntil = core.spent < LOGINS_PER_INCIDENT ? 0 : seconds() + LONGEST_PAUSE_SECONDS;
    const { code } = await within(core.timeout, call(core.wx, 'login', { timeout: core.timeout })).catch(loginFailed);
    if (core.epoch !== epoch) throw signedOut();
    // The old token goes along so that the service ends that session.
    const response = await ask(core, 'POST', '/login', old, { code, app_id: core.appId });
    const body = bodyOf(response);
    if (response.statusCode === 200 && body && isToken(body.token)) return adopt(core, epoch, body, response);
    const error = errorOf(response);
    const ofOldToken = old && (error.status === 401 || error.code === 'malformed_request');
    const heals = error.code === 'login_code_invalid' || error.code === 'login_code_used' || ofOldToken;
    if (!heals || core.spent >= LOGINS_PER_INCIDENT || core.epoch !== epoch) throw error;
    if (ofOldToken) old = undefined;
  }
}

/** @param {any} failure */
function loginFailed(failure) {
  const error = failureOf(failure);
  throw error.code === 'timeout' ? error : sessionError('wx_login_failed', { errMsg: error.errMsg });
}

/**
 * @param {any} core
 * @param {number} epoch
 * @param {any} body
 * @param {any} response
 */
async function adopt(core, epoch, body, response) {
  if (core.epoch !== epoch) {
    // A logout came in between: this session must not live, here or there.
    await end(core, body.token).catch(() => {
      core.ending = core.ending || body.token;
      save(core);
    });
    throw signedOut();
  }
  const { token, user, session } = body;
  core.record = Object.assign({ token, user, session }, timesOf(body, response));
  core.dead = false;
  core.ending = undefined;
  core.lastError = null;
  core.keyCheck = Promise.resolve(true);
  save(core);
  core.emit('signed-in', infoOf(core.record));
  return infoOf(core.record);
}

/**
 * @param {any} core
 * @param {any} error
 */
function failed(core, error) {
  const { status, code, retryAfter } = error;
  // Our service said no for good; a proxy's bare 4xx, 429 and everything else may pass.
  const final = status >= 400 && status < 500 && status !== 429 && !/^http_/.test(code);
  const least = core.spent < LOGINS_PER_INCIDENT ? 0 : PAUSE_SECONDS;
  const pause = final ? LONGEST_PAUSE_SECONDS : Math.max(retryAfter || 0, least);
  core.pausedUntil = seconds() + Math.min(pause, LONGEST_PAUSE_SECONDS);
  core.lastError = error;
  if (final && core.dead) leave(core, 'refused', false);
}

/**
 * Ends a session on the service. Done only when the service says so.
 * @param {any} core
 * @param {string} token
 */
export async function end(core, token) {
  const response = await ask(core, 'DELETE', '/session', token);
  if (response.statusCode !== 204 && !isSessionOver(response)) throw errorOf(response);
}

/**
 * Forgets the session on this device. Whatever is still under way belongs to an older epoch and is dropped.
 * @param {any} core
 * @param {string} reason
 * @param {boolean} stayOut until the app calls login()
 */
export function leave(core, reason, stayOut) {
  const had = core.record;
  core.epoch++;
  core.login = null;
  core.record = null;
  core.dead = false;
  core.out = stayOut;
  save(core);
  if (had) core.emit('signed-out', { reason });
}
