// The app's own calls: token in, verdict out, one replay after the service ended the session.

import { addressOf } from './address.js';
import { abortable } from './abort.js';
import { isSessionOver, replyOf, verdictOf } from './answers.js';
import { errorOf, nonsense, signedOut } from './errors.js';
import { accept, ready, renew } from './session.js';
import { carry, ignore } from './wire.js';

/** @typedef {import('./core').Core} Core */
/** @typedef {import('./core').Job} Job */
/** @typedef {import('./core').Given} Given */
/** @typedef {import('./core').WxOptions} WxOptions */
/** @typedef {import('./core').Reply} Reply */

/**
 * wx options in, promise out; `success`, `fail` and `complete` work as they do in wx.
 * @param {Core} core
 * @param {'request' | 'uploadFile' | 'downloadFile'} api
 * @param {unknown} given options, or a URL
 * @param {unknown} [more] options beside a URL
 */
export function send(core, api, given, more) {
  const asked = optionsOf(given, more);
  return withCallbacks(asked, abortable(asked.signal, async (job) => {
    const { url, hint } = addressOf(core, urlOf(api, asked));
    const options = wxOptionsOf(asked, url);
    const once = (/** @type {string} */ token) => {
      return carry(core, api, token ? withToken(options, token) : options, false, (task) => {
        job.task = task;
        tellTask(asked, task);
      });
    };
    const reply = await (hint ? once('') : authorized(core, job, once));
    if (reply.status >= 400) throw errorOf(core, reply);
    return reply.response;
  }));
}

/**
 * For an app that keeps its own request layer: `carrier` gets the options with the header in them and sends them
 * its own way. It is called once more after the service ended the session, and its outcome is the outcome.
 * @param {Core} core
 * @param {unknown} given
 * @param {unknown} carrier without one, the options are the outcome
 */
export function authorize(core, given, carrier) {
  const asked = optionsOf(given);
  return abortable(asked.signal, async (job) => {
    const own = urlOf('authorize', asked);
    const { baseURL, headers, header } = asked;
    const { url, hint } = addressOf(core, baseURL && !/^\w+:/.test(own) ? baseURL.replace(/\/*$/, '/') + own.replace(/^\//, '') : own);
    const options = /** @type {WxOptions} */ (Object.assign({}, asked, { url }));
    const sealed = (/** @type {string} */ token) => (token ? withToken(options, token, headers && !header ? 'headers' : 'header') : options);
    if (typeof carrier !== 'function') return sealed(hint ? '' : await ready(core));
    /** @type {Promise<unknown> | undefined} */
    let outcome;
    const read = (/** @type {unknown} */ value) => replyOf({ url, method: '' }, responseIn(value));
    const once = (/** @type {string} */ token) => {
      outcome = new Promise((resolve) => resolve(carrier(sealed(token))));
      // What cannot be read says nothing about the session; the outcome is not touched.
      return outcome.then(read, read).catch(() => read(0));
    };
    await (hint ? once('') : authorized(core, job, once));
    return outcome;
  });
}

/**
 * @param {Core} core
 * @param {Job} job
 * @param {(token: string) => Promise<Reply>} once
 * @param {boolean} [closing] the call is the one that others wait for
 * @returns {Promise<Reply>}
 */
export async function authorized(core, job, once, closing) {
  for (let replayed = false; ; replayed = true) {
    const token = await ready(core, closing);
    if (job.over) throw signedOut();
    const sentAt = Date.now();
    const reply = await once(token);
    let verdict = /** @type {string} */ (verdictOf(reply));
    // Anybody can write our code. It counts for more than a bare no only in that an older word of the service is not enough.
    if (verdict === 'unclear') verdict = await renew(core, token, isSessionOver(reply) ? sentAt : 0);
    if (verdict === 'accepted') accept(core, token);
    if (verdict !== 'refused' || replayed) return reply;
    core.debug({ event: 'replay' });
  }
}

/**
 * @param {unknown} given
 * @param {unknown} [more]
 * @returns {Given}
 */
export function optionsOf(given, more) {
  return Object.assign({}, more, typeof given === 'string' ? { url: given } : given);
}

/**
 * @param {string} api
 * @param {Given} asked
 */
export function urlOf(api, { url }) {
  if (typeof url === 'string' && url) return url;
  throw nonsense(api + ": url must be a text like '/orders', not " + url);
}

/**
 * What wx gets: all but what is ours.
 * @param {Given} asked
 * @param {string} url
 * @returns {WxOptions}
 */
export function wxOptionsOf(asked, url) {
  const options = Object.assign({}, asked, { url });
  ['success', 'fail', 'complete', 'onTask', 'signal'].forEach((name) => delete options[/** @type {'signal'} */ (name)]);
  return options;
}

/**
 * @template {WxOptions} T
 * @param {T} options
 * @param {string} token
 * @param {'header' | 'headers'} [name]
 * @returns {T}
 */
export function withToken(options, token, name = 'header') {
  const given = options[name] || {};
  /** @type {{[name: string]: unknown}} */
  const header = {};
  Object.keys(given).forEach((each) => {
    // Two spellings of Authorization in one request would be refused as malformed.
    if (each.toLowerCase() !== 'authorization') header[each] = given[each];
  });
  header.Authorization = 'Bearer ' + token;
  return Object.assign({}, options, { [name]: header });
}

/**
 * The response in what another request layer resolved or rejected with: wx's own form, axios' `status` and
 * `headers`, an error that carries it in `response`, or uni-app's `[error, response]`. Any other list is data.
 * @param {any} value
 * @returns {import('./core').Response}
 */
function responseIn(value) {
  if (Array.isArray(value)) {
    const [error, answer] = value;
    value = value.length < 3 && (!error || error.errMsg || error instanceof Error) && (answer || error);
  }
  const { statusCode, status = statusCode, data, response } = /** @type {import('./core').Foreign} */ (value || {});
  return response ? responseIn(response) : { statusCode: status, data };
}

/**
 * @template {Promise<unknown>} T
 * @param {Given} asked
 * @param {T} outcome
 * @returns {T}
 */
export function withCallbacks({ success, fail, complete }, outcome) {
  if (success || fail || complete) {
    outcome.then(success, fail || ignore).catch(rethrow);
    outcome.then(complete, complete || ignore).catch(rethrow);
  }
  return outcome;
}

/**
 * @param {Given} asked
 * @param {import('./core').Task} task
 */
export function tellTask({ onTask }, task) {
  try {
    if (onTask) onTask(task);
  } catch (theirs) {
    rethrow(theirs);
  }
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
