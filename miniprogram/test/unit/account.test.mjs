import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, problem, settle } from '../fake.mjs';
import { is, paths, relaunch, signedIn, start } from './start.mjs';

const install = (wx) => JSON.parse([...wx.storage.values()][0]).install;
const lost = () => ({ fails: { errMsg: 'request:fail timeout' } });
/** The service does it; the answer is lost on the way. */
const doneButLost = (call, service) => {
  service.route(call);
  return lost();
};

test('deleteAccount() deletes once and stays signed out until the app calls login()', async () => {
  const { session, service, wx, orders, events } = await signedIn();
  const before = install(wx);
  await session.deleteAccount();
  assert.deepEqual([service.users.size, service.live.size, wx.storedToken(), session.current()], [0, 0, undefined, null]);
  assert.deepEqual(events, ['signed-in s1', 'signed-out account-deleted']);
  assert.equal((await settle(orders())).error.code, 'signed_out');
  assert.equal(await session.check({ login: true, force: true }), null);
  const next = relaunch({ service, wx });
  assert.equal((await settle(next.orders())).error.code, 'signed_out');
  assert.deepEqual([wx.logins, service.users.size], [0, 0], 'nobody registered the user again');
  assert.notEqual(install(wx), before, 'nothing the account was known by is sent again');
  await next.session.login();
  assert.equal(service.users.size, 1);
});

test('requests under way and requests during a deletion do not register the user again', async () => {
  const { session, service, wx, orders } = await signedIn();
  service.straggle = true;
  const racing = Array.from({ length: 10 }, () => settle(orders()));
  const deleting = session.deleteAccount();
  racing.push(settle(orders()), settle(session.check({ login: true })));
  await deleting;
  await Promise.all(racing);
  assert.deepEqual([service.users.size, wx.logins, wx.storedToken()], [0, 0, undefined]);
});

test('what is said late of a session that login() has replaced does not count as a deletion of the account now', async () => {
  for (const [close, request] of [['deleteAccount', 'DELETE /me'], ['logoutEverywhere', 'DELETE /sessions']]) {
    const { session, service, events, orders } = await signedIn();
    service.inject(is('/me'), doneButLost, 1);
    assert.equal((await settle(session.deleteAccount())).error.code, 'timeout');
    service.slow['GET /session'] = 30;
    const asking = settle(orders());
    while (!service.count('GET', '/session')) await new Promise(setImmediate);
    await session.login();
    service.log.length = 0;
    await session[close]();
    await asking;
    assert.ok(paths(service).includes(request), paths(service).join());
    assert.deepEqual([service.live.size, events.filter((event) => event === 'signed-out account-deleted').length], [0, close === 'deleteAccount' ? 1 : 0], close);
  }
});

test('what became known of an earlier deletion is not forgotten for a plain no', async () => {
  for (const close of ['deleteAccount', 'logoutEverywhere']) {
    const { session, service, orders } = await signedIn();
    service.inject(is('/me'), () => ({ fails: { errMsg: 'request:fail timeout' } }), 1);
    assert.equal((await settle(session.deleteAccount())).error.code, 'timeout');
    for (const token of [...service.live.keys()]) service.end(token, 'expired');
    service.inject(is('/orders'), () => answer(401, ''), 1);
    Object.assign(service.slow, { 'GET /session': 10, 'DELETE /me': 30, 'DELETE /sessions': 30 });
    const asking = settle(orders());
    while (!service.count('GET', '/session')) await new Promise(setImmediate);
    const [first] = await Promise.all([settle(session[close]()), asking]);
    if (first.error) assert.equal((await settle(session[close]())).error, undefined, close);
  }
});

test('two deletions at once are one request', async () => {
  const { session, service } = await signedIn();
  await Promise.all([session.deleteAccount(), session.deleteAccount()]);
  assert.deepEqual(paths(service), ['DELETE /me']);
});

test('a deletion during a sign-out everywhere waits for it', async () => {
  const { session, service } = await signedIn();
  const [out, gone] = await Promise.all([settle(session.logoutEverywhere()), settle(session.deleteAccount())]);
  assert.deepEqual([out.error, gone.error.code, paths(service)], [undefined, 'signed_out', ['DELETE /sessions']]);
});

test('a deletion with an ended session logs in to do it', async () => {
  for (const tellsWhy of [true, false]) {
    const { session, service, wx } = await signedIn();
    service.tellsWhy = tellsWhy;
    service.endAll();
    await session.deleteAccount();
    assert.deepEqual([service.users.size, wx.logins, wx.storedToken()], [0, 1, undefined]);
  }
});

for (const [name, what] of [['503', () => problem(503, 'store_unavailable')], ['offline', lost], ['a page of some network', () => answer(200, '<html>')]]) {
  test(`a deletion that meets ${name} says so, keeps the session, and can be repeated`, async () => {
    const { session, service, wx, orders, token } = await signedIn();
    service.inject(is('/me'), what, 1);
    assert.ok((await settle(session.deleteAccount())).error.code);
    await orders();
    assert.deepEqual([wx.storedToken(), wx.logins], [token, 0]);
    await session.deleteAccount();
    assert.deepEqual([service.users.size, wx.logins], [0, 0]);
  });
}

