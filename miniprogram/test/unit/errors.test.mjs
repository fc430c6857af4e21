import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mock, test } from 'node:test';
import { FakeService, FakeWx, answer, problem, settle } from '../fake.mjs';
import { createSession, is, isSessionError, paths, signedIn, start } from './start.mjs';

const failing = async (what, call) => {
  const all = await signedIn();
  all.service.inject(is('/orders'), what);
  return (await settle(call ? call(all.session) : all.orders())).error;
};

test('an error says which request failed, how, and what came back', async () => {
  const { message, url, method, status, body, response, name, code } = await failing(
    () => problem(409, 'session_key_stale'), (session) => session.request({ url: '/orders', method: 'PUT' })
  );
  assert.deepEqual({ message, url, method, status, name, code }, {
    message: 'PUT /orders: 409 session_key_stale', url: 'https://api.example.com/orders', method: 'PUT', status: 409, name: 'SessionError', code: 'session_key_stale'
  });
  assert.deepEqual([body.code, response.statusCode], ['session_key_stale', 409]);
});

test('a message shows the path, never the query', async () => {
  const { session, service } = await signedIn();
  service.inject(() => true, () => answer(500, ''));
  const { error } = await settle(session.request({ url: '/orders?phone=13800000000#x' }));
  assert.equal(error.message, 'GET /orders: 500 http_500');
  const foreign = await settle(session.request('https://elsewhere.example/a?b=c'));
  assert.equal(foreign.error, undefined);
});

test('a business API keeps its own code and words', async () => {
  const numeric = await failing(() => answer(422, { code: 1001, msg: '库存不足' }));
  assert.deepEqual([numeric.code, numeric.status, numeric.body], [1001, 422, { code: 1001, msg: '库存不足' }]);
  assert.equal(numeric.message, 'GET /orders: 422 1001 (库存不足)');
  const text = await failing(() => answer(400, JSON.stringify({ code: 'OUT_OF_STOCK', message: 'none left' })));
  assert.deepEqual([text.code, text.message], ['OUT_OF_STOCK', 'GET /orders: 400 OUT_OF_STOCK (none left)']);
  const zero = await failing(() => answer(500, { code: 0 }));
  assert.equal(zero.code, 'http_500', '0 means that all is well');
});

test('a business 401 or 403 with a code of its own is no verdict on the session', async () => {
  const { service, wx, orders, token } = await signedIn();
  service.inject(is('/orders'), () => answer(403, { code: 40003, message: 'no' }));
  assert.equal((await settle(orders())).error.code, 40003);
  assert.deepEqual(paths(service), ['GET /orders']);
  service.faults.length = 0;
  service.inject(is('/orders'), () => answer(401, { code: 401, msg: 'token过期' }));
  assert.equal((await settle(orders())).error.code, 401);
  assert.deepEqual([paths(service).slice(1), wx.storedToken()], [['GET /orders', 'GET /session'], token]);
});

test('isSessionError knows its own, from whichever copy of the library', async () => {
  const require = createRequire(import.meta.url);
  delete require.cache[require.resolve('../../demo/lib/wxsession.js')];
  const { isSessionError: other } = require('../../demo/lib/wxsession.js');
  assert.notEqual(other, isSessionError);
  const error = await failing(() => answer(500, ''));
  assert.deepEqual([isSessionError(error), other(error)], [true, true]);
  for (const not of [new Error('x'), new TypeError('x'), { name: 'SessionError' }, null, undefined, 'SessionError']) assert.equal(isSessionError(not), false);
});

const nonsense = [[], [undefined], [null], [{}], [''], [{ url: '' }], [{ url: 7 }], [7], [{ url: { toString: () => '/x' } }], [{ URL: '/orders' }]];
for (const api of ['request', 'uploadFile', 'downloadFile', 'connectSocket', 'authorize']) {
  test(`${api} without a URL is a TypeError that names the call, before anything is sent`, async () => {
    for (const given of nonsense) {
      const { session, service, wx } = start();
      const { error } = await settle(session[api](...given));
      assert.ok(error instanceof TypeError, JSON.stringify(given));
      assert.match(error.message, new RegExp(`^${api}: url must be a text like '/orders', not `));
      assert.deepEqual([service.log.length, wx.logins, isSessionError(error)], [0, 0, false]);
    }
  });
}

