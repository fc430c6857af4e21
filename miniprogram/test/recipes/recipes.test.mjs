// The recipes, bundled with the package as it is built and run against the fake service.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { FakeService, FakeWx, problem } from '../fake.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs one file of recipes/ with `wx` under the name that its framework has for it. */
async function load(path, globals) {
  const result = await build({
    absWorkingDir: root, entryPoints: [`recipes/${path}`], bundle: true, write: false, format: 'cjs', target: 'es2018', platform: 'browser',
    alias: { 'wxsession-miniprogram': root + 'dist/wxsession.mjs' }, external: ['@tarojs/taro'], logLevel: 'silent'
  });
  const module = { exports: {} };
  const plain = { console, setTimeout, clearTimeout, URL, URLSearchParams, AbortController, FormData, Blob, TextEncoder, queueMicrotask };
  runInContext(result.outputFiles[0].text, createContext({ module, exports: module.exports, ...plain, ...globals }));
  return module.exports;
}

function phone() {
  const service = new FakeService();
  const route = service.route.bind(service);
  service.route = (call) => {
    const response = route(call);
    if (response.statusCode === 200 && call.path === '/orders') response.data = { orders: [{ id: 'first' }] };
    return response;
  };
  const wx = new FakeWx(service);
  // Frameworks call wx's functions without it.
  for (const name of ['login', 'request', 'uploadFile', 'downloadFile', 'getStorageSync', 'setStorageSync', 'getAccountInfoSync', 'connectSocket', 'checkSession']) wx[name] = wx[name].bind(wx);
  return { service, wx };
}

async function native() {
  const { service, wx } = phone();
  const went = [];
  Object.assign(wx, { reLaunch: ({ url }) => went.push(url), showModal: async () => ({ confirm: true }) });
  let app;
  let page;
  await load('native/app.js', { wx, App: (options) => (app = options) });
  await load('native/orders.js', {
    wx, getApp: () => app, Page: (options) => (page = { ...options, setData: (changes) => Object.assign(page.data, changes) })
  });
  app.onLaunch();
  app.onShow();
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { service, wx, app, page, went };
}

test('native: the first launch registers nobody, the first page logs in', async () => {
  const { service, wx, page } = await native();
  assert.deepEqual([wx.logins, service.users.size], [0, 0]);
  await page.onLoad();
  assert.deepEqual([JSON.stringify(page.data.orders), wx.logins], ['[{"id":"first"}]', 1]);
});

test('native: a busy service is said with its wait; leaving the page aborts; a deletion stays', async () => {
  const { service, wx, page, went } = await native();
  await page.onLoad();
  service.inject(({ path }) => path === '/orders', () => problem(503, 'store_unavailable', { 'Retry-After': '3' }), 1);
  await page.onLoad();
  assert.equal(page.data.error, '请 3 秒后再试');
  page.data.error = '';
  const loading = page.onLoad();
  page.onUnload();
  await loading;
  assert.equal(page.data.error, '');
  await page.onDeleteAccount();
  assert.deepEqual([service.users.size, went, wx.storedToken()], [0, ['/pages/index/index'], undefined]);
  await page.onLoad();
  assert.deepEqual([service.users.size, wx.logins], [0, 1], 'nobody registered the user again');
});

test('native: a deletion on another phone, and a refused login', async () => {
  const deleted = await native();
  await deleted.page.onLoad();
  deleted.service.endAll('deleted');
  await deleted.page.onLoad();
  assert.deepEqual([deleted.wx.logins, deleted.wx.storedToken()], [1, undefined]);
  const blocked = await native();
  await blocked.page.onLoad();
  blocked.service.endAll('blocked');
  blocked.service.inject(({ path }) => path === '/login', () => problem(403, 'user_blocked'));
  await blocked.page.onLoad();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(blocked.went, ['/pages/refused/refused']);
});

test('uni-app: `uni` is the wx', async () => {
  const { service, wx } = phone();
  const { orders, keep } = await load('uni-app/session.ts', { uni: wx });
  assert.equal(await keep(), null);
  assert.equal((await orders())[0].id, 'first');
  service.endAll();
  assert.equal((await orders())[0].id, 'first');
  assert.equal(wx.logins, 2);
});

test('Taro: its calls also return promises, and none of their rejections is left unheard', async () => {
  const { service, wx } = phone();
  const unheard = [];
  const note = (error) => unheard.push(error);
  process.on('unhandledRejection', note);
  const toasts = [];
  const Taro = { ...wx, showToast: async ({ title }) => toasts.push(title) };
  for (const name of ['login', 'request']) {
    Taro[name] = (options) => {
      let task;
      const promise = new Promise((resolve, reject) => {
        task = wx[name]({
          ...options,
          success: (result) => (options.success(result), resolve(result)),
          fail: (error) => (options.fail(error), reject(error))
        });
      });
      return Object.assign(promise, task);
    };
  }
  const { orders, show } = await load('taro/session.ts', { require: () => ({ default: Taro, __esModule: true }) });
  assert.equal((await orders()).data.orders[0].id, 'first');
  service.inject(({ path }) => path === '/orders', () => ({ fails: { errMsg: 'request:fail timeout' } }), 1);
  await orders().catch(show);
  const aborted = orders();
  aborted.abort();
  await aborted.catch(show);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', note);
  assert.deepEqual([toasts, unheard], [['加载失败'], []]);
});

test('axios keeps its own responses and errors, with the session behind them', async () => {
  const { service, wx } = phone();
  const { client, adapter } = await load('axios/client.ts', { wx });
  const http = client(adapter);
  assert.equal((await http.get('/orders')).data.orders[0].id, 'first');
  service.endAll();
  assert.equal((await http.get('orders')).status, 200);
  assert.equal(wx.logins, 2);
  service.inject(({ path }) => path === '/orders', () => problem(503, 'store_unavailable'), 1);
  const error = await http.get('/orders').then(() => undefined, (each) => each);
  assert.deepEqual([error.isAxiosError, error.response.status, wx.logins], [true, 503, 2]);
});

test('luch-request keeps its own responses and errors, with the session behind them', async () => {
  const { service, wx } = phone();
  // luch-request waits for `complete`, as uni calls it.
  const uni = { ...wx, request: (options) => wx.request({ ...options, success: (result) => (options.complete || options.success)(result), fail: (error) => (options.complete || options.fail)(error) }) };
  const { request } = await load('luch-request/http.ts', { uni });
  assert.equal((await request({ url: '/orders', method: 'GET' })).data.orders[0].id, 'first');
  service.endAll();
  assert.equal((await request({ url: '/orders', method: 'GET' })).statusCode, 200);
  assert.equal(wx.logins, 2);
  service.inject(({ path }) => path === '/orders', () => problem(503, 'store_unavailable'), 1);
  const error = await request({ url: '/orders', method: 'GET' }).then(() => undefined, (each) => each);
  assert.deepEqual([error.statusCode, wx.logins], [503, 2]);
});
