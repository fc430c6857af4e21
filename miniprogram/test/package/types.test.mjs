// What index.d.ts says beside what the compiler sees in test/types.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMITTED } from '../../build.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('every code of docs/api.md is a ServiceCode, and no other', async () => {
  const [, table] = (await readFile(root + '../docs/api.md', 'utf8')).split(/^\| Code .*$/m);
  const documented = [...table.split('\n\n')[0].matchAll(/^\| `(\w+)` /gm)].map(([, code]) => code);
  const [, union] = /type ServiceCode =([^;]*);/.exec(await readFile(root + 'index.d.ts', 'utf8'));
  assert.ok(documented.length > 15);
  assert.deepEqual([...union.matchAll(/'(\w+)'/g)].map(([, code]) => code).sort(), documented.sort());
});

test('the copied file has types once index.d.ts lies beside it, as README says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wxsession-types-'));
  try {
    await copyFile(root + COMMITTED, join(folder, 'wxsession.js'));
    await copyFile(root + 'index.d.ts', join(folder, 'wxsession.d.ts'));
    await writeFile(join(folder, 'app.ts'), "import { createSession } from './wxsession';\nexport const id: string | undefined = createSession({ baseUrl: 'https://a.example' }).current()?.user.id;\n");
    const tsc = () => execFileSync(root + 'node_modules/.bin/tsc', ['--ignoreConfig', '--noEmit', '--strict', '--types', '', '--module', 'commonjs', 'app.ts'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    tsc();
    await rm(join(folder, 'wxsession.d.ts'));
    assert.throws(tsc, ({ stdout }) => /TS7016/.test(stdout));
    for (const name of ['README.md', 'README.zh-CN.md']) assert.match(await readFile(root + name, 'utf8'), /`miniprogram\/index\.d\.ts`.*`wxsession\.d\.ts`/s, name);
  } finally {
    await rm(folder, { recursive: true });
  }
});