test('nonsense also reaches the fail callback', async () => {
  const { session } = start();
  const heard = await new Promise((resolve) => session.request({ fail: resolve }));
  assert.match(heard.errMsg, /^wxsession:fail request: url must be/);
});

test('a text is a URL, with the other options beside it', async () => {
  const { session, service } = await signedIn();
  await session.request('/orders');
  await session.request('orders', { method: 'POST', data: { a: 1 } });
  await session.downloadFile('/invoice.pdf');
  await session.uploadFile('/photos', { filePath: 'wxfile://a', name: 'photo' });
  assert.deepEqual(paths(service), ['GET /orders', 'POST /orders', 'GET /invoice.pdf', 'POST /photos']);
  assert.deepEqual(service.log[1].data, { a: 1 });
});

test('createSession says what is wrong with its options', () => {
  const wx = new FakeWx(new FakeService());
  const says = (options, words) => assert.throws(() => createSession(options), (error) => error instanceof TypeError && words.test(error.message), String(words));
  says({ baseURL: 'https://a', wx }, /baseUrl, not baseURL/);
  says({ wx }, /baseUrl must be a URL like/);
  says({ baseUrl: 'wss://a.example', wx }, /baseUrl must be a URL like/);
  says({ baseUrl: 'https://a.example' }, /wx has no login or request/);
  says(undefined, /wx has no login or request/);
  for (const origin of ['files.example.com', 'https://a.example/path', 'https://a.example?x', 'https://u@a.example', 'ftp://a.example', '', 7, null]) {
    says({ baseUrl: 'https://a.example', wx, origins: [origin] }, /origins must be a list of origins like/);
  }
  for (const origins of ['https://files.example.com', '', 7, {}, null, true, () => {}]) says({ baseUrl: 'https://a.example', wx, origins }, /origins must be a list of origins like/);
  for (const name of ['login', 'request']) {
    says({ baseUrl: 'https://a.example', wx: Object.create(wx, { [name]: { value: undefined } }) }, /wx has no login or request/);
  }
  for (const other of [{}, 7, 'wx']) says({ baseUrl: 'https://a.example', wx: other }, /wx has no login or request/);
  for (const [name, bad, words] of [
    ['appId', [5, {}, true], /appId must be a string/],
    ['timeout', ['x', '5000', {}, true], /timeout must be a number/],
    ['timeout', [-1, 0, NaN, Infinity, null, 3e9], /timeout must be milliseconds/],
    ['debug', [5, {}, 'on'], /debug must be a function/],
    ['sessionKey', ['no', 1, {}], /sessionKey must be a boolean/]
  ]) for (const value of bad) says({ baseUrl: 'https://a.example', wx, [name]: value }, words);
  assert.equal(createSession({ baseUrl: 'https://a.example', wx, appId: '', debug: false, sessionKey: null }).current(), null, 'nothing, in another form');
  assert.equal(createSession({ baseUrl: 'https://a.example', wx, origins: undefined, timeout: undefined, debug: undefined, appId: undefined, sessionKey: undefined }).current(), null);
});

test('an answer without headers, or without anything, is no argument that makes no sense', async () => {
  const { service, wx, orders, session } = await signedIn();
  service.inject(is('/orders'), () => ({ statusCode: 503, data: '', header: null }), 1);
  assert.equal((await settle(orders())).error.code, 'http_503');
  service.inject(is('/orders'), () => ({ statusCode: 200, data: 'x', header: null }), 1);
  assert.equal((await orders()).data, 'x');
  wx.request = ({ success }) => setImmediate(success);
  assert.deepEqual(await orders(), {});
  assert.equal((await settle(session.check({ force: true }))).error.code, 'bad_answer');
});

