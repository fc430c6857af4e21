// Reading what comes back from wx, and what it means for the session.

/** The only codes that mean "this session is over, log in again", of GET /session and DELETE /session. */
const SESSION_IS_OVER = ['session_invalid', 'credentials_missing'];

/** @typedef {import('./core').Response} Response */
/** @typedef {import('./core').Reply} Reply */

/**
 * wx keeps the spelling of header names that the server or a proxy chose.
 * @param {Response} response
 * @param {string} name in lower case
 * @returns {string}
 */
export function headerOf({ header }, name) {
  const all = header || {};
  const key = Object.keys(all).find((each) => each.toLowerCase() === name);
  return key ? String(all[key]) : '';
}

/**
 * The JSON object in an answer, whatever form wx gave it: parsed, text (uploadFile, or a content type wx
 * does not know) or bytes (responseType 'arraybuffer'). Empty when there is none to see.
 * @param {unknown} data
 * @returns {{[name: string]: unknown}}
 */
function bodyIn(data) {
  if (({}).toString.call(data) === '[object ArrayBuffer]') {
    const bytes = new Uint8Array(/** @type {ArrayBuffer} */ (data));
    data = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
  if (typeof data === 'string') {
    try {
      data = JSON.parse(data);
    } catch (notJson) {
      return {};
    }
  }
  return data && typeof data === 'object' ? /** @type {{[name: string]: unknown}} */ (data) : {};
}

/**
 * For what is told: a gateway may repeat the header that it did not like.
 * @param {string} text
 */
export const masked = (text) => text.replace(/wx[st]_[\w-]+/g, '***');

/** @param {unknown} value */
export const isStatus = (value) => /^[1-5]\d\d$/.test(String(value));

/**
 * Some base libraries give uploadFile's status as text; WeChat for Mac gives none for chunked answers. An answer
 * of ours says it in its body too. 0 when nobody says it.
 * @param {import('./core').Sent} sent
 * @param {Response} response
 * @param {boolean} [secret]
 * @returns {Reply}
 */
export function replyOf(sent, response, secret) {
  const body = bodyIn(response.data);
  const { code } = body;
  const status = [response.statusCode, typeof code === 'string' && body.status].find(isStatus);
  // The service's code is text, that of a business API may be a number.
  const known = typeof code === 'string' ? masked(code) : typeof code === 'number' && code;
  return { sent, response, body, secret, status: Number(status || 0), code: known || undefined };
}

/**
 * Retry-After in seconds; the date form is measured against the server's own Date, not this device's clock.
 * @param {Response} response
 */
export function retryAfterOf(response) {
  const value = headerOf(response, 'retry-after');
  const now = Date.parse(headerOf(response, 'date')) || Date.now();
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1000);
  return seconds >= 0 ? seconds : undefined;
}

/**
 * What an answer says about the token it was asked with.
 *
 * - `unclear`: somebody said no: the authorizer, an HTTP API gateway (403 with nothing but a message), a proxy, an API of
 *   the app's own that has our code. `GET /session` knows.
 * - `accepted`: the token got past the authorizer, whatever the business function then said.
 * - `unknown`: says nothing about the session (429, 5xx, no status).
 * @param {Reply} reply
 * @returns {'unclear' | 'accepted' | 'unknown'}
 */
export function verdictOf({ status, body }) {
  const onlyMessage = Object.keys(body).every((key) => key.toLowerCase() === 'message');
  if (status === 401 || (status === 403 && onlyMessage)) return 'unclear';
  return !status || status >= 500 || status === 429 ? 'unknown' : 'accepted';
}

/**
 * Our service said no for good. A proxy's 4xx, 429 and everything else may pass, and prove nothing.
 * @param {{status: number, code: string | number | undefined}} answer
 */
export function isFinal({ status, code }) {
  return status >= 400 && status < 500 && status !== 429 && typeof code === 'string' && !/^http_/.test(code);
}

/** @param {Reply} reply */
export const isSessionOver = ({ status, code }) => status === 401 && SESSION_IS_OVER.indexOf(/** @type {string} */ (code)) >= 0;
