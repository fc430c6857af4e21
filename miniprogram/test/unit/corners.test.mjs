// Clocks that are set back, timeouts that no timer holds, gateways that repeat the token, callbacks that throw.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, settle } from '../fake.mjs';
import { is, paths, relaunch, signedIn, start } from './start.mjs';

const DAY = 86400;

for (const days of [30, 3650]) {
  test(`a clock that was ${days} days ahead at the login is asked about once when it is right again`, async (t) => {
    const real = Date.now();
    const all = start();
    all.service.clock = () => Math.floor(real / 1000);
    t.mock.method(Date, 'now', () => real + days * DAY * 1000);
    await all.orders();
    t.mock.method(Date, 'now', () => real);
    for (const asked of [['GET /session'], []]) {
      const { session, service, wx } = relaunch(all);
      assert.ok(await session.check());
      assert.deepEqual([paths(service), wx.logins], [asked, 0]);
    }
  });
}

test('a clock that is corrected by a second asks nothing', async (t) => {
  const all = await signedIn();
  const now = Date.now();
  t.mock.method(Date, 'now', () => now - 1000);
  await relaunch(all).session.check();
  assert.deepEqual(paths(all.service), []);
});

for (const timeout of [2147483647, 1e12, Infinity]) {
  test(`a timeout of ${timeout} is a long one`, async () => {
    const { service, orders } = await signedIn();
    service.inject(is('/orders'), () => new Promise((resolve) => setTimeout(resolve, 20)).then(() => answer(200, 'late')));
    assert.equal((await orders({ timeout })).data, 'late');
  });
}

test('a gateway that repeats the header puts no token into a message', async () => {
  const { session, service, wx, token } = await signedIn();
  const long = 'x'.repeat(150 - token.length);
  service.inject(() => true, ({ header }) => answer(400, { message: long + ` not a key=value pair: '${header.Authorization}' wxt_abc-_1` }));
  for (const call of [() => session.request('/orders'), () => session.check({ force: true }), () => session.webviewUrl('https://h5.example.com')]) {
    const { error } = await settle(call());
    assert.match(error.message, /not a key=value pair: 'Bearer \*\*\*/);
    assert.doesNotMatch(error.message + error.stack + error.errMsg, /wx[st]_/);
  }
  assert.equal(wx.storedToken(), token);
});

test('an onTask that throws surfaces, and the answer is the answer', async () => {
  const { session, orders } = await signedIn();
  const theirs = [];
  const own = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => theirs.push(error.message));
  const onTask = () => {
    throw new Error('theirs');
  };
  try {
    assert.equal((await orders({ onTask })).statusCode, 200);
    await session.connectSocket({ url: '/ws', onTask });
    await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    process.removeAllListeners('uncaughtException');
    own.forEach((listener) => process.on('uncaughtException', listener));
  }
  assert.deepEqual(theirs, ['theirs', 'theirs']);
});

test('what the app does to the session info does not reach the library', async () => {
  const { session, service } = await signedIn();
  const before = session.current();
  session.on('signed-in', (info) => (info.expires_at = 1));
  const given = [session.current(), await session.check(), await session.login()];
  for (const info of given) {
    info.expires_at = info.check_after = 1;
    info.user.id = 'x';
  }
  assert.deepEqual([session.current().user, session.current().expires_at >= before.expires_at], [{ id: 'u', is_new: false }, true]);
  service.log.length = 0;
  await session.check();
  assert.deepEqual(paths(service), []);
});

test('check({login}) after a deletion whose answer was lost is null, as after any way out', async () => {
  const all = await signedIn();
  all.service.inject(is('/me'), (call) => {
    all.service.route(call);
    return { fails: { errMsg: 'request:fail timeout' } };
  }, 1);
  await settle(all.session.deleteAccount());
  assert.equal(await relaunch(all).session.check({ force: true, login: true }), null);
  assert.equal(all.wx.logins, 0);
});
