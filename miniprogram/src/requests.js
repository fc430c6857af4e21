// The app's own calls: token in, verdict out, one replay after the service ended the session.

import { addressOf } from './address.js';
import { bodyOf, errorOf, failureOf, isSessionOver, verdictOf } from './answers.js';
import { infoOf, isCheckDue, looksExpired, save, timesOf } from './record.js';
import { signIn, signedOut } from './login.js';
import { ask, call, within } from './wire.js';

const ignore = () => {};

/**
 * wx options in, promise out; `success`, `fail` and `complete` work as they do in wx.
 * @param {any} core
 * @param {string} api 'request', 'uploadFile' or 'downloadFile'
 * @param {any} given
 * @returns {Promise<any>}
 */
export function send(core, api, given) {
  const options = Object.assign({}, given);
  const { success, fail, complete } = options;
  ['success', 'fail', 'complete'].forEach((name) => delete options[name]);
  const { url, ours } = addressOf(core.base, String(options.url));
  options.url = url;
  const outcome = ours ? authorized(core, api, options) : once(core, api, options).then(orError);
  if (success || fail || complete) {
    outcome.then(success, fail || ignore).then(ignore, rethrow);
    outcome.then(complete, complete || ignore).then(ignore, rethrow);
  }
  return outcome;
}

/**
 * A callback's own exception belongs to the app: it must surface, as it does from a wx callback.
 * @param {unknown} error
 */
function rethrow(error) {
  setTimeout(() => {
    throw error;
  });
}

/** @param {any} response */
function orError(response) {
  if (response.statusCode < 400) return response;
  throw errorOf(response);
}

/**
 * @param {any} core
 * @param {string} api
 * @param {any} options
 * @param {string} [token]
 */
function once(core, api, options, token) {
  const { onTask, ...wxOptions } = options;
  if (token) {
    wxOptions.header = {};
    Object.keys(options.header || {}).forEach((name) => {
      // Two spellings of Authorization in one request would be refused as malformed.
      if (name.toLowerCase() !== 'authorization') wxOptions.header[name] = options.header[name];
    });
    wxOptions.header.Authorization = 'Bearer ' + token;
  }
  return call(core.wx, api, wxOptions, onTask).catch((failure) => {
    throw failureOf(failure);
  });
}

/**
 * @param {any} core
 * @param {string} api
 * @param {any} options
 * @param {boolean} [closing] the call is the sign-out everywhere itself
 */
export async function authorized(core, api, options, closing) {
  for (let replayed = false; ; replayed = true) {
    const token = await ready(core, closing);
    const response = await once(core, api, options, token);
    let verdict = verdictOf(response);
    if (verdict === 'unclear') verdict = await renew(core, token);
    if (verdict === 'refused') {
      refuse(core, token);
      if (!replayed) continue;
    }
    if (verdict === 'accepted') accept(core, token);
    return orError(response);
  }
}

/**
 * The incident is over, unless a login failed in the meantime and is still owed.
 * @param {any} core
 * @param {string} token
 */
function accept(core, token) {
  if (!isCurrent(core, token) || core.lastError) return;
  core.spent = 0;
  core.pausedUntil = 0;
}

/**
 * @param {any} core
 * @param {string} token
 */
function isCurrent(core, token) {
  return !!core.record && core.record.token === token && !core.dead;
}

/**
 * The token to send. Logs in first when there is none or the service ended it; waits for a login under way.
 * @param {any} core
 * @param {boolean} [closing]
 * @returns {Promise<string>}
 */
export async function ready(core, closing) {
  if (core.closing && !closing) await core.closing.catch(ignore);
  let error;
  if (core.login || !(await isGood(core))) {
    await signIn(core).catch((reason) => {
      error = reason;
    });
  }
  // A failed login changes nothing about a token that the service has not refused: it still decides.
  if (core.record && !core.dead) return core.record.token;
  throw error || signedOut();
}

/** @param {any} core */
async function isGood(core) {
  if (!core.record || core.dead || looksExpired(core.record)) return false;
  if (!core.sessionKey) return true;
  // "Valid during this life cycle" (wx.checkSession), so once is enough.
  const askWechat = () => within(core.timeout, call(core.wx, 'checkSession', {}));
  core.keyCheck = core.keyCheck || askWechat().then(() => true, () => false);
  return core.keyCheck;
}

/**
 * @param {any} core
 * @param {string} token
 */
function refuse(core, token) {
  if (isCurrent(core, token)) core.dead = true;
}

/**
 * Asks the service about the token: the only place that can tell. All who wonder at the same time share one call.
 * @param {any} core
 * @param {string} token
 * @returns {Promise<'accepted' | 'refused'>} rejects when nobody can tell
 */
function renew(core, token) {
  if (!isCurrent(core, token)) return Promise.resolve('refused');
  if (!core.asking || core.asking.token !== token) {
    const asking = { token, answer: askSession(core, token) };
    const done = () => {
      if (core.asking === asking) core.asking = null;
    };
    core.asking = asking;
    asking.answer.then(done, done);
  }
  return core.asking.answer;
}

/**
 * @param {any} core
 * @param {string} token
 */
async function askSession(core, token) {
  const response = await ask(core, 'GET', '/session', token);
  if (isSessionOver(response)) return 'refused';
  const { session, user } = bodyOf(response) || /** @type {any} */ ({});
  if (response.statusCode !== 200 || !session || !(session.expires_at > 0)) throw errorOf(response);
  if (isCurrent(core, token)) {
    Object.assign(core.record, timesOf(session, response), { session: { id: session.id }, user });
    save(core);
  }
  return 'accepted';
}

/**
 * For onLaunch and onShow: a good session with as few calls as possible.
 * @param {any} core
 * @param {{force?: boolean}} [options]
 */
export async function check(core, options) {
  if (core.closing) await core.closing.catch(ignore);
  if (core.out) return null;
  const token = await ready(core);
  const due = core.record && ((options && options.force) || isCheckDue(core.record));
  if (due && (await renew(core, token)) === 'refused') {
    refuse(core, token);
    await ready(core);
  }
  return infoOf(core.record);
}