test('on() names the events there are', () => {
  const { session } = start();
  assert.throws(() => session.on('signedin', () => {}), { name: 'TypeError', message: 'on: no event signedin, only signed-in,signed-out,session-ended' });
});

for (const listener of [undefined, null, 'x', {}]) {
  test(`on() takes no ${JSON.stringify(listener)} for a listener`, () => {
    const { session } = start();
    assert.throws(() => session.on('signed-in', listener), { name: 'TypeError', message: 'on: the listener must be a function' });
  });
}

// errMsg as seen on devices; errno is missing on some calls.
const failures = [
  ['domain_not_allowed', { errno: 600002, errMsg: 'request:fail url not in domain list' }],
  ['domain_not_allowed', { errMsg: 'request:fail url not in domain list' }],
  ['domain_not_allowed', { errno: 600002, errMsg: 'request:fail' }],
  ['tls', { errno: 600001, errMsg: 'request:fail errcode:-202 cronet_error_code:-202 error_msg:net::ERR_CERT_AUTHORITY_INVALID' }],
  ['tls', { errMsg: 'request:fail ssl hand shake error' }],
  ['tls', { errMsg: 'request:fail 此服务器的证书无效。' }],
  ['interrupted', { errno: 600003, errMsg: 'request:fail interrupted' }],
  ['interrupted', { errMsg: 'request:fail errcode:-21 cronet_error_code:-21 error_msg:net::ERR_NETWORK_CHANGED' }],
  ['interrupted', { errMsg: 'request:fail errcode:-103 error_msg:net::ERR_CONNECTION_ABORTED' }],
  ['interrupted', { errMsg: 'request:fail The network connection was lost.' }],
  ['interrupted', { errMsg: 'request:fail 网络连接已中断。' }],
  ['timeout', { errno: 5, errMsg: 'request:fail' }],
  ['timeout', { errMsg: 'request:fail timeout' }],
  ['timeout', { errMsg: 'request:fail errcode:-118 cronet_error_code:-118 error_msg:net::ERR_CONNECTION_TIMED_OUT' }],
  ['timeout', { errMsg: 'request:fail 请求超时。' }],
  ['aborted', { errMsg: 'request:fail abort' }],
  ['network', { errno: 600001, errMsg: 'request:fail errcode:-106 error_msg:net::ERR_INTERNET_DISCONNECTED' }],
  ['network', { errno: 600000, errMsg: 'request:fail' }],
  ['network', {}],
  ['network', undefined]
];
for (const [code, fails] of failures) {
  test(`wx's ${JSON.stringify(fails)} is ${code}, and keeps its number`, async () => {
    const { wx, orders, token } = await signedIn();
    wx.request = ({ fail }) => fail(fails);
    const { error } = await settle(orders());
    assert.deepEqual([error.code, error.errno, error.method, error.url, wx.storedToken()],
      [code, fails && fails.errno, 'GET', 'https://api.example.com/orders', token]);
    assert.ok(error.message.startsWith(`GET /orders: ${code}`), error.message);
  });
}

for (const statusCode of [NaN, undefined, null, 0, 'NaN']) {
  test(`an answer with the status ${statusCode}, as WeChat for Mac gives it, is handed on`, async () => {
    const { wx, orders, token } = await signedIn();
    const { request } = wx;
    wx.request = ({ success }) => success({ statusCode, data: { ok: 1 }, header: {}, errMsg: 'request:ok' });
    assert.deepEqual((await orders({ enableChunked: true })).data, { ok: 1 });
    wx.request = request;
    assert.deepEqual([wx.logins, wx.storedToken()], [0, token]);
  });

  test(`an answer of the service with the status ${statusCode} is read from its body`, async () => {
    const { service, wx, orders } = await signedIn();
    service.endAll();
    service.inject(is('/orders'), () => ({ ...problem(401, 'session_invalid'), statusCode }), 1);
    await orders();
    assert.deepEqual([wx.logins, paths(service)], [1, ['GET /orders', 'GET /session', 'POST /login', 'GET /orders']]);
    service.inject(is('/orders'), () => ({ ...problem(429, 'rate_limited'), statusCode }), 1);
    assert.deepEqual((await settle(orders())).error.status, 429);
  });
}

