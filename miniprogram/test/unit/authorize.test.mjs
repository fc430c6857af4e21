// Apps that keep their own request layer: wx by hand, uni-app, axios with an adapter, luch-request.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import axios from 'axios';
import { answer, problem, settle } from '../fake.mjs';
import { is, paths, signedIn, start } from './start.mjs';

const promised = (wx, options) => new Promise((success, fail) => wx.request({ ...options, success, fail }));

/** Each layer: sends one request through the session, gives its outcome. */
const layers = {
  'wx as a promise': (session, wx) => session.authorize({ url: '/orders' }, (options) => promised(wx, options)),
  'uni-app for Vue 2, which resolves with [error, response]': (session, wx) => session.authorize({ url: '/orders' }, (options) => (
    promised(wx, options).then((response) => [null, response], (error) => [error]))),
  'a layer that rejects with the response': (session, wx) => session.authorize({ url: '/orders' }, async (options) => {
    const response = await promised(wx, options);
    if (response.statusCode >= 400) throw response;
    return response;
  }),
  'axios with an adapter': (session, wx) => {
    const adapter = async (config) => {
      const { statusCode, data, header } = await promised(wx, { ...config, url: axios.getUri(config), method: config.method.toUpperCase(), header: { ...config.headers } });
      const response = { status: statusCode, data, headers: header, config };
      if (statusCode >= 400) throw new axios.AxiosError('status', 'ERR_BAD_REQUEST', config, null, response);
      return response;
    };
    const client = axios.create({ adapter: (config) => session.authorize(config, adapter), transformResponse: [(data) => data] });
    return client.get('/orders', { baseURL: 'https://api.example.com/', headers: { 'X-Trace': 't' } });
  }
};

for (const [name, ask] of Object.entries(layers)) {
  test(`${name}: the token is added, an ended session replaced, the request sent once more`, async () => {
    const { session, service, wx } = await signedIn();
    await ask(session, wx);
    assert.deepEqual(paths(service), ['GET /orders']);
    assert.equal(service.log[0].token, 'wxs_1');
    service.endAll();
    const outcome = await ask(session, wx);
    assert.deepEqual((Array.isArray(outcome) ? outcome[1] : outcome).data, { path: '/orders' });
    assert.deepEqual([paths(service).slice(1), wx.logins, service.log.at(-1).token], [['GET /orders', 'POST /login', 'GET /orders'], 1, 'wxs_2']);
  });

  test(`${name}: a 503 is handed on as the layer gives it, and nobody is logged out`, async () => {
    const { session, service, wx, token } = await signedIn();
    service.inject(is('/orders'), () => problem(503, 'store_unavailable'));
    const { value, error } = await settle(ask(session, wx));
    const response = error ? error.response || error : Array.isArray(value) ? value[1] : value;
    assert.equal(response.statusCode || response.status, 503);
    assert.deepEqual([wx.storedToken(), wx.logins, paths(service)], [token, 0, ['GET /orders']]);
  });

  test(`${name}: a bare 403 is settled by GET /session`, async () => {
    const { session, service, wx } = await signedIn();
    service.endAll();
    service.inject((call) => call.path === '/orders' && !service.live.has(call.token), () => answer(403, { message: 'Forbidden' }));
    await ask(session, wx);
    assert.deepEqual(paths(service), ['GET /orders', 'GET /session', 'POST /login', 'GET /orders']);
  });
}

test('the header keeps what the app wrote, under the name that the app uses', async () => {
  const { session } = await signedIn();
  const given = Object.freeze({ url: '/orders', method: 'POST', custom: { a: 1 }, header: Object.freeze({ 'X-Trace': 't', AUTHORIZATION: 'x' }) });
  assert.deepEqual(await session.authorize(given), {
    url: 'https://api.example.com/orders', method: 'POST', custom: { a: 1 }, header: { 'X-Trace': 't', Authorization: 'Bearer wxs_1' }
  });
  const { headers, header } = await session.authorize({ url: '/orders', headers: { a: 'b' } });
  assert.deepEqual([headers, header], [{ a: 'b', Authorization: 'Bearer wxs_1' }, undefined]);
});

test('without a carrier it logs in when there is no session, and adds nothing for other origins', async () => {
  const { session, service, wx } = start();
  const foreign = await session.authorize({ url: 'https://evil.com/', header: { a: 'b' } });
  assert.deepEqual([foreign, wx.logins], [{ url: 'https://evil.com/', header: { a: 'b' } }, 0]);
  assert.equal((await session.authorize({ url: '/orders' })).header.Authorization, 'Bearer wxs_1');
  assert.deepEqual(paths(service), ['POST /login']);
});

test('a carrier for another origin gets no token, and its 401 says nothing about our session', async () => {
  const { session, wx, token } = await signedIn();
  const seen = [];
  const outcome = await session.authorize({ url: 'https://evil.com/' }, (options) => seen.push(options.header) && { statusCode: 401, data: { code: 'session_invalid' } });
  assert.deepEqual([outcome.statusCode, seen, wx.logins, wx.storedToken()], [401, [undefined], 0, token]);
});

test('a baseURL of the layer is honoured, also when it is another origin', async () => {
  const { session } = await signedIn();
  assert.equal((await session.authorize({ url: '/orders', baseURL: 'https://api.example.com/v1/' })).url, 'https://api.example.com/v1/orders');
  const foreign = await session.authorize({ url: 'orders', baseURL: 'https://evil.com' });
  assert.deepEqual([foreign.url, foreign.header], ['https://evil.com/orders', undefined]);
  assert.equal((await session.authorize({ url: 'https://api.example.com/x', baseURL: 'https://evil.com' })).url, 'https://api.example.com/x');
});

test('an error that is no response is handed on, and the session stays', async () => {
  const { session, wx, token } = await signedIn();
  const theirs = new Error('request:fail');
  assert.equal((await settle(session.authorize({ url: '/orders' }, () => Promise.reject(theirs)))).error, theirs);
  assert.deepEqual([wx.logins, wx.storedToken()], [0, token]);
});

test('abort() before the carrier is called keeps it from being called', async () => {
  const { session, wx } = start();
  let called = 0;
  const promise = session.authorize({ url: '/orders' }, () => called++);
  promise.abort();
  assert.equal((await settle(promise)).error.code, 'aborted');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual([called, wx.logins], [0, 1]);
});