for (const tellsWhy of [true, false]) {
  const server = tellsWhy ? 'the service says why' : 'an older service says nothing';
  test(`a deletion whose answer was lost is not undone by the next request; ${server}`, async () => {
    const { session, service, wx, orders, events } = await signedIn();
    service.tellsWhy = tellsWhy;
    service.inject(is('/me'), doneButLost, 1);
    assert.equal((await settle(session.deleteAccount())).error.code, 'timeout');
    assert.equal((await settle(orders())).error.code, 'signed_out');
    assert.deepEqual([service.users.size, wx.logins, events.at(-1)], [0, 0, 'signed-out account-deleted']);
    const again = await settle(session.deleteAccount());
    assert.deepEqual([again.error === undefined, wx.logins], [tellsWhy, 0], 'done only when the service said so');
  });

  test(`nor by a relaunch; ${server}`, async () => {
    const { session, service, wx } = await signedIn();
    service.tellsWhy = tellsWhy;
    service.inject(is('/me'), doneButLost, 1);
    await settle(session.deleteAccount());
    const next = relaunch({ service, wx });
    assert.equal((await settle(next.orders())).error.code, 'signed_out');
    assert.deepEqual([service.users.size, wx.logins], [0, 0]);
  });
}

/** How an app may come to need a login after a deletion whose answer was lost. */
const DAYS = 86400000;
const AFTER = [
  ['at once', () => {}],
  ['after a minute', () => 61000],
  ['three days later, the record looks expired', () => 3 * DAYS]
];
const BEFORE = [
  ['with a good session', async (all) => all.orders()],
  ['as the first call', async () => {}],
  ['with an ended session', async (all) => {
    await all.orders();
    all.service.endAll('evicted');
  }]
];
const UNCLEAR = [
  ['lost', lost], ['429', () => problem(429, 'rate_limited')], ['503', () => problem(503, 'store_unavailable')], ['a 401 of a proxy', () => answer(401, '<html>')],
  ['a page', () => answer(200, '<html>')], ['a 403 of a firewall', () => answer(403, '<html>')], ['no status', () => ({ statusCode: NaN, data: '', header: {} })]
];

for (const [before, prepare] of BEFORE) for (const [what, unclear] of UNCLEAR) for (const [after, pass] of AFTER) {
  test(`a deletion ${before}, done but answered with ${what}, is not undone ${after}`, async () => {
    const all = start({ sessionKey: true });
    const { service, wx, session } = all;
    await prepare(all);
    service.inject((call) => call.path === '/me' && service.live.has(call.token), (call) => {
      service.route(call);
      return unclear();
    }, 1);
    await settle(session.deleteAccount());
    assert.equal(service.users.size, 0);
    // The second try proves nothing about the first.
    service.inject(is('/me'), () => problem(429, 'rate_limited'), 1);
    await settle(session.deleteAccount());
    const realNow = Date.now;
    const later = realNow() + (pass() || 0);
    Date.now = () => later;
    try {
      wx.keyIsGood = false;
      for (const client of [all, relaunch(all, { sessionKey: true })]) {
        wx.logins = 0;
        await settle(client.orders());
        await settle(client.session.check({ login: true, force: true }));
        await settle(client.session.connectSocket('/ws'));
        await settle(client.session.authorize({ url: '/orders' }));
        wx.paymentCodes = [-15005];
        await settle(client.session.pay({ sign: () => ({ signData: '{}' }) }));
        await settle(client.session.logoutEverywhere());
        await settle(client.session.deleteAccount());
        assert.equal((await settle(client.orders())).error.code, 'signed_out');
        assert.deepEqual([wx.logins, service.users.size], [0, 0], 'somebody registered the user again');
      }
      const { session: last, orders } = relaunch(all);
      await last.login();
      await orders();
      service.endAll();
      await orders();
      assert.equal(service.users.size, 1, 'the app wanted it');
    } finally {
      Date.now = realNow;
    }
  });
}

for (const [ended, logins] of [['evicted', 1], ['expired', 1], ['signed_out_everywhere', 1], ['ended_by_operator', 0], ['something_new', 0]]) {
  test(`after a deletion of which nobody knows, a session that was ${ended} ${logins ? 'proves that there is a user' : 'proves nothing'}`, async () => {
    const { session, service, wx, orders } = await signedIn();
    service.inject(is('/me'), lost, 1);
    await settle(session.deleteAccount());
    service.endAll(ended);
    await settle(orders());
    assert.equal(wx.logins, logins);
    assert.equal((await settle(session.deleteAccount())).error === undefined, !!logins);
  });
}

test('a sign-out everywhere whose account is gone registers nobody', async () => {
  const { session, service, wx } = await signedIn();
  service.endAll('deleted');
  assert.equal((await settle(session.logoutEverywhere())).error.code, 'signed_out');
  assert.equal(wx.logins, 0);
});

