// A virtual payment: the app's backend signs, WeChat checks, and a session_key that is not the newest is replaced once.

import { failureOf, sessionError } from './errors.js';
import { signIn } from './login.js';
import { call, ignore } from './wire.js';

const API = 'requestVirtualPayment';
const SENT = { url: API, method: 'wx' };
// The session_key is not the newest one, or over: WeChat's codes for `signature`.
const STALE_KEY = [-15005, -15007];
const CANCELLED = -2;

/**
 * @param {import('./core').Core} core
 * @param {import('../index').PayOptions} options
 */
export async function pay(core, { sign }) {
  // Before the backend makes an order that nobody can pay.
  if (!core.wx[API]) throw sessionError('pay_unsupported', 'wx has no ' + API, {}, SENT);
  for (let again = false; ; again = true) {
    let isStale = backendFindsItStale;
    try {
      const signed = signedBy(await sign({ again }));
      isStale = wechatFindsItStale;
      return await call(core, API, signed, 0).catch((failure) => Promise.reject(refusalOf(core, failure)));
    } catch (error) {
      if (again || !isStale(error)) throw error;
    }
    while (core.closing) await core.closing.catch(ignore);
    await signIn(core, true);
  }
}

/**
 * There is no session_key that opens, so that nothing can be signed: the service's 409, handed on.
 * @param {any} error
 */
const backendFindsItStale = (error) => !!error && error.code === 'session_key_stale';

/** @param {import('../index').SessionError} error */
const wechatFindsItStale = ({ errno }) => STALE_KEY.indexOf(errno || 0) >= 0;

/**
 * Where there is a number of WeChat's, it refused, whatever words stand beside it. Some bridges hand it on as text.
 * @param {import('./core').Core} core
 * @param {unknown} failure
 */
function refusalOf(core, failure) {
  const { errMsg, message, errno, errCode } = /** @type {import('./core').Failure} */ (failure || {});
  const number = Number(errCode) || Number(errno) || undefined;
  const refused = !!Number(errCode) || Number(errno) < 0;
  return failureOf(core, SENT, { errMsg, message, errno: number }, number === CANCELLED ? 'pay_cancelled' : 'pay_failed', refused);
}

/**
 * WeChat checks the signatures byte by byte: what the backend signed goes on as it came, in either spelling of its
 * names. Anything else, an error of the backend above all, is never paid.
 * @param {unknown} given
 */
function signedBy(given) {
  const { mode, sign_data, signData = sign_data, pay_sig, paySig = pay_sig, signature } = /** @type {{[name: string]: unknown}} */ (given || {});
  const signed = { mode, signData, paySig, signature };
  if (Object.values(signed).every((each) => each && typeof each === 'string')) return signed;
  throw sessionError('bad_answer', 'sign() must give {mode, sign_data, pay_sig, signature}, each a text', {}, SENT);
}
