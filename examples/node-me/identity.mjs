// Who is calling: reads what the session authorizer hands on. One file without dependencies, for Node.js 20 and later; copy it.
//
// Strict on purpose: what no session authorizer hands on is nobody's identity, not half of one.

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ROLE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,31}$/;
const EXTERNAL_ID = /^[\x21-\x7e]{1,64}$/;
const CLAIM = /^claim_([a-z][a-z0-9_]{0,31})$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * @typedef {object} Identity
 * @property {string} user_id the user's stable name: keep your data under it
 * @property {string} app_id the Mini Program
 * @property {string} openid WeChat's name of the user in it: never send it to a client, never log it
 * @property {string | null} unionid WeChat's name of the user across one owner's apps
 * @property {string} session_id the session's public name
 * @property {number} expires_at when the session ends, unix seconds
 * @property {number | null} auth_time when the session's login was, unix seconds
 * @property {string[]} roles what your backend lets the user do (docs/accounts.md)
 * @property {Record<string, string>} claims what else it said of the user
 * @property {string | null} external_id its own name of the user
 */

/**
 * Who is calling, or null when no session authorizer was asked.
 *
 * @param {any} event of a REST API, an HTTP API (payload 2.0) or a WebSocket API
 * @returns {Identity | null}
 */
export function identityOf(event) {
  return identityIn(event?.requestContext?.authorizer);
}

/**
 * The same for whoever has `requestContext.authorizer` alone, or AppSync's `identity.resolverContext`.
 *
 * @param {any} authorizer
 * @returns {Identity | null}
 */
export function identityIn(authorizer) {
  // Flat behind a REST API and a WebSocket API, under `lambda` behind an HTTP API.
  const handedOn = isObject(authorizer) && "lambda" in authorizer ? authorizer.lambda : authorizer;
  if (!isObject(handedOn)) return null;
  const { user_id, app_id, openid, unionid = null, session_id, external_id = null } = handedOn;
  const expires_at = seconds(handedOn.expires_at);
  const roles = rolesIn(handedOn.roles);
  const claims = claimsIn(handedOn);
  const whole =
    [user_id, session_id].every((name) => matches(UUID, name)) &&
    [app_id, openid, unionid ?? ""].every((name) => typeof name === "string") &&
    (external_id === null || matches(EXTERNAL_ID, external_id)) &&
    expires_at !== null && roles !== null && claims !== null;
  if (!whole) return null;
  const auth_time = seconds(handedOn.auth_time);
  return { user_id, app_id, openid, unionid, session_id, expires_at, auth_time, roles, claims, external_id };
}

// One string, a space between two; no roles are no string.
function rolesIn(text) {
  if (text === undefined) return [];
  const roles = typeof text === "string" ? text.split(" ") : [];
  return roles.length > 0 && roles.every((role) => ROLE.test(role)) ? roles : null;
}

// Each claim is a name of its own, `claim_<name>`, and text.
function claimsIn(handedOn) {
  const claims = Object.create(null);
  for (const [name, value] of Object.entries(handedOn)) {
    if (!name.startsWith("claim_")) continue;
    const claim = CLAIM.exec(name)?.[1];
    if (claim === undefined || typeof value !== "string" || CONTROL.test(value)) return null;
    claims[claim] = value;
  }
  return { ...claims };
}

// API Gateway hands every value on as text; a number is taken too.
function seconds(value) {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function matches(form, value) {
  return typeof value === "string" && form.test(value);
}
