// Calls to wx as promises, and the library's own calls to the service.

import { failureOf } from './answers.js';

// wx ends its own calls at `timeout`; this is for the callbacks that never come.
const GRACE_MS = 2000;

/**
 * @param {any} wx
 * @param {string} api
 * @param {any} options
 * @param {((task: any) => void)} [onTask]
 * @returns {Promise<any>}
 */
export function call(wx, api, options, onTask) {
  return new Promise((resolve, reject) => {
    const task = wx[api](Object.assign({}, options, { success: resolve, fail: reject }));
    if (onTask) onTask(task);
  });
}

/**
 * @param {number} timeout in milliseconds
 * @param {Promise<any>} promise
 * @returns {Promise<any>}
 */
export function within(timeout, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject({ errMsg: 'timeout' }), timeout + GRACE_MS);
    const stop = () => clearTimeout(timer);
    promise.then(stop, stop);
    promise.then(resolve, reject);
  });
}

/**
 * One of the library's own requests. Rejects only when there is no answer.
 * @param {any} core
 * @param {string} method
 * @param {string} path
 * @param {string | undefined} token
 * @param {any} [data]
 */
export function ask(core, method, path, token, data) {
  const { wx, base, timeout } = core;
  const header = token ? { Authorization: 'Bearer ' + token } : {};
  // The service never redirects; following one could carry the header to another host.
  const options = { url: base + path, method, data, header, timeout, redirect: 'manual' };
  return within(timeout, call(wx, 'request', options)).catch((failure) => {
    throw failureOf(failure);
  });
}
