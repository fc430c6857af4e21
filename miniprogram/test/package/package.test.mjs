import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { runInNewContext } from 'node:vm';
import { parse } from 'acorn';
import { outputs } from '../../build.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(await readFile(root + 'package.json', 'utf8'));
const LIMIT = 4096;

test('the minified library is at most 4 KiB gzipped', async () => {
  const bytes = gzipSync(await readFile(root + 'dist/wxsession.min.js'), { level: 9 }).length;
  assert.ok(bytes <= LIMIT, `${bytes} bytes`);
  assert.ok(bytes > 1024, 'suspiciously small: was everything bundled?');
});

test('the committed builds are what src/ gives', async () => {
  for (const [path, text] of Object.entries(await outputs())) {
    assert.equal(await readFile(root + path, 'utf8'), text, `${path}: run \`npm run build\``);
  }
});

test('every build offers createSession and needs nothing but wx', async () => {
  const wx = { getStorageSync: () => '', setStorageSync() {} };
  for (const path of ['miniprogram_dist/index.js', 'dist/wxsession.min.js', 'demo/lib/wxsession.js']) {
    const module = { exports: {} };
    // A Mini Program has no window, no process, no URL and no fetch.
    runInNewContext(await readFile(root + path, 'utf8'), { module, exports: module.exports, wx });
    assert.equal(module.exports.createSession({ baseUrl: 'https://a.example' }).current(), null, path);
  }
  const page = { wx };
  runInNewContext(await readFile(root + 'dist/wxsession.global.js', 'utf8') + ';globalThis.made = wxsession;', page);
  assert.equal(page.made.createSession({ baseUrl: 'https://a.example' }).current(), null);
  const { createSession } = await import('../../dist/wxsession.mjs');
  assert.equal(createSession({ baseUrl: 'https://a.example', wx }).current(), null);
});

test('the builds use no syntax newer than ES2018', async () => {
  for (const [path, text] of Object.entries(await outputs())) {
    if (!/\.m?js$/.test(path)) continue;
    parse(text, { ecmaVersion: 2018, sourceType: path.endsWith('.mjs') ? 'module' : 'script' });
  }
  assert.throws(() => parse('a?.b', { ecmaVersion: 2018 }));
});

test('the README files give the size as it is', async () => {
  const size = (gzipSync(await readFile(root + 'dist/wxsession.min.js'), { level: 9 }).length / 1024).toFixed(1) + ' KiB';
  for (const name of ['README.md', 'README.zh-CN.md']) assert.ok((await readFile(root + name, 'utf8')).includes(size), `${name}: ${size}`);
});

test('the package has no run-time dependencies and names its Mini Program folder', () => {
  assert.deepEqual([manifest.dependencies, manifest.peerDependencies, manifest.private], [undefined, undefined, false]);
  assert.deepEqual([manifest.miniprogram, manifest.main], ['miniprogram_dist', 'miniprogram_dist/index.js']);
});

test('the packed package installs and loads by its name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wxsession-'));
  try {
    const [{ filename, files }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }));
    const names = files.map(({ path }) => path);
    for (const path of [manifest.main, manifest.module, manifest.types, 'README.md', 'README.zh-CN.md']) {
      assert.ok(names.includes(path), `${path} is not in the package`);
    }
    assert.deepEqual(names.filter((path) => /^(src|test|demo|node_modules)\//.test(path)), []);
    await writeFile(join(folder, 'package.json'), '{"private":true}');
    execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', './' + filename], { cwd: folder, stdio: 'pipe' });
    const script = 'console.log(typeof require("wxsession-miniprogram").createSession)';
    assert.equal(execFileSync('node', ['-e', script], { cwd: folder, encoding: 'utf8' }).trim(), 'function');
  } finally {
    await rm(folder, { recursive: true });
  }
});
