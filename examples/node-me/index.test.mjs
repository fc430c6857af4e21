// node --test
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { handler, readableBy } from "./index.mjs";

const event = (name) => JSON.parse(readFileSync(new URL(`events/${name}.json`, import.meta.url), "utf8"));
const CALLER = {
  user_id: "12bbf084-f063-861b-9b20-51bba2f93072",
  app_id: "wx0123456789abcdef",
  session_id: "019aa9c3-7c00-7000-8000-000000000001",
  expires_at: 4102444800,
};

/** The answer and what was printed meanwhile. */
async function serve(event) {
  const write = process.stdout.write;
  const lines = [];
  process.stdout.write = (text) => lines.push(text);
  try {
    return { answer: await handler(event, { awsRequestId: "invocation" }), lines };
  } finally {
    process.stdout.write = write;
  }
}

test("says who calls behind a REST API and behind an HTTP API", async () => {
  for (const [name, has_unionid] of [["me-rest", false], ["me-http", true]]) {
    const { answer } = await serve(event(name));
    assert.equal(answer.statusCode, 200, name);
    assert.equal(answer.headers["Cache-Control"], "no-store");
    assert.deepEqual(JSON.parse(answer.body), { ...CALLER, has_unionid });
  }
});

test("keeps WeChat's names and the token from the client and the log", async () => {
  for (const name of ["me-rest", "me-http", "me-no-authorizer-rest", "me-no-authorizer-http"]) {
    const said = JSON.stringify(await serve(event(name)));
    for (const secret of ["oTEST", "oUNION", "wxs_"]) assert.ok(!said.includes(secret), `${secret} in ${said}`);
  }
});

test("believes no header and tells the operator when the route has no authorizer", async () => {
  for (const name of ["me-no-authorizer-rest", "me-no-authorizer-http"]) {
    const { answer, lines } = await serve(event(name));
    assert.equal(answer.statusCode, 401, name);
    assert.equal(answer.headers["WWW-Authenticate"], 'Bearer realm="wxs"');
    const problem = JSON.parse(answer.body);
    assert.equal(problem.code, "credentials_missing");
    assert.equal(problem.instance, "invocation");
    assert.equal(lines.length, 1);
    const line = JSON.parse(lines[0]);
    assert.equal(line.level, "ERROR");
    assert.match(line.operator.fix, /authorizer/);
  }
});

test("half an identity is none", async () => {
  for (const field of ["user_id", "app_id", "openid", "session_id", "expires_at"]) {
    const half = event("me-http");
    delete half.requestContext.authorizer.lambda[field];
    assert.equal((await serve(half)).answer.statusCode, 401, `without ${field}`);
  }
});

test("an event without anything is nobody's, and not a crash", async () => {
  for (const bare of [{}, null, { requestContext: null }, { requestContext: { authorizer: null } }]) {
    assert.equal((await serve(bare)).answer.statusCode, 401);
  }
});

test("refuses whoever has not the role with 403, never with 401", async () => {
  assert.equal((await serve(event("me-staff-http"))).answer.statusCode, 200);
  const { answer } = await serve(event("me-staff-rest"));
  assert.equal(answer.statusCode, 403);
  assert.equal(answer.headers["WWW-Authenticate"], undefined);
  assert.equal(JSON.parse(answer.body).code, "role_missing");
  for (const roles of ["staffer", "Staff", "staff.x"]) {
    const other = event("me-staff-rest");
    other.requestContext.authorizer.roles = roles;
    assert.equal((await serve(other)).answer.statusCode, 403, JSON.stringify(roles));
  }
});

test("a page of the one origin may read every answer and no other any", async () => {
  const page = "https://m.example.com";
  for (const name of ["me-rest", "me-staff-rest", "me-no-authorizer-http"]) {
    const { answer } = await serve(event(name));
    const allowed = (headers, page) => readableBy(page, { headers }, answer).headers["Access-Control-Allow-Origin"];
    assert.equal(allowed({ Origin: page }, page), page, name);
    assert.equal(allowed({ origin: page }, page), page, name);
    for (const other of [`${page}.evil.example`, "http://m.example.com", "null", ""]) {
      assert.equal(allowed({ origin: other }, page), undefined, other);
    }
    assert.equal(allowed({ origin: page }, ""), undefined);
    assert.equal(allowed({ origin: "" }, ""), undefined);
    assert.equal(allowed(null, page), undefined);
  }
});

test("a page learns who it is and gets nothing of the staff", async () => {
  const ofAPage = async (name) => {
    const sent = event(name);
    const { authorizer } = sent.requestContext;
    (authorizer.lambda ?? authorizer).audience = "https://m.example.com";
    return (await serve(sent)).answer;
  };
  assert.equal((await ofAPage("me-rest")).statusCode, 200);
  // This one has the role.
  const answer = await ofAPage("me-staff-http");
  assert.deepEqual([answer.statusCode, JSON.parse(answer.body).code], [403, "not_for_child"]);
});
