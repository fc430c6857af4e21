import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, problem, settle } from '../fake.mjs';
import { createSession, is, paths, signedIn, start } from './start.mjs';

test('an ended session is replaced silently and the request is sent once more', async () => {
  const { service, wx, orders, events } = await signedIn();
  service.endAll();
  const { data } = await orders();
  assert.deepEqual(data, { path: '/orders' });
  assert.deepEqual(paths(service), ['GET /orders', 'GET /session', 'POST /login', 'GET /orders']);
  assert.equal(wx.logins, 1);
  assert.deepEqual(events, ['signed-in s1', 'signed-in s2']);
});

test('ten requests that meet an ended session cause one login', async () => {
  const { service, wx, orders } = await signedIn();
  service.endAll();
  service.straggle = true;
  await Promise.all(Array.from({ length: 10 }, () => orders()));
  assert.equal(wx.logins, 1);
  assert.equal(service.count('GET', '/orders'), 20);
});

/** A service that ends each session at its first request. */
const endsEach = (service) => service.inject(is('/orders'), ({ token }) => {
  service.end(token);
  return problem(401, 'session_invalid');
});

test('a second 401 is handed on with the code of the service', async () => {
  const { service, orders } = await signedIn();
  endsEach(service);
  const { error } = await settle(orders());
  assert.deepEqual([error.name, error.code, error.status], ['SessionError', 'session_invalid', 401]);
  assert.equal(service.count('GET', '/orders'), 2);
});

test('when fresh tokens are refused too, logging in stops after two', async () => {
  const { service, wx, orders } = await signedIn();
  endsEach(service);
  for (let round = 0; round < 5; round++) await settle(orders());
  assert.equal(wx.logins, 2);
  const { error } = await settle(orders());
  assert.equal(error.code, 'session_invalid');
  assert.ok(error.retryAfter > 0 && error.retryAfter <= 60);
});

const keeps = [
  ['429 with its wait', () => problem(429, 'rate_limited', { 'retry-after': '7' }), { code: 'rate_limited', status: 429, retryAfter: 7 }],
  ['503 in any header case', () => problem(503, 'store_unavailable', { 'RETRY-AFTER': '2' }), { code: 'store_unavailable', status: 503, retryAfter: 2 }],
  ['500 without a code', () => answer(500, { message: 'Internal server error' }), { code: 'http_500', status: 500, retryAfter: undefined }],
  ['504 of a proxy', () => answer(504, '<html>'), { code: 'http_504', status: 504, retryAfter: undefined }],
  ['timeout', () => ({ fails: { errMsg: 'request:fail timeout' } }), { code: 'timeout', status: undefined, retryAfter: undefined }],
  ['offline', () => ({ fails: { errMsg: 'request:fail net::ERR_INTERNET_DISCONNECTED' } }), { code: 'network', status: undefined, retryAfter: undefined }],
  ['abort', () => ({ fails: { errMsg: 'request:fail abort' } }), { code: 'aborted', status: undefined, retryAfter: undefined }],
  ['stale session_key', () => problem(409, 'session_key_stale'), { code: 'session_key_stale', status: 409, retryAfter: undefined }]
];
for (const [name, what, expected] of keeps) {
  test(`${name}: token kept, error handed on, nothing else sent`, async () => {
    const { service, wx, orders, token, events } = await signedIn();
    service.inject(is('/orders'), what);
    const { error } = await settle(orders());
    const { code, status, retryAfter } = error;
    assert.deepEqual({ code, status, retryAfter }, expected);
    assert.equal(wx.storedToken(), token);
    assert.deepEqual(paths(service), ['GET /orders']);
    assert.deepEqual(events, ['signed-in s1']);
  });
}

test('Retry-After as a date is measured against the Date of the same answer', async () => {
  const { service, orders } = await signedIn();
  const header = { Date: 'Tue, 01 Jan 2030 00:00:00 GMT', 'Retry-After': 'Tue, 01 Jan 2030 00:00:09 GMT' };
  service.inject(is('/orders'), () => problem(503, 'store_unavailable', header));
  assert.equal((await settle(orders())).error.retryAfter, 9);
});

test('the code is found in parsed, textual and binary bodies', async () => {
  const { service, orders } = await signedIn();
  const json = JSON.stringify({ code: 'not_found' });
  for (const body of [{ code: 'not_found' }, json, new TextEncoder().encode(json).buffer]) {
    service.faults.length = 0;
    service.inject(is('/orders'), () => answer(404, body));
    assert.equal((await settle(orders())).error.code, 'not_found');
  }
});

test('a gateway 403 while the session is alive is the business saying no', async () => {
  const { service, wx, orders, token } = await signedIn();
  service.inject(is('/orders'), () => answer(403, { message: 'Forbidden' }));
  const outcomes = await Promise.all([settle(orders()), settle(orders()), settle(orders())]);
  assert.deepEqual(outcomes.map(({ error }) => error.code), ['http_403', 'http_403', 'http_403']);
  assert.equal(service.count('GET', '/session'), 1, 'they share one question');
  assert.equal(wx.storedToken(), token);
});

