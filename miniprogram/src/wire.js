// Calls to wx as promises, and the library's own calls to the service.

import { isStatus, replyOf } from './answers.js';
import { failureOf, pathOf } from './errors.js';

/** @typedef {import('./core').Core} Core */
/** @typedef {import('./core').Task} Task */

// wx ends its own calls at `timeout`; this is for the callbacks that never come.
const GRACE_MS = 1000;
const LONGEST_MS = 60000;
/** What a timer holds. */
export const LONGEST_TIMER_MS = 2e9;

export const ignore = () => {};

/**
 * How long a call of wx may take; `timeout` is what wx itself was told.
 * @param {number | undefined} timeout
 */
export const limitOf = (timeout) => (Number(timeout) > 0 ? Math.min(Number(timeout) + GRACE_MS, LONGEST_TIMER_MS) : LONGEST_MS);

/**
 * @template T
 * @param {Core} core
 * @param {import('./core').Api} api
 * @param {any} options of the call; its `timeout` counts
 * @param {number} [limit] milliseconds until the call counts as timed out, 0 for a payment, which takes as long as the user
 * @param {(task: Task) => void} [onTask]
 * @returns {Promise<T>}
 */
export function call(core, api, options, limit = limitOf(options.timeout), onTask) {
  return new Promise((resolve, reject) => {
    /** @type {Task | undefined} */
    let task;
    const timer = limit ? setTimeout(() => {
      reject({ errMsg: api + ':fail timeout' });
      if (task && task.abort) task.abort();
    }, limit) : 0;
    const success = (/** @type {T} */ result) => {
      clearTimeout(timer);
      resolve(result);
    };
    const fail = (/** @type {{statusCode?: unknown}} */ failure) => {
      // WeChat for PC has been seen to hand an answered 401 to `fail`.
      // A payment has no status: only `success` is one.
      if (limit && failure && isStatus(failure.statusCode)) return success(/** @type {T} */ (failure));
      clearTimeout(timer);
      reject(failure);
    };
    try {
      task = core.wx[api](Object.assign({}, options, { success, fail }));
      // Taro's calls also return a promise, whose rejection nobody else would hear.
      if (task && task.catch) task.catch(ignore);
      if (task && onTask) onTask(task);
    } catch (thrown) {
      fail(/** @type {{}} */ (thrown));
    }
  });
}

/**
 * One request. Rejects with a SessionError, and only when there is no answer.
 * @param {Core} core
 * @param {'request' | 'uploadFile' | 'downloadFile'} api
 * @param {import('./core').WxOptions} options
 * @param {boolean} [secret] the answer holds a token or a ticket
 * @param {(task: Task) => void} [onTask]
 * @returns {Promise<import('./core').Reply>}
 */
export function carry(core, api, options, secret, onTask) {
  const { url, method = api === 'uploadFile' ? 'POST' : 'GET' } = options;
  const sent = { url, method };
  const start = Date.now();
  /** @type {(event: 'request' | 'response' | 'no response', status?: number, code?: string | number) => void} */
  const tell = (event, status, code) => core.debug({ event, method, path: pathOf(core, url), status, code, ms: Date.now() - start });
  tell('request');
  return call(core, api, options, undefined, onTask).then((/** @type {import('./core').Response} */ response) => {
    const reply = replyOf(sent, response || {}, secret);
    tell('response', reply.status, reply.code);
    return reply;
  }, (failure) => {
    const error = failureOf(core, sent, failure);
    tell('no response', 0, error.code);
    throw error;
  });
}

/**
 * One of the library's own requests.
 * @param {Core} core
 * @param {string} method
 * @param {string} path
 * @param {string | undefined} token
 * @param {object} [data]
 * @param {number} [timeout]
 */
export function ask(core, method, path, token, data, timeout = core.timeout) {
  const header = token ? { Authorization: 'Bearer ' + token } : {};
  // The service never redirects; following one could carry the header to another host.
  return carry(core, 'request', { url: core.base + path, method, data, header, timeout, redirect: 'manual' }, !!data);
}
