// Reading what comes back from wx: answers, failures, and what they mean for the session.

/** The only codes that mean "this session is over, log in again". */
const SESSION_IS_OVER = ['session_invalid', 'credentials_missing'];

/**
 * The one error type of this library. It never holds a token or a js_code.
 * @param {string} code
 * @param {{status?: number, retryAfter?: number, response?: unknown, errMsg?: string}} [more]
 * @returns {import('../index').SessionError}
 */
export function sessionError(code, more) {
  const error = Object.assign(new Error(code), { code, errMsg: 'wxsession:fail ' + code }, more);
  error.name = 'SessionError';
  return error;
}

/**
 * wx keeps the spelling of header names that the server or a proxy chose.
 * @param {any} response
 * @param {string} name in lower case
 * @returns {string | undefined}
 */
export function headerOf(response, name) {
  const headers = response.header || {};
  const key = Object.keys(headers).find((each) => each.toLowerCase() === name);
  return key === undefined ? undefined : String(headers[key]);
}

/**
 * The JSON object in an answer, whatever form wx gave it: parsed, text (uploadFile, or a content type wx
 * does not know) or bytes (responseType 'arraybuffer'). Undefined when there is none to see.
 * @param {any} response
 * @returns {any}
 */
export function bodyOf(response) {
  let data = response.data;
  if (Object.prototype.toString.call(data) === '[object ArrayBuffer]') {
    data = Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join('');
  }
  if (typeof data === 'string') {
    try {
      data = JSON.parse(data);
    } catch (notJson) {
      return undefined;
    }
  }
  return data && typeof data === 'object' ? data : undefined;
}

/**
 * Some base libraries give uploadFile's status as text.
 * @param {any} response
 */
const statusOf = (response) => Number(response.statusCode);

/** @param {any} response */
function codeOf(response) {
  const body = bodyOf(response);
  return body && typeof body.code === 'string' && body.code ? body.code : undefined;
}

/**
 * Retry-After in seconds; the date form is measured against the server's own Date, not this device's clock.
 * @param {any} response
 */
function retryAfterOf(response) {
  const value = headerOf(response, 'retry-after');
  if (value === undefined) return undefined;
  const now = Date.parse(headerOf(response, 'date') || '') || Date.now();
  const seconds = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1000);
  return seconds >= 0 ? seconds : undefined;
}

/**
 * The error for an answer that is not what was asked for.
 * @param {any} response
 */
export function errorOf(response) {
  const status = statusOf(response);
  const code = codeOf(response) || (status < 400 ? 'bad_answer' : 'http_' + status);
  return sessionError(code, { status, retryAfter: retryAfterOf(response), response });
}

/**
 * The error for a call that got no answer at all.
 * @param {any} failure what wx handed to `fail`, or threw
 */
export function failureOf(failure) {
  const errMsg = String((failure && (failure.errMsg || failure.message)) || '');
  const code = /time(d )?out/i.test(errMsg) ? 'timeout' : /abort/.test(errMsg) ? 'aborted' : 'network';
  return sessionError(code, { errMsg });
}

/**
 * What an answer says about the token it was asked with.
 *
 * - `refused`: the session is over, in the service's own words.
 * - `unclear`: somebody said no without our code: an HTTP API gateway (403 with nothing but a message), a
 *   proxy, a download whose body we cannot see. `GET /session` knows.
 * - `accepted`: the token got past the authorizer, whatever the business function then said.
 * - `unknown`: says nothing about the session (429, 5xx).
 * @param {any} response
 * @returns {'refused' | 'unclear' | 'accepted' | 'unknown'}
 */
export function verdictOf(response) {
  const status = statusOf(response);
  if (status === 401) return isSessionOver(response) ? 'refused' : 'unclear';
  if (status === 403) {
    const body = bodyOf(response);
    const onlyMessage = !body || Object.keys(body).every((key) => key.toLowerCase() === 'message');
    return onlyMessage ? 'unclear' : 'accepted';
  }
  return status >= 500 || status === 429 ? 'unknown' : 'accepted';
}

/** @param {any} response */
export function isSessionOver(response) {
  return statusOf(response) === 401 && SESSION_IS_OVER.indexOf(codeOf(response) || '') >= 0;
}
