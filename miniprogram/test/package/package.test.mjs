import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createContext, runInContext, runInNewContext } from 'node:vm';
import { parse } from 'acorn';
import { publint } from 'publint';
import { COMMITTED, LANGUAGE, outputs } from '../../build.mjs';
import { FakeService, FakeWx } from '../fake.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(await readFile(root + 'package.json', 'utf8'));
// 6 KiB held everything but the other spelling of a signed payment, an origin as a browser spells it, and a fragment that
// holds something already: half a KiB for what web-views and payments need. Half a KiB more for a storage that cannot be read or
// written: a sign-out must outlive it, or say that it does not.
const LIMIT = 7168;
// Readable, with its comments: whoever copies it can see what it does, and a bundler takes them out.
const PAGE_LIMIT = 6144;

let folder, tarball, files;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wxsession-'));
  const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));
  tarball = packed.filename;
  files = packed.files.map(({ path }) => path);
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', './' + tarball], { cwd: folder, stdio: 'pipe' });
});
after(() => rm(folder, { recursive: true }));

const sizeOf = async (path) => gzipSync(await readFile(root + path), { level: 9 }).length;

test('the file that people copy is minified and at most 7 KiB gzipped', async () => {
  const bytes = await sizeOf(COMMITTED);
  assert.ok(bytes <= LIMIT, `${bytes} bytes`);
  assert.ok(bytes > 2048, 'suspiciously small: was everything bundled?');
  assert.equal((await readFile(root + COMMITTED, 'utf8')).trim().split('\n').length, 2, 'the banner and one line');
});

