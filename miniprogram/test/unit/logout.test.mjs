import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, problem, settle } from '../fake.mjs';
import { is, paths, relaunch, signedIn, start } from './start.mjs';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('logout ends the session here and there, and requests then say signed_out', async () => {
  const { session, service, wx, orders, events, token } = await signedIn();
  await session.logout();
  assert.deepEqual([service.live.has(token), wx.storedToken(), session.current()], [false, undefined, null]);
  assert.equal(JSON.stringify([...wx.storage]).includes(token), false);
  assert.equal((await settle(orders())).error.code, 'signed_out');
  assert.deepEqual([wx.logins, await session.check()], [0, null]);
  assert.deepEqual(events, ['signed-in s1', 'signed-out logout']);
});

test('a logout lasts over a relaunch until the app logs in', async () => {
  const before = await signedIn();
  await before.session.logout();
  const { session, wx, orders } = relaunch(before);
  assert.equal((await settle(orders())).error.code, 'signed_out');
  await session.login();
  await orders();
  assert.equal(wx.logins, 1);
});

test('requests under way during a logout do not bring the session back', async () => {
  const { session, service, wx, orders } = await signedIn();
  service.straggle = true;
  const racing = Array.from({ length: 10 }, () => settle(orders()));
  const out = session.logout();
  racing.push(settle(orders()), settle(session.check()));
  await out;
  await Promise.all(racing);
  assert.deepEqual([wx.logins, service.live.size, wx.storedToken()], [0, 0, undefined]);
});

test('answers that refuse the old token after the logout do not cause a login', async () => {
  const { session, service, wx, orders } = await signedIn();
  service.endAll();
  service.straggle = true;
  const racing = Promise.all(Array.from({ length: 10 }, () => settle(orders())));
  await session.logout();
  const codes = new Set((await racing).map(({ error }) => error.code));
  assert.deepEqual([...codes], ['signed_out']);
  assert.equal(wx.logins, 0);
});

for (let turns = 0; turns < 12; turns++) {
  test(`a logout ${turns} turns into a login leaves no session anywhere`, async () => {
    const { session, service, wx, orders } = start();
    const racing = Promise.all([settle(session.login()), settle(orders()), settle(orders())]);
    for (let count = 0; count < turns; count++) await turn();
    await session.logout();
    assert.equal(service.live.size, 0, 'as soon as logout() resolves');
    await racing;
    assert.deepEqual([service.live.size, wx.storedToken(), session.current()], [0, undefined, null]);
    assert.equal((await settle(orders())).error.code, 'signed_out');
  });

  test(`a logout ${turns} turns into a renewal does not write the record back`, async () => {
    const { session, service, wx } = await signedIn();
    const racing = settle(session.check({ force: true }));
    for (let count = 0; count < turns; count++) await turn();
    await session.logout();
    await racing;
    assert.deepEqual([service.live.size, wx.storedToken(), session.current()], [0, undefined, null]);
  });
}

test('a login right after a logout is not undone by it', async () => {
  const { session, service, wx, orders } = await signedIn();
  const out = session.logout();
  const info = await session.login();
  await out;
  await orders();
  assert.equal(session.current().session.id, info.session.id);
  assert.deepEqual([...service.live], [wx.storedToken()]);
});

test('logout that cannot reach the service says so, signs out here, and can be repeated', async () => {
  const { session, service, wx, orders, token } = await signedIn();
  const cure = service.inject(is('/session'), () => problem(503, 'store_unavailable', { 'retry-after': '1' }));
  const { error } = await settle(session.logout());
  assert.deepEqual([error.code, error.retryAfter], ['store_unavailable', 1]);
  assert.equal(session.current(), null);
  assert.equal((await settle(orders())).error.code, 'signed_out');
  cure();
  const { session: next } = relaunch({ service, wx });
  await next.logout();
  assert.equal(service.live.has(token), false);
  assert.equal(JSON.stringify([...wx.storage]).includes(token), false);
});

test('a session that a logout could not end is ended by the next login', async () => {
  const { session, service, wx, token } = await signedIn();
  service.inject(is('/session'), () => ({ fails: { errMsg: 'request:fail' } }), 1);
  await settle(session.logout());
  await session.login();
  assert.equal(service.log.find(is('/login')).token, token);
  assert.equal(service.live.size, 1);
  for (let rest = 0; rest < 5; rest++) await turn();
  assert.equal(JSON.stringify([...wx.storage]).includes(token), false);
});

/** The service from now on: another WeChat user logs in, and the token that comes along is not theirs. */
function anotherUser(service) {
  const { login } = service;
  service.login = (data) => {
    const response = login.call(service, data);
    response.data.user = { id: 'v', is_new: true };
    return response;
  };
}

