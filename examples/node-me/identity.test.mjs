// node --test
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { identityIn, identityOf } from "./identity.mjs";

const CASES = JSON.parse(readFileSync(new URL("events/cases.json", import.meta.url), "utf8"));

test("reads what is an identity, and nothing else, as every reader does", () => {
  assert.ok(CASES.length > 60);
  for (const { what, authorizer, identity } of CASES) assert.deepEqual(identityIn(authorizer), identity, what);
});

test("reads it where each kind of API puts it", () => {
  const { authorizer, identity } = CASES[0];
  assert.deepEqual(identityOf({ requestContext: { authorizer } }), identity);
  assert.deepEqual(identityOf({ requestContext: { authorizer: { lambda: authorizer } } }), identity);
  for (const event of [{}, null, undefined, "x", { requestContext: null }, { headers: authorizer, body: authorizer }]) {
    assert.equal(identityOf(event), null);
  }
});

test("a claim cannot reach what every object has", () => {
  const identity = identityIn({ ...CASES[0].authorizer, claim_constructor: "x" });
  assert.equal(identity.claims.constructor, "x");
  assert.equal(identityIn({ ...CASES[0].authorizer, claim___proto__: "x" }), null);
});
