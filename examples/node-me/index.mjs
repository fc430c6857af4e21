// GET /me: says who is calling. GET /staff: the same, for those with the role "staff" only. Copy it and put your own work
// where the answer is built.
//
// The session is checked before this code runs: API Gateway asks the session authorizer and hands on what it said.
// So there is no token to read here, and nothing in the headers, the query or the body says who somebody is.

import { identityOf } from "./identity.mjs";

// Pages in a web-view may read the answers, of this one origin; "" for none.
const PAGE_ORIGIN = process.env.PAGE_ORIGIN ?? "";

export async function handler(event, context) {
  return readableBy(PAGE_ORIGIN, event, serve(event, context));
}

function serve(event, context) {
  const identity = identityOf(event);
  const requestId = context.awsRequestId;
  if (identity === null) return withoutAuthorizer(requestId);
  // What a role may do is this function's decision. 403, never 401: a new login gives nobody a role.
  if (routeOf(event) === "/staff") {
    // So is what a page in a web-view may do, with all the scripts that it loads.
    if (identity.audience !== null) return notForPages(requestId);
    if (!identity.roles.includes("staff")) return withoutRole(requestId);
  }

  // Your own work goes here. `identity.user_id` is the key to keep a user's things under.
  const { user_id, app_id, session_id, expires_at, unionid } = identity;
  // WeChat's names of the user, openid and unionid, stay on the server.
  return answer(200, "application/json", { user_id, app_id, session_id, expires_at, has_unionid: unionid !== null });
}

// What a browser wants to see before it shows an answer to a page of another origin; refusals too, or the page takes them for a
// network that is down. An HTTP API does it by itself.
export function readableBy(page, event, answer) {
  const [, origin] = Object.entries(event?.headers ?? {}).find(([name]) => name.toLowerCase() === "origin") ?? [];
  if (page === "" || origin !== page) return answer;
  return { ...answer, headers: { ...answer.headers, "Access-Control-Allow-Origin": page, Vary: "Origin" } };
}

// The route as the template has it, behind a REST API and behind an HTTP API.
function routeOf(event) {
  return event.resource ?? event.routeKey?.split(" ")[1];
}

// The route is open by mistake, and only the deployer can mend that.
function withoutAuthorizer(requestId) {
  log("ERROR", requestId, {
    outcome: "credentials_missing",
    reason: "no_authorizer",
    operator: {
      cause: "a request came without an identity: the route has no session authorizer",
      fix: "attach the session authorizer to the route in the template and deploy again",
    },
  });
  const problem = {
    type: "about:blank",
    title: "Unauthorized",
    status: 401,
    detail: "A bearer token is needed",
    code: "credentials_missing",
    instance: requestId,
  };
  return answer(401, "application/problem+json", problem, { "WWW-Authenticate": 'Bearer realm="wxs"' });
}

function withoutRole(requestId) {
  const problem = {
    type: "about:blank",
    title: "Forbidden",
    status: 403,
    detail: "The user may not do this",
    code: "role_missing",
    instance: requestId,
  };
  return answer(403, "application/problem+json", problem);
}

function notForPages(requestId) {
  const problem = {
    type: "about:blank",
    title: "Forbidden",
    status: 403,
    detail: "Not for a page's session: ask in the Mini Program",
    code: "not_for_child",
    instance: requestId,
  };
  return answer(403, "application/problem+json", problem);
}

function answer(statusCode, contentType, body, more = {}) {
  const headers = {
    "Content-Type": contentType,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...more,
  };
  return { statusCode, headers, body: JSON.stringify(body), isBase64Encoded: false };
}

// One JSON line, whatever the log format of the function: console.* would put the time before it.
function log(level, requestId, fields) {
  const line = { timestamp: new Date().toISOString(), level, message: "request", function: "me", request_id: requestId };
  process.stdout.write(`${JSON.stringify({ ...line, ...fields })}\n`);
}
