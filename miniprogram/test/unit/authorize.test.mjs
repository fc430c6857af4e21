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
    assert.deepEqual([paths(service).slice(1), wx.logins, service.log.at(-1).token], [['GET /orders', 'GET /session', 'POST /login', 'GET /orders'], 1, 'wxs_2']);
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

// Layers that unwrap hand over data, and a list of orders is no pair of error and response.
const theirs = [
  [], [{ id: 1 }], [1, null], [null, null], [undefined], [{ errMsg: 'request:fail' }], [{ errMsg: 'request:fail' }, undefined], Array(100).fill({ id: 1 }),
  [{ id: 1 }, { status: 401, code: 'session_invalid' }], [{ id: 1 }, { statusCode: 401, data: { code: 'session_invalid' } }],
  [null, { statusCode: 401, data: { code: 'session_invalid' } }, {}], null, undefined, 0, '', 'text', true, { statusCode: Object.create(null) }
];
const cycle = {};
cycle.response = cycle;
theirs.push(cycle, new Proxy({}, {
  get(target, name) {
    if (name === 'then') return undefined;
    throw new Error('not for you');
  }
}));
theirs.forEach((value, index) => {
  test(`what the layer hands over is the outcome, resolved or rejected: ${index}`, async () => {
    for (const url of ['/orders', 'https://other.example.com/orders']) {
      const { session, wx, token, service } = await signedIn();
      const { value: resolved, error } = await settle(session.authorize({ url }, async () => value).then((outcome) => [outcome]));
      assert.equal(error, undefined);
      assert.ok(resolved[0] === value);
      const rejected = await settle(session.authorize({ url }, () => Promise.reject(value)).catch((reason) => Promise.reject([reason])));
      assert.ok(rejected.error[0] === value);
      assert.deepEqual([wx.logins, wx.storedToken(), paths(service)], [0, token, []]);
    }
  });
});

test('a carrier that throws before it returns a promise is a rejection like any other', async () => {
  const { session } = await signedIn();
  const thrown = new Error('theirs');
  const { error } = await settle(session.authorize({ url: '/orders' }, () => {
    throw thrown;
  }));
  assert.equal(error, thrown);
});

const over = { statusCode: 401, data: { code: 'session_invalid' } };
const said = {
  'a response': over, 'an error with the response': Object.assign(new Error('401'), { response: over }), 'a pair': [null, over], 'a pair with both': [new Error('401'), over],
  'a pair of an error with the response and nothing': [Object.assign(new Error('401'), { response: over }), undefined], 'a lone error that has the status': [{ errMsg: 'request:fail', ...over }]
};
for (const [name, value] of Object.entries(said)) {
  test(`${name} says that the session is over: one login, one more try`, async () => {
    const { session, service, wx } = await signedIn();
    service.endAll();
    let tries = 0;
    assert.equal(await session.authorize({ url: '/orders' }, async () => (tries++ ? 'good' : value)), 'good');
    assert.deepEqual([tries, wx.logins], [2, 1]);
  });
}
