// The same library against a running service. Needs WXSESSION_BASE_URL (the service) and WXSESSION_SIM_URL (the
// WeChat simulator), as `cargo run -p local` prints them; without them it says by name what it did not run, and
// with WXSESSION_LIVE=required it fails.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { settle } from '../fake.mjs';
import { WebView } from '../browser/web.mjs';
import { NodeWx } from './wx.mjs';

const { createSession } = createRequire(import.meta.url)('../../demo/lib/wxsession.js');
const baseUrl = process.env.WXSESSION_BASE_URL;
const simulator = process.env.WXSESSION_SIM_URL;
const page = process.env.WXSESSION_PAGE_ORIGIN;
const skip = baseUrl && simulator ? false : 'not run: WXSESSION_BASE_URL and WXSESSION_SIM_URL are not set';

test('the live service is there when it is required', () => {
  assert.ok(!skip || process.env.WXSESSION_LIVE !== 'required', String(skip));
});

// Sessions per user are capped, so each test has a user of its own: 28 characters, as WeChat's.
const newOpenid = () => 'oLive' + Math.random().toString(36).slice(2).padEnd(12, '0').slice(0, 12) + 'ClientTest0';

function start(openid = newOpenid()) {
  const wx = new NodeWx(simulator, { openid });
  return { wx, session: createSession({ baseUrl, wx }), openid };
}

const list = (session) => session.request({ url: '/sessions' }).then(({ data }) => data.sessions);

test('ten parallel first requests cause one login', { skip }, async () => {
  const { wx, session } = start();
  const answers = await Promise.all(Array.from({ length: 10 }, () => session.request({ url: '/sessions' })));
  assert.deepEqual(answers.map(({ statusCode }) => statusCode), Array(10).fill(200));
  assert.equal(wx.logins, 1);
  assert.equal(wx.sent.filter((each) => each === 'POST /login').length, 1);
  assert.equal(answers[0].data.sessions.length, 1);
});

test('a check renews, and a check that is not due sends nothing', { skip }, async () => {
  const { wx, session } = start();
  const before = await session.login();
  wx.sent.length = 0;
  await session.check();
  assert.deepEqual(wx.sent, []);
  const after = await session.check({ force: true });
  assert.deepEqual(wx.sent, ['GET /session']);
  assert.equal(after.session.id, before.session.id);
  assert.ok(after.expires_at >= before.expires_at);
});

test('a session that another device ended is replaced by one login for ten requests', { skip }, async () => {
  const here = start();
  await here.session.login();
  const there = start(here.openid);
  await there.session.logoutEverywhere();
  const answers = await Promise.all(Array.from({ length: 10 }, () => list(here.session)));
  assert.equal(here.wx.logins, 2);
  assert.deepEqual(answers.map((sessions) => sessions.length), Array(10).fill(1));
  assert.equal((await settle(there.session.request({ url: '/sessions' }))).error.code, 'signed_out');
});

test('logging in again ends the old session', { skip }, async () => {
  const { session } = start();
  const first = await session.login();
  const second = await session.login();
  assert.notEqual(second.session.id, first.session.id);
  assert.equal(second.user.id, first.user.id);
  assert.deepEqual((await list(session)).map(({ id }) => id), [second.session.id]);
});

test('after a logout the service refuses the token', { skip }, async () => {
  const { wx, session } = start();
  await session.login();
  const { token } = [...wx.storage.values()][0].record;
  await session.logout();
  const { status } = await fetch(baseUrl + '/session', { headers: { authorization: 'Bearer ' + token } });
  assert.equal(status, 401);
  assert.equal(JSON.stringify([...wx.storage]).includes(token), false);
});

