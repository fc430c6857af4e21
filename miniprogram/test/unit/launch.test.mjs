import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { answer, problem, settle } from '../fake.mjs';
import { is, paths, relaunch, signedIn, start } from './start.mjs';

const later = (t, seconds) => {
  const now = Date.now();
  t.mock.method(Date, 'now', () => now + seconds * 1000);
};

test('a launch sends nothing when nothing is due', async () => {
  const { session, service, wx } = relaunch(await signedIn());
  const info = await session.check();
  assert.equal(info.session.id, 's1');
  assert.deepEqual([service.log.length, wx.logins, wx.keyChecks], [0, 0, 0]);
});

test('a session that can be no longer is asked about once in its interval too', async (t) => {
  const { service, wx } = await signedIn();
  const { absolute_expires_at } = service.times();
  service.times = () => ({ expires_at: absolute_expires_at, absolute_expires_at, check_after: service.clock() + service.checkAfter });
  const now = Date.now();
  for (const [hours, asked] of [[20, 1], [20.1, 0], [21.2, 1], [21.3, 0], [21.4, 0]]) {
    t.mock.method(Date, 'now', () => now + hours * 3600000);
    await relaunch({ service, wx }).session.check();
    assert.equal(service.count('GET', '/session'), asked, `${hours} h`);
  }
});

test('a launch after check_after asks once and renews', async (t) => {
  const before = await signedIn();
  later(t, 3601);
  const { session, service, wx } = relaunch(before);
  const [info] = await Promise.all([session.check(), session.check()]);
  assert.deepEqual(paths(service), ['GET /session']);
  assert.equal(info.expires_at, service.clock() + 86400);
  await session.check();
  assert.equal(service.log.length, 1, 'the answer moved check_after');
  assert.equal(relaunch({ service, wx }).session.current().expires_at, info.expires_at, 'and it is stored');
});

test('a launch after expiry asks, and logs in when the service says so and it may', async (t) => {
  const before = await signedIn();
  before.service.endAll();
  later(t, 86401);
  const { session, service } = relaunch(before);
  assert.equal(await session.check(), null);
  assert.deepEqual(paths(service), ['GET /session']);
  assert.equal((await session.check({ login: true })).session.id, 's2');
  assert.deepEqual(paths(service), ['GET /session', 'POST /login']);
});

/** What a clock that was moved makes look over: days behind at the login, or ahead afterwards. */
const MOVED = [[-48, 0], [0, 25], [0, 72]];

async function moved(t, [atLogin, afterwards], options) {
  const real = Date.now();
  const all = start();
  all.service.clock = () => Math.floor(real / 1000);
  t.mock.method(Date, 'now', () => real + atLogin * 3600000);
  await all.orders();
  t.mock.method(Date, 'now', () => real + afterwards * 3600000);
  return { ...relaunch(all, options), token: all.wx.storedToken(), real };
}

const LOOKS = [
  ['check()', ['GET /session'], ({ session }) => session.check()],
  ['check({force})', ['GET /session'], ({ session }) => session.check({ force: true })],
  ['check({login})', ['GET /session'], ({ session }) => session.check({ login: true })],
  ['a request', ['GET /session', 'GET /orders'], ({ orders }) => orders()],
  ['connectSocket', ['GET /session'], ({ session }) => session.connectSocket('/ws')],
  ['authorize without send', ['GET /session'], ({ session }) => session.authorize({ url: '/orders' })]
];

for (const hours of MOVED) for (const [name, asked, call] of LOOKS) {
  test(`a clock of ${hours[0]} h at the login and ${hours[1]} h afterwards: ${name} keeps the session that the service knows`, async (t) => {
    const all = await moved(t, hours);
    assert.ok(await call(all));
    assert.deepEqual([paths(all.service), all.wx.logins, all.wx.storedToken()], [asked, 0, all.token]);
  });
}

test('what a moved clock made look over is asked about once, also over launches', async (t) => {
  const all = await moved(t, [0, 25]);
  const times = { ...all.session.current() };
  // Seen a moment ago: nothing is renewed.
  all.service.times = () => times;
  await all.session.check();
  const next = relaunch(all);
  await next.session.check();
  await next.orders();
  assert.deepEqual(paths(next.service), ['GET /orders']);
});

for (const [name, what] of [['503', () => problem(503, 'store_unavailable')], ['offline', () => ({ fails: { errMsg: 'request:fail' } })]]) {
  test(`a session that looks over while the service is ${name}: check() rejects, nothing is lost, the token is sent`, async (t) => {
    const { session, service, wx, orders, token } = await moved(t, [0, 25]);
    service.inject(is('/session'), what);
    assert.ok((await settle(session.check())).error.code);
    assert.ok((await settle(session.check({ login: true }))).error.code);
    await orders();
    assert.deepEqual([wx.storedToken(), wx.logins, service.count('GET', '/session')], [token, 0, 3]);
  });
}

test('a logout in the listener of an expired session prevents the login', async (t) => {
  const all = await moved(t, [0, 25]);
  all.service.endAll();
  const heard = [];
  all.session.on('session-ended', ({ ended }) => {
    heard.push(ended);
    return all.session.logout();
  });
  assert.equal((await settle(all.orders())).error.code, 'signed_out');
  assert.deepEqual([heard, all.wx.logins], [['expired'], 0]);
});

test('a login of the app while the look at an expired session is under way stays the only one', async (t) => {
  const { session, service, wx, orders } = await moved(t, [0, 25]);
  service.slow['GET /session'] = 20;
  const waiting = orders();
  const { session: { id } } = await session.login();
  await waiting;
  assert.deepEqual([wx.logins, session.current().session.id], [1, id]);
});