const OTHERS = [
  ['a logout could not end', (session) => session.logout()],
  ['was there', async () => {}]
];

for (const [name, prepare] of OTHERS) {
  test(`the session that ${name} is ended when another user logs in`, async () => {
    const { session, service, wx } = await signedIn();
    service.inject(is('/session'), () => answer(503, ''), 1);
    await settle(prepare(session));
    service.faults.length = 0;
    anotherUser(service);
    await session.login();
    for (let rest = 0; rest < 5; rest++) await turn();
    assert.deepEqual([...service.live], [wx.storedToken()]);
  });

  test(`the session that ${name} when another user logs in is remembered until the service was told`, async () => {
    const { session, service, wx, token } = await signedIn();
    const cure = service.inject((call) => call.method === 'DELETE', () => answer(503, ''));
    await settle(prepare(session));
    anotherUser(service);
    await session.login();
    for (let rest = 0; rest < 5; rest++) await turn();
    cure();
    const next = relaunch({ service, wx });
    await next.session.login();
    for (let rest = 0; rest < 5; rest++) await turn();
    assert.equal(service.live.has(token), false);
    assert.equal(JSON.stringify([...wx.storage]).includes(token), false);
  });
}

test('a login of the same user tells the service nothing more about the session that it replaced', async () => {
  const { session, service } = await signedIn();
  await session.login();
  for (let rest = 0; rest < 5; rest++) await turn();
  assert.deepEqual(paths(service), ['POST /login']);
});

test('a login that a logout overtook is given up before its code is used', async () => {
  const { session, service } = start();
  const racing = settle(session.login());
  await session.logout();
  assert.equal((await racing).error.code, 'signed_out');
  assert.deepEqual(paths(service), []);
});

test('a login that a logout overtook does not try a second code', async () => {
  const { session, service, wx } = start();
  service.inject(is('/login'), () => problem(400, 'login_code_invalid'));
  const racing = settle(session.login());
  while (!service.log.length) await turn();
  await session.logout();
  assert.equal((await racing).error.code, 'signed_out');
  assert.equal(wx.logins, 1);
});

test('a login after a logout does not join the login that the logout overtook', async () => {
  const { session, service, wx } = start();
  service.slow['POST /login'] = 5;
  const racing = settle(session.login());
  while (!service.log.length) await turn();
  const out = session.logout();
  const { session: { id } } = await session.login();
  await Promise.all([out, racing]);
  assert.equal(session.current().session.id, id);
  assert.deepEqual([...service.live], [wx.storedToken()]);
});

test('an overtaken login whose session could not be ended leaves that to the next login', async () => {
  const { session, service } = start();
  service.inject((call) => call.method === 'DELETE', () => answer(503, ''));
  const racing = settle(session.login());
  while (!service.log.length) await turn();
  assert.equal((await settle(session.logout())).error.code, 'http_503', 'no "done" while a session lives');
  await racing;
  assert.equal(service.live.size, 1);
  await session.login();
  assert.deepEqual([...service.live], ['wxs_2']);
});

/** A session, a login under way, and a logout that overtakes it while the service ends nothing. */
async function twoLeft() {
  const all = await signedIn();
  const cure = all.service.inject((call) => call.method === 'DELETE', () => ({ fails: { errMsg: 'request:fail' } }));
  // A service that does not end the session whose token comes with a login.
  all.service.inject(is('/login'), (call, service) => service.login(call.data), 1);
  all.service.slow['POST /login'] = 5;
  const racing = settle(all.session.login());
  while (!all.service.log.length) await turn();
  assert.equal((await settle(all.session.logout())).error.code, 'network');
  await racing;
  assert.equal(all.service.live.size, 2);
  return { ...all, cure };
}

test('a logout that left two sessions is done when both have ended', async () => {
  const { session, service, cure } = await twoLeft();
  assert.equal((await settle(session.logout())).error.code, 'network');
  cure();
  await session.logout();
  assert.equal(service.live.has('wxs_2'), false);
});

test('whom a logout could not end is remembered over a relaunch', async () => {
  const { service, wx, cure } = await twoLeft();
  cure();
  const { session } = relaunch({ service, wx });
  await session.logout();
  assert.equal(service.live.has('wxs_2'), false);
  assert.doesNotMatch(JSON.stringify([...wx.storage]), /wxs_/);
});

/** A device whose logouts could not end these sessions. */
async function leftOver(...ending) {
  const { service, wx } = await signedIn();
  const [[key, text]] = wx.storage;
  wx.storage.set(key, JSON.stringify({ ...JSON.parse(text), record: undefined, out: true, ending }));
  ending.forEach((token) => service.live.add(token));
  return { service, wx };
}