test('a code that was used already heals itself', { skip }, async () => {
  const { wx, session } = start();
  const used = await wx.mint();
  const body = JSON.stringify({ code: used.code });
  await fetch(baseUrl + '/login', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { mint } = wx;
  wx.mint = async () => {
    wx.mint = mint;
    return used;
  };
  await session.login();
  assert.equal(wx.logins, 2);
});

test('an answer nobody has is an error with a code, and the session stays', { skip }, async () => {
  const { wx, session } = start();
  await session.login();
  const { error } = await settle(session.request({ url: '/sessions/00000000-0000-7000-8000-000000000000', method: 'DELETE' }));
  assert.deepEqual([error.status, error.code], [404, 'not_found']);
  assert.ok(session.current());
  assert.equal(wx.logins, 1);
});

test('who listens learns from the service why a session ended', { skip }, async () => {
  const here = start();
  const heard = [];
  here.session.on('session-ended', ({ ended }) => heard.push(ended));
  await here.session.login();
  const there = start(here.openid);
  await there.session.logoutEverywhere();
  await list(here.session);
  assert.deepEqual([heard, here.wx.logins], [['signed_out_everywhere'], 2]);
});

test('a login of the same installation ends its former session, although the answer to it was lost', { skip }, async () => {
  const { wx, session } = start();
  const { request } = wx;
  wx.request = (options) => request.call(wx, { ...options, success: () => options.fail({ errMsg: 'request:fail timeout' }) });
  assert.equal((await settle(session.login())).error.code, 'timeout');
  wx.request = request;
  const { session: { id } } = await session.login();
  assert.deepEqual((await list(session)).map((each) => each.id), [id]);
});

test('a deleted account stays deleted, also when the answer was lost', { skip }, async () => {
  const { wx, session, openid } = start();
  const { user } = await session.login();
  const { request } = wx;
  wx.request = (options) => request.call(wx, { ...options, success: () => options.fail({ errMsg: 'request:fail timeout' }) });
  assert.equal((await settle(session.deleteAccount())).error.code, 'timeout');
  wx.request = request;
  assert.equal((await settle(list(session))).error.code, 'signed_out');
  await session.deleteAccount().catch(({ code }) => assert.equal(code, 'signed_out'));
  const again = await start(openid).session.login();
  assert.deepEqual([again.user.id, again.user.is_new], [user.id, true]);
});

/** A page in a web-view, its calls with the Origin that a browser sends. */
async function openPage(session) {
  const view = new WebView({ fetch: (url, init) => fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), Origin: page } }) });
  const href = await session.webviewUrl(page + '/orders');
  view.load(href, { baseUrl });
  return { view, href, page: view.session };
}

const noPage = skip || (page ? false : 'not run: WXSESSION_PAGE_ORIGIN, the PageOrigin of the service, is not set');

test('a page continues the session, is listed under it, and may not do everything', { skip: noPage }, async () => {
  const { session } = start();
  const { user } = await session.login();
  const { view, page: h5 } = await openPage(session);
  assert.deepEqual([(await h5.check()).user.id, view.href], [user.id, page + '/orders']);
  const [{ children }] = await list(session);
  assert.deepEqual(children.map(({ audience }) => audience), [page]);
  assert.deepEqual([(await h5.request('/me', { method: 'DELETE' })).status, (await h5.request('/session-key')).status], [403, 403]);
  await session.logout();
  const { error } = await settle(h5.request('/sessions'));
  assert.deepEqual([error.code, error.why], ['reopen_needed', 'session_invalid']);
});

test('the same URL once more costs nothing; a ticket that somebody else redeems too ends the page', { skip: noPage }, async () => {
  const { session } = start();
  const { view, href, page: h5 } = await openPage(session);
  await h5.check();
  view.load(href, { baseUrl });
  await view.session.check();
  const body = JSON.stringify({ ticket: href.split('wxt=')[1], audience: page });
  const stolen = await fetch(baseUrl + '/tickets/redeem', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  assert.deepEqual([stolen.status, (await stolen.json()).code], [409, 'ticket_invalid']);
  assert.equal((await settle(view.session.check())).error.ended, 'ticket_reused');
  assert.equal((await list(session)).length, 1, 'the Mini Program goes on');
});

test('a page that logs out leaves the Mini Program where it is', { skip: noPage }, async () => {
  const { session } = start();
  const { page: h5 } = await openPage(session);
  await h5.logout();
  assert.equal((await settle(h5.check())).error.why, 'logged_out');
  assert.deepEqual((await list(session)).map(({ current }) => current), [true]);
});

test('another origin gets no ticket', { skip: noPage }, async () => {
  const { error } = await settle(start().session.webviewUrl('https://elsewhere.example.com/'));
  assert.equal(error.code, 'audience_unknown');
});
