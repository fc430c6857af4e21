// Who is calling: reads what the session authorizer hands on. One file without dependencies, for Node.js 20 and later; copy it.
//
// Strict on purpose: what no session authorizer hands on is nobody's identity, not half of one.

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NAME = /^[\x21-\x7e]{1,48}$/;
const ORIGIN = /^[\x21-\x7e]{1,512}$/;
const EXTERNAL_ID = /^[\x21-\x7e]{1,64}$/;
const SECONDS = /^[1-9][0-9]{0,14}$/;
const ROLE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,31}$/;
const CLAIM = /^claim_([a-z][a-z0-9_]{0,31})$/;
const PRINTABLE = /^[^\u0000-\u001f\u007f-\u009f]*$/;
// Names that no claim has: each means something else, here or in tokens.
const RESERVED = (
  "app_id aud audience auth_time azp client_id exp expires_at external_id iat iss jti nbf openid principal_id reason roles scope scopes " +
  "session_id sub unionid user_id"
).split(" ");
const [MOST_ROLES, MOST_CLAIMS, MOST_CLAIMS_BYTES] = [16, 20, 1024];

/**
 * @typedef {object} Identity
 * @property {string} user_id the user's stable name: keep your data under it
 * @property {string} app_id the Mini Program
 * @property {string} openid WeChat's name of the user in it: never send it to a client, never log it
 * @property {string | null} unionid WeChat's name of the user across one owner's apps
 * @property {string} session_id the session's public name
 * @property {number} expires_at when the session ends, unix seconds
 * @property {number | null} auth_time when the session's login was, unix seconds
 * @property {string | null} audience the origin of the page in a web-view whose session it is; null for the Mini Program's own
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
  let whole = true;
  const text = (name, form) => {
    const value = handedOn[name];
    if (typeof value === "string" && form.test(value)) return value;
    whole = false;
    return "";
  };
  // What there need not be. What is null is there.
  const optional = (name, form) => (handedOn[name] === undefined ? null : text(name, form));
  const auth_time = optional("auth_time", SECONDS);
  const identity = {
    user_id: text("user_id", UUID),
    app_id: text("app_id", NAME),
    openid: text("openid", NAME),
    unionid: optional("unionid", NAME),
    session_id: text("session_id", UUID),
    expires_at: Number(text("expires_at", SECONDS)),
    auth_time: auth_time === null ? null : Number(auth_time),
    audience: optional("audience", ORIGIN),
    roles: rolesIn(optional("roles", PRINTABLE)),
    claims: claimsIn(handedOn),
    external_id: optional("external_id", EXTERNAL_ID),
  };
  return whole && identity.roles !== null && identity.claims !== null ? identity : null;
}

// One string, in order, a space between two; no roles are no string.
function rolesIn(text) {
  const roles = text === null ? [] : text.split(" ");
  const fine = roles.every((role, index) => ROLE.test(role) && (index === 0 || roles[index - 1] < role));
  return fine && roles.length <= MOST_ROLES ? roles : null;
}

// Each claim is a name of its own, `claim_<name>`, and text.
function claimsIn(handedOn) {
  const claims = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(handedOn)) {
    if (!name.startsWith("claim_")) continue;
    const claim = CLAIM.exec(name)?.[1];
    if (claim === undefined || RESERVED.includes(claim) || typeof value !== "string" || !PRINTABLE.test(value)) return null;
    claims[claim] = value;
    bytes += Buffer.byteLength(claim + value);
  }
  return Object.keys(claims).length <= MOST_CLAIMS && bytes <= MOST_CLAIMS_BYTES ? claims : null;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
