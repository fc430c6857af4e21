// The ticket: out of the URL at once, redeemed once, and stronger than what was there before.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BASE, FakeApi, FakeStorage, H5, WebView, html, is, json, offline, opened, paths, settle } from './web.mjs';

const start = (options) => {
  const api = new FakeApi();
  return { api, view: new WebView(api, options) };
};
const userOf = async (session) => (await (await session.request('/orders')).json()).user;
const reopened = (error, why) => {
  assert.deepEqual([error.name, error.code, error.why], ['PageSessionError', 'reopen_needed', why]);
  assert.doesNotMatch(JSON.stringify(error) + error.message + error.stack, /wxt_|wxs_/);
};

test('the ticket leaves the URL before anything is awaited, and what else is there stays', () => {
  for (const [before, after] of [
    ['/#wxt=T', '/'], ['/a?b=1#wxt=T', '/a?b=1'], ['/#/orders&wxt=T', '/#/orders'], ['/#wxt=T&a=1', '/#a=1'], ['/#a&wxt=T&b', '/#a&b'],
    ['/#wxt=T#wechat_redirect', '/#wechat_redirect'], ['/#/a&wxt=T#wechat_redirect', '/#/a#wechat_redirect'], ['/?wxt=keep&wxt=it#wxt=T', '/?wxt=keep&wxt=it'],
    ['/#wxt=old&wxt=T', '/'], ['/#wxt=', '/'], ['//evil.com/#wxt=T', '//evil.com/'], ['/#/a?b=c&wxt=T', '/#/a?b=c'], ['/#a', '/#a'], ['/', '/']
  ]) {
    for (const [replaceFails, early] of [[false, false], [true, false], [false, true], [true, true]]) {
      const { api, view } = start({ early });
      view.replaceFails = replaceFails;
      const ticket = api.ticket();
      view.load(H5 + before.replace('T', ticket));
      assert.equal(view.href.replace(/#$/, ''), H5 + after);
      const redeemed = api.log.map(({ data }) => data);
      assert.deepEqual(redeemed, before.includes('T') ? [{ ticket, audience: H5 }] : [], before);
    }
  }
});

test('with wxsession-ticket.js no other script sees the ticket, neither before the module nor when the fragment changes', async () => {
  const { api, view } = start({ early: true });
  view.load(H5 + '/#/a&wxt=' + api.ticket('anna'));
  assert.equal(await userOf(view.session), 'anna');
  view.moveTo(H5 + '/#/b&wxt=' + api.ticket('ben'));
  assert.equal(await userOf(view.session), 'ben');
  // Once at its head, then at popstate and at hashchange.
  assert.deepEqual([view.seen, 'wxsessionTicket' in view.globals], [[H5 + '/#/a', H5 + '/#/b', H5 + '/#/b'], false]);
});

test('a router that keeps in the history what it read at popstate brings no ticket back', async () => {
  for (const early of [true, false]) {
    const { api, view } = start({ early });
    view.load(H5 + '/#/a&wxt=' + api.ticket('anna'));
    // As vue-router does it in hash mode: reads at popstate, and writes the same into the history when its guards are done.
    const entries = [];
    view.listeners.popstate.push(() => entries.push(view.href));
    for (const [path, user] of [['/#/b', 'ben'], ['/#/c', 'carl']]) {
      view.moveTo(H5 + path + '&wxt=' + api.ticket(user));
      assert.equal(await userOf(view.session), user);
    }
    assert.deepEqual(entries, [H5 + '/#/b', H5 + '/#/c']);
    // Back.
    view.moveTo(entries[0]);
    assert.deepEqual([await userOf(view.session), api.count('POST', '/tickets/redeem'), api.reused], ['carl', 3, 0]);
  }
});

test('what wxsession-ticket.js kept is taken once, also a ticket that was cut off, and a newer one in the URL wins', async () => {
  const { api, view } = start({ early: true });
  view.load(H5 + '/#wxt=' + api.ticket('anna'), 'bare');
  assert.match(view.globals.wxsessionTicket, /^wxt_/);
  view.href = H5 + '/#wxt=' + api.ticket('ben');
  const session = view.create();
  assert.equal(await userOf(session), 'ben');
  assert.equal(view.create(), session);
  assert.deepEqual([api.count('POST', '/tickets/redeem'), view.href], [1, H5 + '/']);
  view.load(H5 + '/#wxt=');
  reopened((await settle(view.session.request('/orders'))).error, 'ticket_invalid');
  view.load(H5 + '/', 'bare');
  // An element of that id.
  view.globals.wxsessionTicket = { tagName: 'A' };
  reopened((await settle(view.create().request('/orders'))).error, 'no_ticket');
});

test('it leaves the URL also when the page is given nonsense', () => {
  const { api, view } = start();
  view.load(H5 + '/#wxt=' + api.ticket(), 'bare');
  for (const baseUrl of [undefined, '', '/api', 'ftp://api.example.com', 'https://user@api.example.com', 'https://api.example.com?a', 'https://api.example.com\\a']) {
    assert.throws(() => view.create({ baseUrl }), { name: 'TypeError' });
  }
  assert.throws(() => view.create({ origins: ['https://a.example.com/path'] }), { name: 'TypeError' });
  assert.equal(view.href, H5 + '/');
  assert.deepEqual(paths(api), []);
});

test('a ticket becomes a session: one redemption, however many calls wait for it', async () => {
  const { api, view } = start();
  view.load(H5 + '/#wxt=' + api.ticket('anna'));
  const { session } = view;
  const [one, two, three] = await Promise.all([userOf(session), session.check(), session.webSocketProtocols()]);
  assert.deepEqual([one, two.user.id, three[0], api.live.has(three[1])], ['anna', 'anna', 'wxs', true]);
  assert.deepEqual([paths(api).filter((each) => /redeem/.test(each)).length, api.log[0].path, api.log[0].authorization], [1, '/tickets/redeem', null]);
  assert.deepEqual(view.stored(), [three[1]]);
});

test('a page that makes its session twice gets the same one', async () => {
  const { api, view } = start();
  view.load(H5 + '/#wxt=' + api.ticket());
  assert.equal(view.create(), view.session);
  assert.equal(view.create({ baseUrl: 'HTTPS://API.example.com/prod/' }), view.session);
  assert.equal(await userOf(view.session), 'u');
  assert.notEqual(view.create({ baseUrl: 'https://other.example.com' }), view.session);
});

test('a reload goes on with the token, and asks nothing', async () => {
  const { api, view, token } = await opened();
  view.load();
  assert.equal((await view.session.webSocketProtocols())[1], token);
  assert.deepEqual(paths(api), []);
});

test('the URL of an older ticket, loaded once more, redeems nothing and ends nothing', async () => {
  const { api, view } = await opened({}, 'anna');
  const first = H5 + '/a#wxt=' + api.ticket('ben');
  for (const url of [first, H5 + '/b#wxt=' + api.ticket('carl'), first]) {
    view.load(url);
    await view.session.check();
  }
  view.moveTo(first);
  assert.deepEqual([await userOf(view.session), api.count('POST', '/tickets/redeem'), api.reused], ['carl', 2, 0]);
});

test('a new ticket wins over a token that is there: it may be another user\'s', async () => {
  const { api, view } = await opened({}, 'anna');
  view.load(H5 + '/#wxt=' + api.ticket('ben'));
  assert.deepEqual(view.stored(), [], 'gone before the redemption is answered');
  assert.equal(await userOf(view.session), 'ben');
});

test('nor does the former user come back when the new ticket fails, not even after a reload', async () => {
  for (const [what, why] of [
    [() => offline(), 'network'], [() => ({ lost: true }), 'network'], [() => json(503, { code: 'store_unavailable' }, { 'retry-after': '3' }), 'store_unavailable'],
    [() => html(200), 'bad_answer'], [() => json(200, {}), 'bad_answer'], [() => json(200, { token: ['wxs_x'] }), 'bad_answer'], [() => json(200, { token: 'wxs_x y' }), 'bad_answer'],
    [() => json(409, { code: 'ticket_invalid' }), 'ticket_invalid'], [() => json(429, { message: 'Too Many Requests' }), 'http_429'], [() => html(502), 'http_502']
  ]) {
    const { api, view } = await opened({}, 'anna');
    api.inject(is('/tickets/redeem'), what);
    view.load(H5 + '/#wxt=' + api.ticket('ben'));
    for (let round = 0; round < 2; round++) reopened((await settle(view.session.request('/orders'))).error, why);
    view.load();
    reopened((await settle(view.session.request('/orders'))).error, 'no_ticket');
    assert.deepEqual([paths(api), api.reused], [['POST /tickets/redeem'], 0], 'never redeemed again');
  }
});

test('a ticket that was cut off is no ticket, and no reason to go on as the former user', async () => {
  for (const cut of ['', 'wxt_', 'wxt_short', 'wxs_' + 'x'.repeat(43), 'wxt_' + 'x'.repeat(44), '%77xt_']) {
    const { api, view } = await opened({}, 'anna');
    view.load(H5 + '/#wxt=' + cut);
    reopened((await settle(view.session.request('/orders'))).error, 'ticket_invalid');
    assert.deepEqual([paths(api), view.stored()], [[], []]);
  }
});

test('the same URL once more, as WeChat may load it, redeems nothing twice', async () => {
  const { api, view } = start();
  const href = H5 + '/#wxt=' + api.ticket();
  view.load(href);
  assert.equal(await userOf(view.session), 'u');
  view.load(href);
  assert.equal(await userOf(view.session), 'u');
  assert.deepEqual([api.reused, api.count('POST', '/tickets/redeem'), view.href], [0, 1, H5 + '/']);
  await view.session.logout();
  view.load(href);
  reopened((await settle(view.session.check())).error, 'ticket_used');
  assert.equal(api.reused, 0);
});

test('an answer that never comes ends as a session that has to be reopened; a late one changes nothing', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { api, view } = start();
  let late;
  api.inject(is('/tickets/redeem'), (call) => new Promise((resolve) => (late = () => resolve(api.route(call)))), 1);
  // The context took the real timers when it was made.
  view.load('about:blank', 'bare');
  Object.assign(view.globals, { setTimeout, clearTimeout, AbortController: undefined });
  view.href = H5 + '/#wxt=' + api.ticket();
  view.session = view.create();
  const asked = settle(view.session.request('/orders'));
  context.mock.timers.tick(15000);
  reopened((await asked).error, 'timeout');
  late();
  for (let turn = 0; turn < 9; turn++) await new Promise(setImmediate);
  reopened((await settle(view.session.request('/orders'))).error, 'timeout');
  assert.deepEqual(paths(api), ['POST /tickets/redeem']);
});

test('another ticket in the fragment alone, without a load: the last one wins, however late the first answers', async () => {
  const { api, view } = start();
  api.slow = ({ data }) => (data && data.ticket === first ? 20 : 1);
  const first = api.ticket('anna');
  view.load(H5 + '/#wxt=' + first);
  const asked = userOf(view.session);
  view.moveTo(H5 + '/#/b&wxt=' + api.ticket('ben'));
  assert.equal(view.href, H5 + '/#/b');
  assert.deepEqual([await asked, await userOf(view.session)], ['ben', 'ben']);
  for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate);
  assert.equal(await userOf(view.session), 'ben');
  view.moveTo(H5 + '/#/c');
  assert.equal(await userOf(view.session), 'ben');
});

