// Where the app runs, as wx tells it.

const LONGEST = 64;

/** @typedef {import('./core').Wx} Wx */

/** @param {Wx} wx */
export function accountOf(wx) {
  try {
    return /** @type {Required<Wx>} */ (wx).getAccountInfoSync().miniProgram || {};
  } catch (tooOld) {
    // Base library before 2.2.2, or not a Mini Program at all.
    return {};
  }
}

/**
 * What the user recognises this device by in the list of sessions. The service caps it and trusts none of it.
 * @param {Wx} wx
 */
export function deviceOf(wx) {
  try {
    const { platform, model } = /** @type {Required<Wx>} */ (wx).getDeviceInfo();
    const { version } = /** @type {Required<Wx>} */ (wx).getAppBaseInfo();
    return { platform: text(platform), model: text(model), wechat_version: text(version) };
  } catch (tooOld) {
    // Base library before 2.20.1, or not a Mini Program at all.
    return undefined;
  }
}

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' && value ? value.slice(0, LONGEST) : undefined);
