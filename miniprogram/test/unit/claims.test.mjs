// A 401 with our code is a claim, whoever writes it: before a session ends, GET /session has said so.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, problem, settle } from '../fake.mjs';
import { is, paths, signedIn } from './start.mjs';

const origins = ['https://files.example.com'];
const claim = (code = 'session_invalid') => problem(401, code);
const lost = () => ({ fails: { errMsg: 'request:fail' } });
const pause = () => new Promise((resolve) => setTimeout(resolve, 5));

/** An API that says no to every token, in our words: under baseUrl, or in another listed origin. */
const APIS = [
  ['a route under baseUrl', ({ session, service }, code) => {
    service.inject(is('/theirs'), () => claim(code));
    return () => session.request('/theirs');
  }],
  ['a server in origins', ({ session, wx }, code) => {
    const { request } = wx;
    wx.request = (options) => (/files/.test(options.url) ? options.success(claim(code)) : request.call(wx, options));
    return () => session.request('https://files.example.com/theirs');
  }]
];

for (const [name, open] of APIS) for (const code of ['session_invalid', 'credentials_missing']) {
  test(`${code} of ${name} is the app's to read when the service says that the session is good`, async () => {
    const all = await signedIn({ origins });
    const theirs = open(all, code);
    const { error } = await settle(theirs());
    assert.deepEqual([error.code, error.status], [code, 401]);
    assert.deepEqual([all.wx.storedToken(), all.wx.logins, all.service.count('GET', '/session')], [all.token, 0, 1]);
  });

  test(`${code} of ${name} ends nothing while the service cannot be asked, also when no login is to be had`, async () => {
    const all = await signedIn({ origins });
    const theirs = open(all, code);
    all.service.inject(is('/session'), () => problem(503, 'store_unavailable'), 1);
    all.service.inject(is('/login'), () => problem(503, 'upstream_unavailable'));
    assert.equal((await settle(theirs())).error.code, 'store_unavailable');
    await all.orders();
    assert.deepEqual([all.wx.storedToken(), all.wx.logins], [all.token, 0]);
  });

  test(`${code} of ${name} between requests that work causes no login at all`, async () => {
    const all = await signedIn({ origins });
    const theirs = open(all, code);
    for (let round = 0; round < 10; round++) {
      await settle(theirs());
      await all.orders();
    }
    assert.deepEqual([all.wx.storedToken(), all.wx.logins], [all.token, 0]);
  });
}

test('many claims at the same time are one question', async () => {
  const { session, service, wx } = await signedIn();
  service.inject(is('/theirs'), () => claim());
  await Promise.all(Array.from({ length: 10 }, () => settle(session.request('/theirs'))));
  assert.deepEqual([service.count('GET', '/session'), wx.logins], [1, 0]);
});

test('a session that ends a moment after the service vouched for it is replaced at once', async () => {
  const { session, service, wx, orders } = await signedIn();
  await session.check({ force: true });
  await pause();
  service.endAll('signed_out_everywhere');
  await orders();
  assert.deepEqual([wx.logins, paths(service)], [1, ['GET /session', 'GET /orders', 'GET /session', 'POST /login', 'GET /orders']]);
});

/** The network sends DELETE /me twice: the second copy meets a token that the first one has ended. */
const twice = (service) => service.inject(is('/me'), (call) => {
  service.route(call);
}, 1);

test('a deletion that meets 401 while nobody can say why rejects, and registers nobody', async () => {
  for (const prepare of [twice, (service) => service.route({ method: 'DELETE', path: '/me', token: [...service.live][0] })]) {
    const { session, service, wx, orders } = await signedIn();
    prepare(service);
    service.inject(is('/session'), () => problem(503, 'store_unavailable'), 1);
    service.log.length = 0;
    assert.equal((await settle(session.deleteAccount())).error.code, 'store_unavailable');
    assert.deepEqual(paths(service), ['DELETE /me', 'GET /session']);
    assert.equal((await settle(orders())).error.code, 'signed_out');
    await session.deleteAccount();
    assert.deepEqual([service.users.size, wx.logins], [0, 0]);
  }
});

test('after a deletion of which nobody can tell any more, what current() says and what requests say agree', async () => {
  const { session, service, orders, events } = await signedIn();
  service.inject(is('/me'), lost, 1);
  await settle(session.deleteAccount());
  service.endAll('ended_by_operator');
  assert.equal((await settle(orders())).error.code, 'signed_out');
  assert.deepEqual([session.current(), await session.check(), events.at(-1)], [null, null, 'signed-out account-deleted']);
  await session.login();
  await session.deleteAccount();
});

for (const why of ['ended_by_operator', 'signed_out_everywhere', 'something_new']) {
  test(`a deletion whose session was ${why} logs in to do it`, async () => {
    const { session, service, wx } = await signedIn();
    service.endAll(why);
    await session.deleteAccount();
    assert.deepEqual([service.users.size, wx.logins], [0, 1]);
  });
}

const REFUSALS = [
  ['429', () => problem(429, 'rate_limited')], ['404 of a gateway', () => answer(404, { message: 'Not Found' })],
  ['403 of a gateway', () => answer(403, { message: 'Forbidden' })], ['401 of a proxy', () => answer(401, '<html>')], ['401 with our code', () => claim()]
];

for (const [name, refusal] of REFUSALS) {
  test(`a deletion that ${name} kept from happening locks nobody out when the session ends later`, async () => {
    const { session, service, wx, orders, events } = await signedIn();
    service.inject(is('/me'), refusal, 1);
    assert.ok((await settle(session.deleteAccount())).error);
    await pause();
    service.endAll('ended_by_operator');
    await orders();
    assert.deepEqual([service.users.size, wx.logins, events.at(-1)], [1, 1, 'signed-in s2']);
  });
}

test('what the service said of a session before it ended is not believed when it arrives after', async () => {
  const { session, service, wx, orders } = await signedIn();
  const { request } = wx;
  let arrive;
  wx.request = (options) => {
    if (arrive || !/\/session$/.test(options.url)) return request.call(wx, options);
    return request.call(wx, { ...options, success: (reply) => (arrive = () => options.success(reply)) });
  };
  const checked = session.check({ force: true });
  while (!arrive) await pause();
  service.endAll('signed_out_everywhere');
  await pause();
  const asked = orders();
  await pause();
  arrive();
  await Promise.all([checked, asked]);
  assert.equal(wx.logins, 1);
});

test('what wx repeats of a header is masked wherever it is told', async () => {
  const { session, wx, token } = await signedIn();
  wx.request = (options) => options.fail({ errMsg: `request:fail Bearer ${token}` });
  const { error } = await settle(session.request('/orders'));
  assert.doesNotMatch(JSON.stringify([error.errMsg, error.message, error]), /wxs_/);
});