test('an answered 401 that wx hands to fail, as WeChat for PC does, is an answer', async () => {
  const { service, wx, orders } = await signedIn();
  service.endAll();
  service.inject(({ token }) => token && !service.live.has(token), () => ({ fails: { errMsg: 'request:fail', ...problem(401, 'session_invalid') } }), 1);
  await orders();
  assert.deepEqual([wx.logins, paths(service)], [1, ['GET /orders', 'GET /session', 'POST /login', 'GET /orders']]);
  service.inject(is('/orders'), () => ({ fails: { errMsg: 'request:fail', statusCode: 503 } }), 1);
  assert.equal((await settle(orders())).error.code, 'http_503');
});

for (const [options, milliseconds] of [[{}, 60000], [{ timeout: 5000 }, 6000], [{ timeout: 0 }, 60000]]) {
  for (const api of ['request', 'uploadFile', 'downloadFile']) {
    test(`${api} with ${JSON.stringify(options)} that wx never calls back ends after ${milliseconds} ms`, async () => {
      const { session, wx } = await signedIn();
      mock.timers.enable({ apis: ['setTimeout'] });
      try {
        let aborted = 0;
        wx[api] = () => ({ abort: () => aborted++ });
        const waiting = settle(session[api]({ url: '/orders', ...options }));
        await new Promise((resolve) => setImmediate(resolve));
        mock.timers.tick(milliseconds - 1);
        assert.equal(aborted, 0);
        mock.timers.tick(1);
        const { error } = await waiting;
        assert.deepEqual([error.code, aborted], ['timeout', 1]);
      } finally {
        mock.timers.reset();
      }
    });
  }
}

test('an answer stops the clock: no timer is left behind', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { wx, orders } = await signedIn();
    const { request } = wx;
    let aborted = 0;
    wx.request = (options) => {
      request.call(wx, options);
      return { abort: () => aborted++ };
    };
    await orders();
    mock.timers.tick(120000);
    assert.equal(aborted, 0);
  } finally {
    mock.timers.reset();
  }
});

test('many bare 403s in a row cost one question and no storage write', async (t) => {
  const { session, service, wx, orders, token } = await signedIn();
  service.inject(is('/orders'), () => answer(403, { message: 'Forbidden' }));
  // Times that do not move, as within one renewal interval.
  const times = service.times();
  service.times = () => times;
  await session.check({ force: true });
  service.log.length = 0;
  let writes = 0;
  const { setStorageSync } = wx;
  wx.setStorageSync = (...given) => {
    writes++;
    return setStorageSync.apply(wx, given);
  };
  const now = Date.now();
  for (let second = 0; second < 5; second++) {
    t.mock.method(Date, 'now', () => now + second * 990);
    assert.equal((await settle(orders())).error.code, 'http_403');
  }
  assert.deepEqual([service.count('GET', '/session'), writes, wx.storedToken()], [0, 0, token]);
  t.mock.method(Date, 'now', () => now + 6000);
  await settle(orders());
  assert.deepEqual([service.count('GET', '/session'), writes], [1, 0]);
  t.mock.method(Date, 'now', () => now - 86400000);
  await settle(orders());
  assert.equal(service.count('GET', '/session'), 2, 'a clock set back does not make it last');
});

test('check({force}) asks although the verdict is fresh', async () => {
  const { session, service } = await signedIn();
  await session.check({ force: true });
  await session.check({ force: true });
  assert.equal(service.count('GET', '/session'), 2);
});
