import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { FakeService, FakeWx, answer, problem, settle } from '../fake.mjs';
import { is, paths, relaunch, signedIn, start } from './start.mjs';

const many = (count, what) => Promise.all(Array.from({ length: count }, what));

test('ten first requests cause one login and then all go', async () => {
  const { service, wx, orders } = start();
  const answers = await many(10, () => orders());
  assert.equal(wx.logins, 1);
  assert.equal(service.count('POST', '/login'), 1);
  assert.deepEqual(answers.map(({ data }) => data), Array(10).fill({ path: '/orders' }));
});

test('login() joins the login under way', async () => {
  const { session, wx, orders } = start();
  const [first, second] = await Promise.all([session.login(), session.login(), orders()]);
  assert.equal(wx.logins, 1);
  assert.deepEqual(first, second);
});

test('requests that come while login() runs wait for the new token', async () => {
  const { session, service, orders } = await signedIn();
  await Promise.all([session.login(), orders(), orders()]);
  assert.deepEqual(paths(service), ['POST /login', 'GET /orders', 'GET /orders']);
  assert.equal(service.log[1].token, 'wxs_2');
});

test('login answers user, session and times, and not the token', async () => {
  const { session, service } = start();
  service.clock = () => 1700000000;
  const info = await session.login();
  assert.deepEqual(info, {
    user: { id: 'u', is_new: false }, session: { id: 's1' },
    expires_at: 1700086400, absolute_expires_at: 1700172800, check_after: 1700003600
  });
  assert.deepEqual(session.current(), info);
});

test('a login sends the old token so that the service ends that session', async () => {
  const { session, service, token } = await signedIn();
  await session.login();
  assert.equal(service.log[0].token, token);
  assert.equal(service.live.has(token), false);
});

const sentBy = async (all) => {
  await all.session.login();
  return JSON.parse(JSON.stringify(all.service.log[0].data));
};

test('a login names its app, its installation and its device', async () => {
  const { install_id, ...rest } = await sentBy(start());
  assert.deepEqual(rest, {
    code: 'code1', app_id: 'wx0123456789abcdef', device: { platform: 'ios', model: 'iPhone 15', wechat_version: '8.0.60' }
  });
  assert.match(install_id, /^[0-9a-z]{22}$/);
});

test('the option appId wins over what wx says, and is left out when nobody knows', async () => {
  assert.equal((await sentBy(start({ appId: 'wx0000000000000001' }))).app_id, 'wx0000000000000001');
  const service = new FakeService();
  const wx = new FakeWx(service);
  wx.getAccountInfoSync = wx.getDeviceInfo = undefined;
  const { install_id, ...rest } = await sentBy(start({}, service, wx));
  assert.deepEqual([rest, install_id.length], [{ code: 'code1' }, 22]);
});

test('what a device says of itself is cut to 64 characters, and what is no text is left out', async () => {
  const service = new FakeService();
  const wx = new FakeWx(service);
  wx.getDeviceInfo = () => ({ platform: 7, model: 'm'.repeat(65) });
  const { device } = await sentBy(start({}, service, wx));
  assert.deepEqual(device, { model: 'm'.repeat(64), wechat_version: '8.0.60' });
});

test('the installation stays the same over logins, logouts and launches, and is another one on another phone', async () => {
  const { session, service, wx } = start();
  await session.login();
  await session.logout();
  await session.login();
  const { session: next } = relaunch({ service, wx });
  const first = wx.storage.get([...wx.storage.keys()][0]);
  await next.login();
  const ids = [JSON.parse(first).install, service.log[0].data.install_id, await sentBy(start()).then((data) => data.install_id)];
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], ids[2]);
});

for (const code of ['login_code_invalid', 'login_code_used']) {
  test(`${code} heals itself with a new code`, async () => {
    const { session, service, wx } = start();
    service.inject(is('/login'), () => problem(400, code), 1);
    await session.login();
    assert.equal(wx.logins, 2);
    assert.deepEqual(service.log.map(({ data }) => data.code), ['code1', 'code2']);
  });

  test(`${code} twice is handed on, and requests do not try again at once`, async () => {
    const { session, service, wx, orders } = start();
    service.inject(is('/login'), () => problem(400, code));
    assert.equal((await settle(session.login())).error.code, code);
    assert.equal((await settle(orders())).error.code, code);
    assert.equal(wx.logins, 2);
  });
}