test('tokens are ended one by one: the one that was told is forgotten, the other is kept', async () => {
  const { service, wx } = await leftOver('wxs_a', 'wxs_b', 7);
  service.inject((call) => call.token === 'wxs_a', () => answer(503, ''), 1);
  const next = relaunch({ service, wx });
  assert.equal((await settle(next.session.logout())).error.code, 'http_503');
  assert.deepEqual([service.live.has('wxs_a'), service.live.has('wxs_b')], [true, false]);
  await next.session.login();
  for (let rest = 0; rest < 5; rest++) await turn();
  assert.deepEqual([service.live.has('wxs_a'), service.log.filter(({ method, token }) => method === 'DELETE' && token === 'wxs_b').length], [false, 1]);
});

test('a login ends what logouts left, all of it', async () => {
  const { service, wx } = await leftOver('wxs_1', 'wxs_b');
  const next = relaunch({ service, wx });
  await next.session.login();
  for (let rest = 0; rest < 5; rest++) await turn();
  assert.deepEqual([...service.live], [wx.storedToken()]);
});

test('a page of some network is not taken for a logout', async () => {
  const { session, service } = await signedIn();
  service.inject(is('/session'), () => answer(200, '<html>'));
  assert.equal((await settle(session.logout())).error.code, 'bad_answer');
});

test('logging out of a session that is over already is fine', async () => {
  const { session, service } = await signedIn();
  service.endAll();
  service.inject(is('/session'), () => problem(401, 'session_invalid'));
  await session.logout();
});

test('logging out twice, or without a session, is fine', async () => {
  const { session, service } = start();
  await session.logout();
  await session.logout();
  assert.deepEqual(paths(service), []);
});

test('logoutEverywhere ends every session, and requests wait for it', async () => {
  const { session, service, wx, orders, events } = await signedIn();
  service.live.add('wxs_other_device');
  const out = session.logoutEverywhere();
  const waiting = settle(orders());
  await Promise.all([out, session.logoutEverywhere()]);
  assert.equal((await waiting).error.code, 'signed_out');
  assert.deepEqual([service.live.size, wx.storedToken(), wx.logins], [0, undefined, 0]);
  assert.deepEqual(paths(service), ['DELETE /sessions']);
  assert.deepEqual(events, ['signed-in s1', 'signed-out logout-everywhere']);
});

test('requests under way when logoutEverywhere starts do not bring the session back', async () => {
  const { session, service, wx, orders } = await signedIn();
  service.straggle = true;
  service.inject((call) => call.path === '/orders', () => problem(401, 'session_invalid'));
  const racing = Array.from({ length: 10 }, () => settle(orders()));
  await session.logoutEverywhere();
  await Promise.all(racing);
  assert.deepEqual([service.live.size, wx.storedToken()], [0, undefined]);
});

test('logoutEverywhere with an ended session logs in to do it', async () => {
  const { session, service, wx } = await signedIn();
  service.endAll();
  service.live.add('wxs_other_device');
  await session.logoutEverywhere();
  assert.deepEqual([service.live.size, wx.logins], [0, 1]);
});

test('logoutEverywhere that fails leaves the session as it was', async () => {
  const { session, service, wx, orders, token } = await signedIn();
  service.inject(is('/sessions'), () => problem(503, 'store_unavailable'), 1);
  const waiting = [settle(session.logoutEverywhere()), settle(orders())];
  const [out, request] = await Promise.all(waiting);
  assert.equal(out.error.code, 'store_unavailable');
  assert.equal(request.error, undefined);
  assert.equal(wx.storedToken(), token);
});

test('logoutEverywhere does not take a page of some network for a yes', async () => {
  const { session, service, wx, token } = await signedIn();
  service.inject(is('/sessions'), () => answer(200, '<html>'));
  assert.equal((await settle(session.logoutEverywhere())).error.code, 'bad_answer');
  assert.equal(wx.storedToken(), token);
});

test('login and check during logoutEverywhere wait for its outcome', async () => {
  const { session, service, wx } = await signedIn();
  const out = session.logoutEverywhere();
  const [checked, info] = await Promise.all([session.check(), session.login(), out]);
  assert.equal(checked, null);
  assert.equal(session.current().session.id, info.session.id);
  assert.deepEqual([...service.live], [wx.storedToken()]);
});

test('the answer to a check of a replaced token does not touch the new session', async () => {
  const { session, service } = await signedIn();
  service.slow['GET /session'] = 20;
  const checking = session.check({ force: true });
  const info = await session.login();
  await checking;
  assert.deepEqual(session.current(), info);
});

test('listeners can be removed', async () => {
  const { session } = start();
  let calls = 0;
  const stop = session.on('signed-in', () => calls++);
  await session.login();
  stop();
  await session.login();
  assert.equal(calls, 1);
});
