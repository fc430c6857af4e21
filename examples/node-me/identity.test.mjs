// node --test
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { identityIn, identityOf } from "./identity.mjs";

const TABLE = JSON.parse(readFileSync(new URL("events/cases.json", import.meta.url), "utf8"));
const [FIRST] = TABLE.cases;

// What the table says: of whole identities, of the first one with other names in it, and with one name that spoils it.
const CASES = [
  ...TABLE.cases,
  ...TABLE.changed.map(({ what, with: change, gives }) => {
    return { what, authorizer: { ...FIRST.authorizer, ...change }, identity: gives && { ...FIRST.identity, ...gives } };
  }),
  ...Object.entries(TABLE.refused).flatMap(([name, values]) =>
    values.map((value) => {
      return { what: JSON.stringify({ [name]: value }), authorizer: { ...FIRST.authorizer, [name]: value }, identity: null };
    }),
  ),
];

test("reads what is an identity, and nothing else, as every reader does", () => {
  assert.ok(CASES.length > 350);
  for (const { what, authorizer, identity } of CASES) assert.deepEqual(identityIn(authorizer), identity, what);
});

test("reads it where each kind of API puts it", () => {
  const { authorizer, identity } = FIRST;
  assert.deepEqual(identityOf({ requestContext: { authorizer } }), identity);
  assert.deepEqual(identityOf({ requestContext: { authorizer: { lambda: authorizer } } }), identity);
  for (const event of [{}, null, undefined, "x", { requestContext: null }, { headers: authorizer, body: authorizer }]) {
    assert.equal(identityOf(event), null);
  }
});

test("a claim cannot reach what every object has", () => {
  const identity = identityIn({ ...FIRST.authorizer, claim_constructor: "x" });
  assert.equal(identity.claims.constructor, "x");
  assert.equal(identityIn({ ...FIRST.authorizer, claim___proto__: "x" }), null);
});