test('a page that comes back from the cache goes on as who is there now', async () => {
  const { api, view } = await opened({}, 'anna');
  view.leave();
  view.load(H5 + '/b#wxt=' + api.ticket('ben'));
  assert.equal(await userOf(view.session), 'ben');
  view.back();
  assert.equal(await userOf(view.session), 'ben');
  view.leave();
  view.load(H5 + '/c');
  await view.session.logout();
  view.back();
  reopened((await settle(view.session.request('/orders'))).error, 'no_ticket');
});

test('a page that comes back from the cache drops what a later page took out of the storage', async () => {
  for (const reloaded of [false, true]) {
    const { api, view } = await opened({}, 'anna');
    if (reloaded) view.load();
    view.leave();
    // It is full: the later page lives in memory, and has removed what lay there.
    view.storage.broken = ['setItem'];
    view.load(H5 + '/b#wxt=' + api.ticket('ben'));
    assert.equal(await userOf(view.session), 'ben');
    view.back();
    const sent = api.log.length;
    reopened((await settle(view.session.request('/orders'))).error, 'no_ticket');
    assert.equal(api.log.length, sent);
  }
});

test('nor does a redemption come back that was under way when the page was left', async () => {
  const { api, view } = await opened({}, 'anna');
  const carl = api.ticket('carl');
  api.slow = ({ data }) => (data && data.ticket === carl ? 30 : 1);
  view.load(H5 + '/#wxt=' + carl);
  view.leave();
  view.storage.broken = ['setItem'];
  view.load(H5 + '/b#wxt=' + api.ticket('ben'));
  assert.equal(await userOf(view.session), 'ben');
  view.back();
  for (let round = 0; round < 2; round++) {
    reopened((await settle(view.session.request('/orders'))).error, 'no_ticket');
    for (let turn = 0; turn < 40; turn++) await new Promise(setImmediate);
  }
  assert.deepEqual([...api.live.values()], ['anna', 'ben'], 'what nobody will use is ended');
});

