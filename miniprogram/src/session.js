// The token: where it comes from before a request, and what happens when somebody doubts it.

import { isSessionOver, masked } from './answers.js';
import { errorOf, signedOut } from './errors.js';
import { leave, signIn } from './login.js';
import { current, isCheckDue, looksExpired, recordOf, save, tokenOf } from './record.js';
import { ask, call, ignore, limitOf } from './wire.js';

/** @typedef {import('./core').Core} Core */

/** For so long the service's word that a session is alive also answers the next bare 401 or 403. */
const SURE_MS = 5000;

/**
 * The token to send. Logs in first when there is none or the service ended it; waits for a login under way.
 * @param {Core} core
 * @param {boolean} [closing] the call is the one that others wait for
 * @returns {Promise<string>}
 */
export async function ready(core, closing) {
  let good;
  do {
    // Nobody logs in while all sessions or the account are being ended.
    while (core.closing && !closing) await core.closing.catch(ignore);
    good = await isGood(core);
  } while (core.closing && !closing);
  let error;
  if (core.login || !good) {
    await signIn(core).catch((reason) => {
      error = reason;
    });
  }
  // A failed login changes nothing about a token that the service has not refused: it still decides.
  const token = tokenOf(core);
  if (token && !core.dead) return token;
  throw error || signedOut();
}

/** @param {Core} core */
async function isGood(core) {
  const { record } = core.kept;
  // The clock alone ends nothing. Where nobody can tell, the call itself decides.
  if (record && looksExpired(record)) await renew(core, record.token).catch(ignore);
  if (!hasSession(core) || !core.sessionKey) return hasSession(core);
  // "Valid during this life cycle" (wx.checkSession), so once is enough.
  core.keyCheck = core.keyCheck || call(core, 'checkSession', {}, limitOf(core.timeout)).then(() => true, () => false);
  return core.keyCheck;
}

/** @param {Core} core */
const hasSession = (core) => !!core.kept.record && !core.dead;

/**
 * @param {Core} core
 * @param {string} token
 */
const isCurrent = (core, token) => tokenOf(core) === token && !core.dead;

/**
 * A route took the token. That alone is no end of the incident: a route that is open to everybody takes what the service refuses.
 * @param {Core} core
 * @param {string} token
 */
export function accept(core, token) {
  if (isCurrent(core, token)) core.served = true;
}

/**
 * The incident is over, unless a login failed in the meantime and is still owed.
 * @param {Core} core
 */
function calm(core) {
  if (core.lastError) return;
  core.spent = 0;
  core.pausedUntil = 0;
}

/**
 * The service ended this session.
 * @param {Core} core
 * @param {unknown} said why, if the service said it
 */
function over(core, said) {
  const ended = typeof said === 'string' && said ? masked(said) : undefined;
  core.dead = true;
  core.emit('session-ended', { ended });
  // There was such a session, and it served: what follows is another incident.
  if (ended && core.served) calm(core);
  const isDeleted = ended === 'deleted';
  // The service looks for the user before it says these; and what the deletion under way was refused for came before it.
  if (/^(expired|evicted|signed_out_everywhere)$/.test(ended || '') || (core.closing && !core.owed && !isDeleted)) {
    core.owed = core.kept.deleting = false;
  } else if (core.kept.deleting || (core.closing && isDeleted)) {
    // A deletion whose answer was lost: nobody registers the user again behind their back.
    leave(core, 'account-deleted', true);
    // Out either way, but deleteAccount() takes only the service's word for done.
    if (!isDeleted) core.reason = undefined;
  }
}

/**
 * Asks the service about the token: the only place that can tell. All who wonder at the same time share one call.
 * @param {Core} core
 * @param {string} token
 * @param {number} [since] milliseconds: what the service said before is not enough
 * @returns {Promise<'accepted' | 'refused'>} rejects when nobody can tell
 */
export async function renew(core, token, since = 0) {
  if (!isCurrent(core, token)) return 'refused';
  const { sure } = core;
  // A clock that was set back must not make it last.
  if (sure && sure.token === token && sure.at >= since && Math.abs(Date.now() - sure.at) < SURE_MS) return 'accepted';
  // Nor is the answer to a question that is older than that; whoever wants nothing but a new one may share it.
  if (!core.asking || core.asking.token !== token || (since < Infinity && core.asking.at < since)) {
    const asking = { token, at: Date.now(), answer: askSession(core, token) };
    const done = () => {
      if (core.asking === asking) core.asking = undefined;
    };
    core.asking = asking;
    asking.answer.then(done, done);
  }
  return core.asking.answer;
}

/**
 * @param {Core} core
 * @param {string} token
 * @returns {Promise<'accepted' | 'refused'>}
 */
async function askSession(core, token) {
  // What happens on the way back is not in the answer.
  const at = Date.now();
  const reply = await ask(core, 'GET', '/session', token);
  if (isSessionOver(reply)) {
    if (isCurrent(core, token)) over(core, reply.body.ended);
    return 'refused';
  }
  const { session, user } = /** @type {Partial<import('./core').SessionBody>} */ (reply.body);
  if (reply.status !== 200 || !session || !user || !(session.expires_at > 0)) throw errorOf(core, reply);
  const { record } = core.kept;
  if (record && isCurrent(core, token)) {
    core.sure = { token, at };
    calm(core);
    const given = Object.assign({}, session, { user, session: { id: session.id } });
    const { info } = (core.kept.record = recordOf(token, given, reply.response));
    // A renewal moves it, also where the session can be no longer. What was due may be so by the clock alone.
    if (info.check_after !== record.info.check_after || isCheckDue(record)) save(core);
  }
  return 'accepted';
}

/**
 * For onLaunch and onShow: what is known about the session, with as few calls as possible.
 * @param {Core} core
 * @param {{force?: boolean, login?: boolean}} [options]
 */
export async function check(core, { force, login } = {}) {
  while (core.closing) await core.closing.catch(ignore);
  if (core.kept.out) return null;
  if (core.login) await core.login.catch(ignore);
  const { record } = core.kept;
  if (record && (force || isCheckDue(record))) await renew(core, record.token, force ? Infinity : 0);
  if (login && !core.kept.out && !core.kept.deleting) await ready(core);
  return core.dead ? null : current(core);
}

/**
 * A token that the service has just vouched for, if it can be asked: for what cannot be replayed.
 * @param {Core} core
 */
export async function freshToken(core) {
  const before = tokenOf(core);
  const token = await ready(core);
  // What was handed out this moment needs no question, and what nobody can answer now is decided by the call itself.
  if (token === before && (await renew(core, token).catch(ignore)) === 'refused') return ready(core);
  return token;
}
