// The page's calls: where the token goes, what ends the session, what does not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, H5, html, is, json, offline, opened, paths, settle } from './web.mjs';

test('the token goes under baseUrl and to the listed origins, in Authorization, and nowhere else', async () => {
  const { api, view, token } = await opened();
  const bare = { api, session: view.load(H5 + '/', { origins: ['https://FILES.example.com:443/'] }).session };
  const urls = {
    ours: ['/orders', 'orders', '', '@evil.com', '//evil.com', ' https://evil.com', '?a=1', BASE + '/a', BASE, BASE + '?a', BASE + '#a', BASE + '?a#b', 'HTTPS://API.example.com:443/prod/a', 'https://files.example.com', 'https://files.example.com/a#b', 'https://files.example.com#/b', '/a/../b', 'a/..', '/../prod/a', '/#/../..', '/?a=/../..', new URL(BASE + '/x')],
    theirs: [
      'https://evil.com/', 'https://api.example.com/', 'https://api.example.com/production', 'https://api.example.com/prod/../other', BASE + '/%2e%2e/other', 'https://api.example.com/production#/prod/', 'https://api.example.com#/prod/', 'https://api.example.com.evil.com/prod/', 'https://api.example.com@evil.com/prod/',
      'https://user@api.example.com/prod/a', 'http://api.example.com/prod/a', 'https://api.example.com:8443/prod/a', 'https://files.example.com.evil.com/', 'https:evil.com', 'data:text/plain,a', H5 + '/x'
    ]
  };
  for (const [kind, list] of Object.entries(urls)) {
    for (const url of list) {
      api.log.length = 0;
      await bare.session.request(url, { headers: { 'X-Trace': 't' } });
      const [{ authorization, url: sent, init }] = api.log;
      assert.equal(authorization, kind === 'ours' ? 'Bearer ' + token : null, String(url));
      assert.equal(new Headers(init.headers).get('x-trace'), 't');
      assert.doesNotMatch(sent, /wxs_/);
    }
  }
  api.log.length = 0;
  const leaving = ['/../other', '..', '/..', '../', '/%2e%2e/x', '/.%2E/x', '..\\other', '/a/../../production', '.\t./other', '/../../../other'];
  for (const url of [undefined, null, 5, {}, ['/a'], ...leaving]) assert.equal((await settle(bare.session.request(url))).error.name, 'TypeError', String(url));
  assert.deepEqual(paths(api), []);
});

test('an own Authorization does not go along with the token; redirects are not followed unless asked for', async () => {
  const { api, session, token } = await opened();
  await session.request('/orders', { method: 'POST', body: '{}', headers: [['authorization', 'Basic x']], redirect: 'follow' });
  await session.request('/orders');
  assert.deepEqual(api.log.map(({ authorization, init }) => [authorization, init.redirect, init.method]), [['Bearer ' + token, 'follow', 'POST'], ['Bearer ' + token, 'error', undefined]]);
});

for (const code of ['session_invalid', 'credentials_missing']) {
  test(`401 ${code} ends the session: nothing more is sent, and a reload does not bring it back`, async () => {
    const { api, view, session, token } = await opened();
    api.live.delete(token);
    api.inject(is('/orders'), () => json(401, { code }));
    for (const [call, why] of [[() => session.request('/orders'), 'session_invalid'], [() => session.check(), 'session_invalid'], [() => view.load().session.check(), 'no_ticket']]) {
      const { error } = await settle(call());
      assert.deepEqual([error.code, error.why], ['reopen_needed', why]);
    }
    assert.deepEqual([paths(api), view.stored()], [['GET /orders', 'GET /session'], []]);
  });

  test(`401 ${code} of another server is a claim: GET /session says that the session is good, or cannot tell, and it stays`, async () => {
    for (const what of [undefined, () => json(503, { code: 'store_unavailable' }), () => offline()]) {
      const { api, view, session, token } = await opened();
      api.inject(is('/orders'), () => json(401, { code }));
      if (what) api.inject(is('/session'), what);
      assert.equal((await session.request('/orders')).status, 401);
      assert.deepEqual([paths(api), view.stored()], [['GET /orders', 'GET /session'], [token]]);
    }
  });
}

test('check() tells why the service ended the session', async () => {
  const { api, session, view } = await opened();
  api.inject(is('/session'), () => json(401, { code: 'session_invalid', ended: 'logged_out' }));
  const { error } = await settle(session.check());
  assert.deepEqual([error.code, error.why, error.ended, view.stored()], ['reopen_needed', 'session_invalid', 'logged_out', []]);
});

