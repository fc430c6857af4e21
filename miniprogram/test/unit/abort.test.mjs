import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../fake.mjs';
import { paths, signedIn, start } from './start.mjs';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('abort() ends a request under way, at wx too', async () => {
  const { service, wx, orders } = await signedIn();
  service.slow['GET /orders'] = 5;
  let aborted = 0;
  const { request } = wx;
  wx.request = (options) => {
    const task = request.call(wx, options);
    return { ...task, abort: () => (aborted++, task.abort()) };
  };
  const heard = [];
  const promise = orders({ fail: ({ code }) => heard.push(code), complete: () => heard.push('complete') });
  while (!service.log.length) await turn();
  promise.abort();
  promise.abort();
  assert.equal((await settle(promise)).error.code, 'aborted');
  await turn();
  assert.deepEqual([aborted, heard], [1, ['aborted', 'complete']]);
});

test('abort() works while a login is awaited: the request never goes out, the login does', async () => {
  const { service, wx, orders } = start();
  service.slow['POST /login'] = 5;
  const promise = orders();
  const other = orders();
  while (!service.log.length) await turn();
  promise.abort();
  assert.equal((await settle(promise)).error.code, 'aborted');
  await other;
  assert.deepEqual([paths(service), wx.logins], [['POST /login', 'GET /orders'], 1]);
});

test('abort() between a 401 and the replay stops the replay', async () => {
  const { service, orders } = await signedIn();
  service.endAll();
  const promise = orders();
  while (!service.count('POST', '/login')) await turn();
  promise.abort();
  assert.equal((await settle(promise)).error.code, 'aborted');
  for (let count = 0; count < 5; count++) await turn();
  assert.deepEqual(paths(service), ['GET /orders', 'GET /session', 'POST /login']);
});

test('a signal aborts like abort(), and one that is aborted already sends nothing', async () => {
  const { session, service } = await signedIn();
  for (const api of ['request', 'uploadFile', 'downloadFile', 'connectSocket']) {
    const { error } = await settle(session[api]({ url: '/orders', filePath: 'a', name: 'b', signal: AbortSignal.abort() }));
    assert.equal(error.code, 'aborted', api);
  }
  assert.deepEqual(paths(service), []);
  service.slow['GET /orders'] = 5;
  const controller = new AbortController();
  const sent = [];
  const promise = session.request({ url: '/orders', signal: controller.signal, onTask: (task) => sent.push(task) });
  while (!service.log.length) await turn();
  controller.abort();
  assert.equal((await settle(promise)).error.code, 'aborted');
  assert.deepEqual([sent.length, Object.keys(service.log[0].header)], [1, ['Authorization']]);
});

test('a signal is let go when the call is over, and abort() after the end changes nothing', async () => {
  const { orders } = await signedIn();
  const listeners = new Set();
  const signal = {
    aborted: false, addEventListener: (_, listener) => listeners.add(listener), removeEventListener: (_, listener) => listeners.delete(listener)
  };
  const promise = orders({ signal });
  assert.equal(listeners.size, 1);
  await promise;
  assert.equal(listeners.size, 0);
  promise.abort();
  assert.equal((await promise).statusCode, 200);
});