test('a gateway 403 for an ended session leads to a login', async () => {
  const { service, wx, orders } = await signedIn();
  service.endAll();
  service.inject((call) => call.path === '/orders' && !service.live.has(call.token), () => answer(403, { message: 'Forbidden' }));
  await orders();
  assert.deepEqual(paths(service), ['GET /orders', 'GET /session', 'POST /login', 'GET /orders']);
  assert.equal(wx.logins, 1);
});

test('a gateway 403 that nobody can explain now is an error to retry, not a logout', async () => {
  const { service, wx, orders, token } = await signedIn();
  service.inject(is('/orders'), () => answer(403, { message: 'Forbidden' }));
  service.inject(is('/session'), () => problem(503, 'store_unavailable', { 'retry-after': '1' }));
  const { error } = await settle(orders());
  assert.deepEqual([error.code, error.retryAfter], ['store_unavailable', 1]);
  assert.equal(wx.storedToken(), token);
});

test('a 403 of the business function is not asked about', async () => {
  const { service, orders } = await signedIn();
  service.inject(is('/orders'), () => problem(403, 'wrong_app'));
  assert.equal((await settle(orders())).error.code, 'wrong_app');
  assert.deepEqual(paths(service), ['GET /orders']);
});

test('options reach wx as they are, and the object of the app is not changed', async () => {
  const { session, service, wx } = await signedIn();
  const given = [];
  const { request } = wx;
  wx.request = (options) => given.push(options) && request.call(wx, options);
  const options = Object.freeze({
    url: 'orders', method: 'PUT', data: { a: 1 }, timeout: 5, enableHttp2: true, header: Object.freeze({ 'X-Trace': 't' })
  });
  await session.request(options);
  const { url, method, data, timeout, enableHttp2, header } = given[0];
  assert.deepEqual({ url, method, data, timeout, enableHttp2, header }, {
    url: 'https://api.example.com/orders', method: 'PUT', data: { a: 1 }, timeout: 5, enableHttp2: true,
    header: { 'X-Trace': 't', Authorization: 'Bearer wxs_1' }
  });
  assert.equal(service.log.length, 1);
});

test('success, fail and complete work as in wx', async () => {
  const { service, orders } = await signedIn();
  const calls = [];
  const callbacks = {
    success: ({ statusCode }) => calls.push('success ' + statusCode),
    fail: ({ errMsg }) => calls.push('fail ' + errMsg),
    complete: () => calls.push('complete')
  };
  await orders(callbacks);
  service.inject(is('/orders'), () => answer(500, ''));
  await settle(orders(callbacks));
  assert.deepEqual(calls, ['success 200', 'complete', 'fail wxsession:fail http_500', 'complete']);
});

test('with callbacks, a failure is not an unhandled rejection', async () => {
  const { service, orders } = await signedIn();
  service.inject(is('/orders'), () => answer(500, ''));
  await new Promise((resolve) => orders({ success: () => {}, complete: resolve }));
  await new Promise((resolve) => setImmediate(resolve));
});

test('onTask gets the task of each try', async () => {
  const { service, orders } = await signedIn();
  service.endAll();
  const tasks = [];
  await orders({ onTask: (task) => tasks.push(task) });
  assert.equal(tasks.length, 2);
  const { error } = await settle(orders({ onTask: (task) => task.abort() }));
  assert.equal(error.code, 'aborted');
});

test('a wx that throws gives an error like any other', async () => {
  const { wx, orders } = await signedIn();
  wx.request = () => {
    throw new TypeError('parameter error');
  };
  const { error } = await settle(orders());
  assert.deepEqual([error.code, error.errMsg], ['network', 'parameter error']);
});

test('uploadFile is replayed too, although wx never parses its answers', async () => {
  const { session, service } = await signedIn();
  service.endAll();
  const { data } = await session.uploadFile({ url: '/photos', filePath: 'wxfile://a', name: 'photo' });
  assert.deepEqual(JSON.parse(data), { path: '/photos' });
  assert.deepEqual(paths(service), ['POST /photos', 'GET /session', 'POST /login', 'POST /photos']);
});

test('uploadFile with a textual status, as some base libraries give it, is understood', async () => {
  const { session, service, wx } = await signedIn();
  const { uploadFile } = wx;
  wx.uploadFile = (options) => uploadFile.call(wx, {
    ...options, success: (result) => options.success({ ...result, statusCode: String(result.statusCode) })
  });
  service.endAll();
  await session.uploadFile({ url: '/photos', filePath: 'wxfile://a', name: 'photo' });
  assert.deepEqual(paths(service), ['POST /photos', 'GET /session', 'POST /login', 'POST /photos']);
});

test('downloadFile, whose error body nobody can see, asks GET /session', async () => {
  const { session, service } = await signedIn();
  service.endAll();
  const { tempFilePath } = await session.downloadFile({ url: '/invoice.pdf' });
  assert.equal(tempFilePath, 'wxfile://tmp');
  assert.deepEqual(paths(service), ['GET /invoice.pdf', 'GET /session', 'POST /login', 'GET /invoice.pdf']);
});

test('a base URL that is none is refused at once', () => {
  const { wx } = start();
  for (const baseUrl of ['api.example.com', 'ftp://a', 'https://user@a', 'https://a?b', 'https://a#b', '']) {
    assert.throws(() => createSession({ baseUrl, wx }), /baseUrl must be/, baseUrl);
  }
});