test('login() during a deletion that waits its turn comes after it', async () => {
  const { session, service } = await signedIn();
  service.slow['DELETE /me'] = 10;
  service.inject(is('/sessions'), () => problem(503, 'store_unavailable'));
  const out = settle(session.logoutEverywhere());
  const gone = settle(session.deleteAccount());
  await session.login();
  await out;
  assert.deepEqual([(await gone).error, paths(service), service.users.size], [undefined, ['DELETE /sessions', 'DELETE /me', 'POST /login'], 1]);
});

test('a repeated deletion learns that the first one had done it', async () => {
  const { session, service, wx } = await signedIn();
  service.inject(is('/me'), doneButLost, 1);
  await settle(session.deleteAccount());
  await session.deleteAccount();
  assert.deepEqual([service.users.size, wx.logins, wx.storedToken()], [0, 0, undefined]);
});

test('after a plain no a session that ends later is replaced silently, as ever', async () => {
  const { session, service, wx, orders } = await signedIn();
  service.tellsWhy = false;
  service.inject(is('/me'), () => problem(403, 'not_for_child'), 1);
  assert.equal((await settle(session.deleteAccount())).error.code, 'not_for_child');
  service.endAll();
  await orders();
  assert.equal(wx.logins, 1);
});

test('deleteAccount() when signed out rejects and registers nobody', async () => {
  const { session, service, wx } = await signedIn();
  await session.logout();
  assert.equal((await settle(session.deleteAccount())).error.code, 'signed_out');
  assert.deepEqual([wx.logins, service.count('DELETE', '/me')], [0, 0]);
});

test('who listens learns why a session ended, before the silent login', async () => {
  for (const why of ['expired', 'signed_out_everywhere', 'evicted', 'something_new']) {
    const { session, service, orders, events } = await signedIn();
    session.on('session-ended', ({ ended }) => events.push('ended ' + ended));
    service.endAll(why);
    service.straggle = true;
    await Promise.all(Array.from({ length: 10 }, () => orders()));
    assert.deepEqual(events.slice(1), ['ended ' + why, 'signed-in s2']);
    assert.equal(service.count('GET', '/session'), 1);
  }
});

test('whoever listens or not, the service is asked once before a login', async () => {
  const { service, orders } = await signedIn();
  service.endAll();
  await orders();
  assert.deepEqual(paths(service), ['GET /orders', 'GET /session', 'POST /login', 'GET /orders']);
});

test('a service that does not say why delays nothing else', async () => {
  const { session, service, orders, events } = await signedIn();
  service.tellsWhy = false;
  session.on('session-ended', ({ ended }) => events.push('ended ' + ended));
  service.endAll();
  await orders();
  assert.deepEqual(events.slice(1), ['ended undefined', 'signed-in s2']);
});

test('a logout() in the listener prevents the silent login, and no answer is lost by it', async () => {
  const { session, service, wx, orders } = await signedIn();
  session.on('session-ended', ({ ended }) => ended === 'deleted' && session.logout());
  service.endAll('deleted');
  const outcomes = await Promise.all([settle(orders()), settle(orders())]);
  assert.deepEqual(outcomes.map(({ error }) => error.code), ['signed_out', 'signed_out']);
  assert.equal(wx.logins, 0);
});

test('check({force}) tells why without another question', async () => {
  const { session, service, events } = await signedIn();
  session.on('session-ended', ({ ended }) => events.push('ended ' + ended));
  service.endAll('evicted');
  assert.equal(await session.check({ force: true }), null);
  await session.check();
  assert.deepEqual([events.at(-1), paths(service)], ['ended evicted', ['GET /session']]);
});

test('an error carries the reason when its answer did', async () => {
  const { service, orders } = await signedIn();
  service.inject(() => true, () => ({ ...problem(401, 'session_invalid'), data: { code: 'session_invalid', ended: 'blocked' } }));
  const { error } = await settle(orders());
  assert.deepEqual([error.status, error.ended], [401, 'blocked']);
});

test('a blocked user is told so once, and the app stops instead of looping', async () => {
  const { session, service, wx, orders } = await signedIn();
  const heard = [];
  session.on('signed-out', (detail) => heard.push(detail));
  service.endAll('blocked');
  service.inject(is('/login'), () => ({ ...problem(403, 'user_blocked'), data: { status: 403, code: 'user_blocked', until: 1900000000 } }));
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => settle(orders())));
  for (const { error } of outcomes) assert.deepEqual([error.code, error.body.until], ['user_blocked', 1900000000]);
  const { error } = await settle(orders());
  assert.deepEqual([error.code, error.body.until, wx.logins], ['user_blocked', 1900000000, 1]);
  assert.deepEqual(heard, [{ reason: 'refused', code: 'user_blocked' }]);
  const next = start({}, service, wx);
  assert.equal((await settle(next.session.login())).error.code, 'user_blocked');
});