test('an old token that the login does not like is left out at the second try', async () => {
  const { session, service, token } = await signedIn();
  service.inject((call) => call.path === '/login' && call.token, () => problem(400, 'malformed_request'));
  await session.login();
  assert.deepEqual(service.log.map((call) => call.token), [token, undefined]);
});

test('an old token that a proxy did not like is ended on its own', async () => {
  const { session, service, wx } = await signedIn();
  service.inject((call) => call.path === '/login' && call.token, () => answer(401, '<html>'));
  await session.login();
  for (let rest = 0; rest < 5; rest++) await new Promise(setImmediate);
  assert.deepEqual([...service.live], [wx.storedToken()]);
});

test('a blocked user is signed out only after the session itself is over', async () => {
  const { service, wx, orders, events, token } = await signedIn();
  service.inject(is('/login'), () => problem(403, 'login_blocked'));
  assert.equal((await settle(start({}, service, wx).session.login())).error.code, 'login_blocked');
  assert.equal(wx.storedToken(), token);
  service.endAll();
  const { error } = await settle(orders());
  assert.deepEqual([error.code, error.status], ['login_blocked', 403]);
  assert.equal(wx.storedToken(), undefined);
  assert.deepEqual(events, ['signed-in s1', 'signed-out refused']);
  assert.equal((await settle(orders())).error.code, 'login_blocked');
  assert.equal(wx.logins, 2, 'no further wx.login after the refusal');
});

test('a login that has to wait holds automatic logins back for as long', async (t) => {
  const { session, service, wx, orders } = start();
  const cure = service.inject(is('/login'), () => problem(429, 'rate_limited', { 'Retry-After': '30' }));
  const first = (await settle(orders())).error;
  assert.deepEqual([first.code, first.retryAfter], ['rate_limited', 30]);
  const second = (await settle(orders())).error;
  assert.deepEqual([second.code, second.retryAfter, second.status], ['rate_limited', 30, 429]);
  assert.equal(wx.logins, 1);
  cure();
  const now = Date.now();
  t.mock.method(Date, 'now', () => now + 31000);
  await orders();
  assert.equal(wx.logins, 2);
  await session.login();
});

test('the app may log in during such a pause', async () => {
  const { session, service, wx, orders } = start();
  service.inject(is('/login'), () => problem(503, 'upstream_unavailable', { 'Retry-After': '30' }), 1);
  await settle(orders());
  await session.login();
  assert.equal(wx.logins, 2);
});

/** What an app may do at the same time as it loads what everybody may read. */
const BESIDE_AN_OPEN_ROUTE = {
  'requests at the same time': ({ orders, open }) => Promise.all([open(), orders()]),
  'a check after it': async ({ open, check }) => {
    await open();
    await check();
  },
  'a socket before it': async ({ open, socket }) => {
    await socket();
    await open();
  },
  'a request while it is loaded again and again': async ({ orders, open }) => {
    const waiting = orders();
    for (let turn = 0; turn < 8; turn++) await open();
    await waiting;
  }
};

for (const [name, use] of Object.entries(BESIDE_AN_OPEN_ROUTE)) for (const slow of [1, 9]) {
  test(`where every new session is refused, an open route does not make a login of each request: ${name}, ${slow}`, async (t) => {
    let now = Date.now();
    t.mock.method(Date, 'now', () => now);
    const { session, service, wx, orders } = start();
    service.inject(is('/open'), () => answer(200, {}));
    service.slow['GET /orders'] = slow;
    for (const path of ['/orders', '/session']) service.inject(is(path), () => problem(401, 'session_invalid'));
    const calls = {
      orders: () => settle(orders()),
      open: () => settle(session.request('/open')),
      check: () => settle(session.check({ force: true })),
      socket: () => settle(session.connectSocket({ url: 'wss://api.example.com/ws' }))
    };
    for (let minute = 1; minute <= 3; minute++) {
      for (let round = 0; round < 10; round++) await use(calls);
      assert.ok(wx.logins <= 2 * minute, `${wx.logins} logins in ${minute} minutes`);
      now += 61000;
    }
  });
}