test('the file that a page copies is small, of one piece, and of syntax that every web-view of WeChat knows', async () => {
  const text = await readFile(root + 'browser/wxsession-page.js', 'utf8');
  const bytes = await sizeOf('browser/wxsession-page.js');
  assert.ok(bytes <= PAGE_LIMIT, `${bytes} bytes`);
  assert.doesNotMatch(text, /^import |\bimport\((?!'\.\/wxsession-page')/m);
  parse(text, { ecmaVersion: LANGUAGE, sourceType: 'module' });
});

test('what stands first in the page\'s head is a classic script, and hardly anything to wait for', async () => {
  parse(await readFile(root + 'browser/wxsession-ticket.js', 'utf8'), { ecmaVersion: LANGUAGE, sourceType: 'script' });
  assert.ok(await sizeOf('browser/wxsession-ticket.js') <= 1024);
});

test('the committed build is what src/ gives', async () => {
  assert.equal(await readFile(root + COMMITTED, 'utf8'), (await outputs())[COMMITTED], 'run `npm run build`');
});

test('every build offers its two names and needs nothing but wx', async () => {
  const wx = new FakeWx(new FakeService());
  const made = await outputs();
  for (const path of ['miniprogram_dist/index.js', 'dist/wxsession.min.js', COMMITTED]) {
    const module = { exports: {} };
    // A Mini Program has no window, no process, no URL and no fetch.
    runInNewContext(made[path], { module, exports: module.exports, wx });
    assert.deepEqual(Object.keys(module.exports).sort(), ['createSession', 'isSessionError'], path);
    assert.equal(module.exports.createSession({ baseUrl: 'https://a.example' }).current(), null, path);
  }
  const page = { wx };
  runInNewContext(made['dist/wxsession.global.js'] + ';globalThis.made = wxsession;', page);
  assert.equal(page.made.createSession({ baseUrl: 'https://a.example' }).current(), null);
});

test(`the builds use no syntax newer than ES${LANGUAGE}`, async () => {
  for (const [path, text] of Object.entries(await outputs())) {
    if (!/\.m?js$/.test(path)) continue;
    parse(text, { ecmaVersion: LANGUAGE, sourceType: path.endsWith('.mjs') ? 'module' : 'script' });
  }
  assert.throws(() => parse('({ ...a })', { ecmaVersion: LANGUAGE }));
});

// What base library 2.2.2 with a JavaScript engine of 2017 does not have yet.
const NEWER = [
  'delete Promise.prototype.finally', 'delete Promise.allSettled', 'delete Promise.any', 'delete Object.fromEntries', 'delete Object.hasOwn',
  'delete Array.prototype.flat', 'delete Array.prototype.flatMap', 'delete Array.prototype.at', 'delete String.prototype.matchAll',
  'delete String.prototype.replaceAll', 'delete String.prototype.trimEnd', 'delete globalThis.globalThis'
];

test('the oldest base library that README names is enough: a session from login to logout', async () => {
  const service = new FakeService();
  const wx = new FakeWx(service);
  for (const name of ['getDeviceInfo', 'getAppBaseInfo', 'requestVirtualPayment', 'checkSession']) wx[name] = undefined;
  const module = { exports: {} };
  const old = createContext({ module, wx, setTimeout, clearTimeout });
  runInContext(NEWER.join(';'), old);
  runInContext(await readFile(root + COMMITTED, 'utf8'), old);
  const session = module.exports.createSession({ baseUrl: wx.base });
  await session.request('/orders');
  service.endAll();
  await session.request('/orders');
  await session.connectSocket('/ws');
  await session.check({ force: true });
  await session.logout();
  assert.deepEqual([wx.logins, service.live.size], [2, 0]);
  for (const name of ['README.md', 'README.zh-CN.md']) assert.match(await readFile(root + name, 'utf8'), /2\.2\.2.*ES2017|ES2017.*2\.2\.2/s, name);
});

test('the README files give the size as it is', async () => {
  const size = (await sizeOf(COMMITTED) / 1024).toFixed(1) + ' KiB';
  for (const name of ['README.md', 'README.zh-CN.md']) assert.ok((await readFile(root + name, 'utf8')).includes(size), `${name}: ${size}`);
});

test('the manifest keeps nobody from installing it, and names its Mini Program folder', () => {
  const { dependencies, peerDependencies, engines, sideEffects, miniprogram } = manifest;
  // The oldest Node that reads "exports": builds of uni-app and Taro run on whatever their team has.
  assert.deepEqual({ dependencies, peerDependencies, engines, sideEffects, miniprogram }, {
    dependencies: undefined, peerDependencies: undefined, engines: { node: '>=12.20' }, sideEffects: false, miniprogram: 'miniprogram_dist'
  });
});

test('the package holds what it names, the licences, and nothing of the workshop', () => {
  for (const path of ['miniprogram_dist/index.js', 'miniprogram_dist/index.d.ts', 'dist/wxsession.mjs', 'dist/wxsession.d.mts', 'dist/wxsession.min.js',
    'dist/wxsession.global.js', 'dist/page.js', 'dist/page.d.ts', 'browser/wxsession-page.js', 'browser/wxsession-page.d.ts', 'browser/wxsession-ticket.js', 'browser/package.json', 'LICENSE-MIT', 'LICENSE-APACHE', 'README.md', 'README.zh-CN.md', 'package.json']) {
    assert.ok(files.includes(path), `${path} is not in the package`);
  }
  assert.equal(files.length, 17, files.join());
});

test('the packed package loads by its name: require, named imports, types', async () => {
  const run = (...argv) => execFileSync('node', argv, { cwd: folder, encoding: 'utf8' }).trim();
  assert.equal(run('-e', 'const { createSession, isSessionError } = require("wxsession-miniprogram"); console.log(typeof createSession, typeof isSessionError)'), 'function function');
  const script = 'import { createSession, isSessionError } from "wxsession-miniprogram"; console.log(typeof createSession, typeof isSessionError)';
  assert.equal(run('--input-type=module', '-e', script), 'function function');
  assert.equal(run('-e', 'console.log(Object.keys(require("wxsession-miniprogram/browser")).join())'), 'createPageSession');
  assert.equal(run('--input-type=module', '-e', 'import * as page from "wxsession-miniprogram/browser"; console.log(Object.keys(page).join())'), 'createPageSession');
  const { createSession } = createRequire(join(folder, 'x.js'))('wxsession-miniprogram');
  assert.equal(createSession({ baseUrl: 'https://a.example', wx: new FakeWx(new FakeService()) }).current(), null);
  await writeFile(join(folder, 'use.ts'), [
    'import { createSession, isSessionError, type SessionInfo } from "wxsession-miniprogram";',
    'import { createPageSession, type PageSession } from "wxsession-miniprogram/browser";',
    'const info: SessionInfo | null = createSession({ baseUrl: "https://a.example" }).current();',
    'export const is: boolean = isSessionError(info);',
    'export const page: PageSession = createPageSession({ baseUrl: "https://a.example" });'
  ].join('\n'));
  for (const [module, resolution] of [['esnext', 'bundler'], ['nodenext', 'nodenext']]) {
    execFileSync(root + 'node_modules/.bin/tsc', ['--ignoreConfig', '--noEmit', '--strict', '--module', module, '--moduleResolution', resolution, '--types', '', 'use.ts'], { cwd: folder, stdio: 'pipe' });
  }
});

test('publint finds nothing', async () => {
  const { messages } = await publint({ pkgDir: root, strict: true });
  assert.deepEqual(messages, []);
});

test('arethetypeswrong finds nothing', () => {
  const said = execFileSync(root + 'node_modules/.bin/attw', [join(folder, tarball), '--format', 'json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  assert.deepEqual(JSON.parse(said).problems, {});
});

test('every link of the README files works where npm shows them: in the package, or absolute', async () => {
  for (const name of ['README.md', 'README.zh-CN.md']) {
    const links = [...(await readFile(root + name, 'utf8')).matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
    assert.ok(links.length);
    for (const link of links) assert.ok(/^https:\/\//.test(link) || files.includes(link.replace(/#.*/, '')), `${name}: ${link}`);
  }
});
