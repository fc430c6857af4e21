import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { mutants, original } from './mutants.mjs';
import { run, scenarios } from './table.mjs';

const all = scenarios();
const shipped = createRequire(import.meta.url)('../../demo/lib/wxsession.js');

test('there are at least 804 different fault scenarios', () => {
  assert.ok(new Set(all.map(({ name }) => name)).size >= 804);
});

for (const [which, library] of [['src/', await original()], ['the file that people copy', shipped]]) {
  test(`no false logout and no loop in ${all.length} fault scenarios: ${which}`, async () => {
    const wrong = [];
    for (const scenario of all) {
      for (const what of await run(library, scenario)) wrong.push(`${scenario.name}: ${what}`);
    }
    assert.deepEqual(wrong, []);
  });
}

for (const mutant of mutants) {
  test(`the same scenarios catch a client in which ${mutant.name}`, async () => {
    const library = await mutant.load();
    let scenario = 0;
    let wrong = [];
    while (scenario < all.length && !wrong.some((what) => mutant.caughtAs.test(what))) {
      wrong = await run(library, all[scenario++]);
    }
    assert.match(wrong.join('\n'), mutant.caughtAs);
  });
}