test('a page whose storage never worked, or cannot be read, keeps its session when it comes back', async () => {
  const storage = new FakeStorage();
  storage.broken = ['setItem'];
  for (const kept of [storage, null]) {
    const api = new FakeApi();
    const view = new WebView(api, { storage: kept }).load(H5 + '/#wxt=' + api.ticket('anna'));
    assert.equal(await userOf(view.session), 'anna');
    view.leave();
    view.back();
    assert.equal(await userOf(view.session), 'anna');
  }
});

test('storage that throws, lies or is forbidden: the session lives in memory, and nobody else\'s comes back', async () => {
  for (const broken of [['setItem'], ['getItem'], ['setItem', 'removeItem'], ['getItem', 'setItem', 'removeItem']]) {
    const storage = new FakeStorage();
    const { api, view } = await opened({ storage }, 'anna');
    storage.broken = broken;
    view.load(H5 + '/#wxt=' + api.ticket('ben'));
    assert.deepEqual([await userOf(view.session), await userOf(view.session)], ['ben', 'ben']);
    if (!broken.includes('removeItem')) {
      storage.broken = [];
      view.load();
      assert.notEqual((await settle(userOf(view.session))).value, 'anna');
    }
  }
  for (const options of [{ storage: null }, {}]) {
    const api = new FakeApi();
    const view = new WebView(api, { storage: options.storage === null ? new FakeStorage() : null }).load(H5 + '/#wxt=' + api.ticket(), options);
    assert.equal(await userOf(view.session), 'u');
    assert.deepEqual(view.stored(), []);
  }
  for (const text of ['', 'null', '7', '[]', '{"token":5}', '{"token":"two words"}', '{"token":["wxs_x"]}', 'wxs_x', '{"mark":{}}']) {
    const { api, view } = start();
    view.storage.setItem('wxsession|' + BASE, text);
    view.load(H5 + '/');
    reopened((await settle(view.session.check())).error, 'no_ticket');
    assert.deepEqual(paths(api), []);
  }
});

test('without a ticket and without a token nothing is sent', async () => {
  const { api, view } = start();
  view.load(H5 + '/');
  for (const call of [view.session.request('/orders'), view.session.check(), view.session.webSocketProtocols()]) reopened((await settle(call)).error, 'no_ticket');
  await view.session.logout();
  assert.deepEqual(paths(api), []);
});