test('what nobody of ours said ends no session; request() hands every answer on', async () => {
  const answers = [
    [() => html(401), 401], [() => json(401, { message: 'Unauthorized' }), 401], [() => json(403, { message: 'Forbidden' }), 403], [() => html(403), 403], [() => json(403, { code: 'not_for_child' }), 403],
    [() => json(401, { code: 'other' }), 401], [() => json(429, { code: 'rate_limited' }), 429], [() => json(503, { code: 'store_unavailable' }), 503], [() => html(502), 502], [() => json(500, {}), 500],
    [() => json(403, { code: 'session_invalid' }), 403], [() => json(200, { code: 'session_invalid' }), 200], [() => json(400, {}), 400]
  ];
  for (const [what, status] of answers) {
    for (const alsoCheck of [false, true]) {
      const { api, view, session, token } = await opened();
      api.inject((call) => call.path === '/orders' || (alsoCheck && call.path === '/session'), what);
      const response = await session.request('/orders');
      assert.equal(response.status, status);
      assert.equal(response.bodyUsed, false, 'the app reads it');
      assert.deepEqual(view.stored(), [token]);
    }
  }
});

test('check() and logout() reject when nobody can tell, and the token stays', async () => {
  for (const [what, code, status, retryAfter] of [
    [() => offline(), 'network'], [() => html(401), 'http_401', 401], [() => json(403, { message: 'Forbidden' }), 'http_403', 403],
    [() => json(503, { code: 'store_unavailable' }, { 'retry-after': '3' }), 'store_unavailable', 503, 3], [() => html(502), 'http_502', 502],
    [() => json(200, 'x'), 'bad_answer', 200], [() => json(200, null), 'bad_answer', 200], [() => html(200), 'bad_answer', 200], [() => json(429, { code: 7 }), 'http_429', 429]
  ]) {
    const { api, view, session, token } = await opened();
    api.inject(is('/session'), what);
    for (const call of ['check', 'logout']) {
      const { error } = await settle(session[call]());
      assert.deepEqual([error.name, error.code, error.status, error.retryAfter, view.stored()], ['PageSessionError', code, status, retryAfter, [token]], call);
    }
    api.faults.length = 0;
    await session.logout();
    assert.deepEqual([api.live.size, view.stored()], [0, []]);
  }
});

test('what fetch rejects with is the app\'s, and the token stays', async () => {
  const { api, view, session, token } = await opened();
  api.inject(is('/orders'), () => offline(), 1);
  assert.equal((await settle(session.request('/orders'))).error.message, 'Failed to fetch');
  assert.deepEqual(view.stored(), [token]);
});

test('a gateway that says no without our code is settled by one question, however many wonder', async () => {
  const { api, view, session, token } = await opened();
  api.live.delete(token);
  api.inject(is('/orders'), () => json(403, { message: 'Forbidden' }));
  const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => settle(session.request('/orders'))));
  assert.deepEqual(outcomes.map(({ error }) => error && error.code), Array(5).fill('reopen_needed'));
  assert.deepEqual([api.count('GET', '/session'), view.stored()], [1, []]);
});

test('logout() ends the session on the service; a lost answer is repeated, and a session that is over is out', async () => {
  const { api, view, session } = await opened();
  api.inject(is('/session', 'DELETE'), () => ({ lost: true }), 1);
  assert.equal((await settle(session.logout())).error.code, 'network');
  assert.equal(api.live.size, 0);
  await session.logout();
  assert.equal((await settle(session.request('/orders'))).error.why, 'logged_out');
  await session.logout();
  assert.deepEqual([paths(api), view.stored()], [['DELETE /session', 'DELETE /session'], []]);
});

test('logout() waits for a redemption, so that nobody is left signed in', async () => {
  const { api, view } = await opened();
  view.load(H5 + '/#wxt=' + api.ticket('ben'));
  await view.session.logout();
  assert.deepEqual([[...api.live.values()], view.stored()], [['u'], []]);
});

test('logout() means who was there, not who comes meanwhile; what a newer ticket overtook is ended', async () => {
  const { api, view } = await opened({}, 'anna');
  api.slow = ({ path }) => (path === '/tickets/redeem' ? 9 : 1);
  view.load(H5 + '/#wxt=' + api.ticket('ben'));
  const out = view.session.logout();
  view.moveTo(H5 + '/#wxt=' + api.ticket('carl'));
  await out;
  assert.equal((await view.session.check()).user.id, 'carl');
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  assert.deepEqual([...api.live.values()], ['anna', 'carl']);
});

test('a late no to an older token does not touch the new one', async () => {
  const { api, view, session, token } = await opened({}, 'anna');
  api.slow = ({ path }) => (path === '/orders' ? 20 : 1);
  api.live.delete(token);
  const late = settle(session.request('/orders'));
  view.moveTo(H5 + '/#wxt=' + api.ticket('ben'));
  assert.equal((await session.check()).user.id, 'ben');
  assert.equal((await late).value.status, 401);
  assert.equal((await session.check()).user.id, 'ben');
});

test('the page\'s own requests carry no cookies and follow no redirect', async () => {
  const { api, session } = await opened();
  await session.check();
  await session.logout();
  for (const { init } of api.log) assert.deepEqual([init.credentials, init.redirect, init.cache], ['omit', 'error', 'no-store']);
});