test('a session that served and ended for a reason is followed by another at once, however often', async () => {
  const { service, wx, orders } = start();
  for (let round = 1; round <= 6; round++) {
    await orders();
    assert.equal(wx.logins, round);
    service.endAll('evicted');
  }
});

test('that the service vouches for a session ends the incident, also without a reason for its end', async (t) => {
  let now = Date.now();
  t.mock.method(Date, 'now', () => now);
  const { session, service, wx, orders } = start();
  service.tellsWhy = false;
  for (let round = 1; round <= 6; round++) {
    await orders();
    await session.check({ force: true });
    assert.equal(wx.logins, round);
    service.endAll();
    now += 6000;
  }
});

test('a minute after the last login it is another incident, and a code that was used heals', async (t) => {
  let now = Date.now();
  t.mock.method(Date, 'now', () => now);
  const { service, wx, orders } = start();
  service.tellsWhy = false;
  await orders();
  service.endAll();
  now += 61000;
  service.inject(is('/login'), () => problem(400, 'login_code_used'), 1);
  await orders();
  assert.equal(wx.logins, 3);
});

test('a clock set back does not make a pause last', async (t) => {
  const { service, wx, orders } = start();
  service.inject(is('/login'), () => problem(503, 'upstream_unavailable', { 'Retry-After': '30' }), 1);
  await settle(orders());
  const now = Date.now();
  t.mock.method(Date, 'now', () => now - 86400000);
  await orders();
  assert.equal(wx.logins, 2);
});

test('wx.login that fails keeps the token and says so', async () => {
  const { session, wx, token } = await signedIn();
  wx.loginFails = 1;
  const { error } = await settle(session.login());
  assert.deepEqual([error.code, error.errMsg], ['wx_login_failed', 'login:fail busy']);
  assert.equal(wx.storedToken(), token);
});

test('a wx.login whose callback never comes ends in a timeout, and the queue goes on', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { service, wx, orders } = start({ timeout: 1000 });
    const { login } = wx;
    wx.login = () => wx.logins++;
    const waiting = Promise.all([settle(orders()), settle(orders())]);
    await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(3000);
    assert.deepEqual((await waiting).map(({ error }) => error.code), ['timeout', 'timeout']);
    wx.login = login;
    await orders();
    assert.equal(service.count('GET', '/orders'), 1);
  } finally {
    mock.timers.reset();
  }
});

test('a login page of some network in place of an answer is not taken for a token', async () => {
  const { session, service, wx } = start();
  service.inject(is('/login'), () => answer(200, '<html>welcome</html>'));
  assert.equal((await settle(session.login())).error.code, 'bad_answer');
  service.faults.length = 0;
  service.inject(is('/login'), () => answer(200, { token: 'two words' }));
  assert.equal((await settle(session.login())).error.code, 'bad_answer');
  assert.equal(wx.storedToken(), undefined);
});

test('a first login whose answer was lost is ended by the next launch', async () => {
  const { service, wx, orders } = start();
  service.inject(is('/login'), (call) => {
    service.route(call);
    return { fails: { errMsg: 'request:fail timeout' } };
  }, 1);
  await settle(orders());
  const [first] = service.log.map(({ data }) => data && data.install_id);
  const next = relaunch({ service, wx });
  await next.orders();
  assert.equal(service.log[0].data.install_id, first);
});

test('a failed login is forgotten once a login has worked', async () => {
  const { session, service, wx, orders } = start();
  wx.loginFails = 1;
  await settle(session.login());
  for (let round = 0; round < 4; round++) {
    await orders();
    service.endAll();
  }
  assert.equal(wx.logins, 5);
});
