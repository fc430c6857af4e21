// What the app is told. No error holds a token, a js_code or a ticket.

import { masked, retryAfterOf } from './answers.js';

const LONGEST_TEXT = 200;

/** @typedef {import('./core').Core} Core */

/**
 * For arguments that make no sense: told before anything is sent.
 * @param {string} message says what to do
 */
export const nonsense = (message) => Object.assign(new TypeError(message), { errMsg: 'wxsession:fail ' + message });

/**
 * What createSession is given.
 * @param {unknown} good
 * @param {string} message
 */
export function need(good, message) {
  if (!good) throw nonsense('createSession: ' + message);
}

/**
 * @param {string | number} code
 * @param {string} message
 * @param {Partial<import('../index').SessionError>} [more]
 * @param {import('./core').Sent} [sent]
 * @returns {import('../index').SessionError}
 */
export function sessionError(code, message, more, sent) {
  const name = /** @type {'SessionError'} */ ('SessionError');
  return Object.assign(new Error(masked(message)), { name, code, errMsg: 'wxsession:fail ' + code }, sent, more);
}

/**
 * Whether a caught value is an error of this library, from whichever copy of it.
 * @param {unknown} error
 * @returns {error is import('../index').SessionError}
 */
export const isSessionError = (error) => error instanceof Error && error.name === 'SessionError';

export const signedOut = () => sessionError('signed_out', 'signed out: call login() first');

/**
 * The error for an answer that is not what was asked for.
 * @param {Core} core
 * @param {import('./core').Reply} reply
 */
export function errorOf(core, { sent, response, body, status, code, secret }) {
  const failed = status >= 400;
  code = failed ? code || 'http_' + status : 'bad_answer';
  const retryAfter = retryAfterOf(response);
  const { ended } = /** @type {{ended?: string}} */ (body);
  const error = sessionError(code, about(core, sent) + status + ' ' + code + said(body.msg || body.message || body.detail), { status, retryAfter, ended }, sent);
  // What came in place of a token or a ticket may hold one.
  return secret && !failed ? error : Object.assign(error, { response, body: Object.keys(body).length ? body : response.data });
}

// In this order: ERR_CONNECTION_ABORTED is no abort of the app. errno is absent on some calls.
const FAILURES = /** @type {[string, RegExp][]} */ ([
  ['domain_not_allowed', /\b600002\b|domain list/i],
  ['tls', /ssl|\btls|cert|证书/i],
  ['interrupted', /\b600003\b|interrupted|connection was lost|network_changed|connection_(reset|aborted|closed)|中断/i],
  ['timeout', /^5 |time(d[ _]?)? ?out|超时/i],
  ['aborted', /abort/i],
  ['network', /^/]
]);

/**
 * The error for a call that got no answer at all.
 * @param {Core} core
 * @param {import('./core').Sent} sent
 * @param {unknown} failure what wx handed to `fail`, or threw
 * @param {string} [own] code of a call that is no request
 * @param {boolean} [refused] whether it is that one although the text speaks of time
 */
export function failureOf(core, sent, failure, own, refused) {
  const { errMsg, message, errCode, errno = errCode } = /** @type {import('./core').Failure} */ (failure || {});
  const text = masked(String(errMsg || message || ''));
  const [found] = /** @type {[string, RegExp]} */ (FAILURES.find(([, words]) => words.test(errno + ' ' + text)));
  const code = ((refused || found !== 'timeout') && own) || found;
  return sessionError(code, about(core, sent) + code + said(text), { errMsg: text, errno }, sent);
}

/**
 * For messages: what a person needs of a URL, nothing of its query.
 * @param {Core} core
 * @param {string} url
 */
export function pathOf(core, url) {
  return url.replace(core.base + '/', '/').replace(/[?#][^]*/, '');
}

/**
 * @param {Core} core
 * @param {import('./core').Sent} sent
 */
const about = (core, sent) => sent.method + ' ' + pathOf(core, sent.url) + ': ';

/** @param {unknown} text */
const said = (text) => (text ? ' (' + String(text).slice(0, LONGEST_TEXT) + ')' : '');
