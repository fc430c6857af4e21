// Promises that the app can abort: by their own abort(), or by a signal.

import { sessionError } from './errors.js';

/** @typedef {import('./core').Job} Job */

/**
 * @template T
 * @param {import('../index').AbortSignalLike | undefined} signal
 * @param {(job: Job) => Promise<T>} work asks `job.over` before each step that sends something
 * @returns {import('../index').Abortable<T>}
 */
export function abortable(signal, work) {
  /** @type {Job} */
  const job = { over: false };
  const promise = /** @type {import('../index').Abortable<T>} */ (new Promise((resolve, reject) => {
    const settled = () => {
      job.over = true;
      if (signal) signal.removeEventListener('abort', abort);
    };
    const abort = () => {
      if (job.over) return;
      settled();
      reject(sessionError('aborted', 'aborted by the app'));
      if (job.task && job.task.abort) job.task.abort();
    };
    job.abort = abort;
    if (signal && signal.aborted) return abort();
    if (signal) signal.addEventListener('abort', abort);
    work(job).then((value) => {
      settled();
      resolve(value);
    }, (error) => {
      settled();
      reject(error);
    });
  }));
  promise.abort = /** @type {() => void} */ (job.abort);
  return promise;
}