test('the first launch registers nobody: check() logs in only when asked', async () => {
  const { session, service, wx } = start();
  assert.equal(await session.check(), null);
  assert.equal(await session.check({ force: true }), null);
  assert.deepEqual([paths(service), wx.logins, wx.storage.size], [[], 0, 0]);
  assert.equal((await session.check({ login: true })).session.id, 's1');
  assert.deepEqual(paths(service), ['POST /login']);
});

test('a check joins the login that a request began', async () => {
  const { session, orders } = start();
  const waiting = orders();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await session.check()).session.id, 's1');
  await waiting;
});

test('check finds out that the session was ended elsewhere', async () => {
  const { session, service } = await signedIn();
  service.endAll();
  assert.equal((await session.check()).session.id, 's1', 'not due');
  assert.equal(await session.check({ force: true }), null);
  assert.deepEqual(paths(service), ['GET /session']);
  assert.equal((await session.check({ login: true })).session.id, 's2');
  assert.deepEqual(paths(service), ['GET /session', 'POST /login']);
});

test('a check that may log in does so when the service has ended the session', async () => {
  const { session, service } = await signedIn();
  service.endAll();
  assert.equal((await session.check({ force: true, login: true })).session.id, 's2');
  assert.deepEqual(paths(service), ['GET /session', 'POST /login']);
});

for (const [name, what] of [
  ['503', () => problem(503, 'store_unavailable')],
  ['offline', () => ({ fails: { errMsg: 'request:fail' } })],
  ['a captive portal', () => answer(200, '<html>')]
]) {
  test(`a check that meets ${name} keeps the token`, async () => {
    const { session, service, wx, token } = await signedIn();
    service.inject(is('/session'), what);
    assert.ok((await settle(session.check({ force: true }))).error.code);
    assert.equal(wx.storedToken(), token);
    assert.equal(wx.logins, 0);
  });
}

test('a device clock that is days off changes nothing', async (t) => {
  for (const days of [-3, 3]) {
    const all = start();
    const real = Date.now();
    all.service.clock = () => Math.floor(real / 1000);
    t.mock.method(Date, 'now', () => real + days * 86400000);
    await all.orders();
    const { session, service, wx, orders } = relaunch(all);
    await session.check();
    await orders();
    assert.deepEqual([paths(service), wx.logins], [['GET /orders'], 0]);
    t.mock.restoreAll();
  }
});

test('without a Date header a clock far ahead does not log in again and again', async (t) => {
  const all = start();
  const real = Date.now();
  all.service.clock = () => Math.floor(real / 1000);
  all.service.dateHeader = false;
  t.mock.method(Date, 'now', () => real + 30 * 86400000);
  await all.orders();
  const { wx, orders } = relaunch(all);
  await orders();
  await orders();
  assert.equal(wx.logins, 0);
});

test('a Date header days off, as a proxy may send it, does not log in again and again', async () => {
  for (const days of [-30, 30]) {
    const all = start();
    const { handle } = all.service;
    all.service.handle = async (call) => {
      const response = await handle.call(all.service, call);
      response.header.date = new Date(Date.now() + days * 86400000).toUTCString();
      return response;
    };
    await all.orders();
    const { service, wx, orders } = relaunch(all);
    await orders();
    await orders();
    assert.deepEqual([paths(service), wx.logins], [['GET /orders', 'GET /orders'], 0]);
  }
});

test('a clock moved ahead while logins fail still lets the living token through', async (t) => {
  const { service, wx, orders, token } = await signedIn();
  later(t, 200000);
  service.inject(is('/login'), () => problem(503, 'upstream_unavailable'));
  await orders();
  assert.equal(wx.storedToken(), token);
});

test('wx.checkSession runs once per life cycle, and only when session_key matters', async () => {
  const before = await signedIn();
  const without = relaunch(before);
  await without.orders();
  assert.equal(without.wx.keyChecks, 0);
  const { session, wx, orders } = relaunch(before, { sessionKey: true });
  await Promise.all([session.check(), orders(), orders()]);
  await orders();
  assert.deepEqual([wx.keyChecks, wx.logins], [1, 0]);
});

test('a session_key that WeChat has dropped is renewed by one login', async () => {
  const before = await signedIn();
  const { session, service, wx, orders } = relaunch(before, { sessionKey: true });
  wx.keyIsGood = false;
  await Promise.all([session.check(), orders()]);
  await orders();
  assert.deepEqual([wx.keyChecks, wx.logins], [1, 1]);
  assert.deepEqual(paths(service), ['POST /login', 'GET /orders', 'GET /orders']);
});

test('after a login in this life cycle the session_key is known to be fresh', async () => {
  const { wx, orders } = start({ sessionKey: true });
  await orders();
  await orders();
  assert.equal(wx.keyChecks, 0);
});

test('a dropped session_key with no login to be had does not stop other requests', async () => {
  const before = await signedIn();
  const { service, wx, orders } = relaunch(before, { sessionKey: true });
  wx.keyIsGood = false;
  service.inject(is('/login'), () => problem(503, 'upstream_unavailable'));
  for (let round = 0; round < 5; round++) await orders();
  assert.deepEqual([wx.keyChecks, wx.logins], [1, 2]);
});

test('a wx.checkSession whose callback never comes ends in a login, not in a queue that hangs', async () => {
  const before = await signedIn();
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { wx, orders } = relaunch(before, { sessionKey: true, timeout: 1000 });
    wx.checkSession = () => {};
    const waiting = orders();
    mock.timers.tick(3000);
    await waiting;
    assert.equal(wx.logins, 1);
  } finally {
    mock.timers.reset();
  }
});
