// The ticket of a web-view's page: for which URLs, and where in them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, problem, settle } from '../fake.mjs';
import { is, isSessionError, paths, signedIn, start } from './start.mjs';

const H5 = 'https://h5.example.com';
const ticketIn = (url) => url.replace(/wxt_\d+/, 'T');

test('a web-view gets a ticket in the fragment, for its own origin', async () => {
  const { session, service } = await signedIn();
  assert.equal(await session.webviewUrl(H5 + '/a?b=1', H5), H5 + '/a?b=1#wxt=wxt_2');
  assert.equal(await session.webviewUrl(H5 + '/a?b=1'), H5 + '/a?b=1#wxt=wxt_3');
  assert.deepEqual(service.log.map(({ method, path, data, token }) => [method, path, data, token]), [
    ['POST', '/tickets', { audience: H5 }, 'wxs_1'], ['POST', '/tickets', { audience: H5 }, 'wxs_1']
  ]);
});

test('a fragment keeps what is in it, but no older ticket; what WeChat looks for stays at the end', async () => {
  const { session } = await signedIn();
  for (const [url, wanted] of [
    ['/', '/#wxt=T'], ['', '#wxt=T'], ['/#', '/#wxt=T'], ['/#/orders', '/#/orders&wxt=T'], ['/#/orders?a=1&b', '/#/orders?a=1&b&wxt=T'],
    ['/#wxt=wxt_old', '/#wxt=T'], ['/#wxt=wxt_old&a=1', '/#a=1&wxt=T'], ['/#/orders&wxt=wxt_old', '/#/orders&wxt=T'], ['/#wxt=&wxt=1', '/#wxt=T'],
    ['/?a=1&wxt=2#b', '/?a=1&wxt=2#b&wxt=T'], ['/#wechat_redirect', '/#wxt=T#wechat_redirect'],
    ['/?a#/b#wechat_redirect', '/?a#/b&wxt=T#wechat_redirect'], ['/#wxt=wxt_old#wechat_redirect', '/#wxt=T#wechat_redirect'],
    ['/#a#b', '/#a#b&wxt=T'], ['/#not_wechat_redirect', '/#not_wechat_redirect&wxt=T']
  ]) {
    assert.equal(ticketIn(await session.webviewUrl(H5 + url)), H5 + wanted);
  }
});

test('the audience is the origin as the browser spells it, however the app spelt it', async () => {
  const { session, service } = await signedIn();
  for (const [url, audience, wanted] of [
    ['HTTPS://H5.Example.com:443/A', undefined, H5], [H5, 'https://H5.example.com:443/', H5], ['https://h5.example.com:08443/', undefined, H5 + ':8443'],
    ['http://localhost:5173/#/a', undefined, 'http://localhost:5173'], ['http://127.0.0.1:80/', undefined, 'http://127.0.0.1'], ['http://localhost?a', undefined, 'http://localhost'],
    ['https://h5.example.com:80/', undefined, H5 + ':80']
  ]) {
    service.log.length = 0;
    const made = await session.webviewUrl(url, audience);
    assert.ok(made.startsWith(url.split('#')[0]), made);
    assert.equal(service.log[0].data.audience, wanted);
    assert.equal(wanted, new URL(url).origin);
  }
});

test('no ticket leaves for another origin, and none is made for it', async () => {
  const { session, service } = await signedIn();
  for (const [url, audience] of [
    ['https://evil.com/', H5], ['https://h5.example.com@evil.com/', H5], ['/page', H5], ['http://h5.example.com/', H5], [undefined, undefined],
    [H5, 'h5.example.com'], [H5, H5 + ':8443'], [H5, null], [null, H5], ['', ''], [H5, ''],
    ['javascript:alert(1)', 'javascript:alert(1)'], ['http://h5.example.com/'], ['https://user@h5.example.com/'], ['https://user:pass@h5.example.com/'],
    ['wss://h5.example.com/'], ['ws://localhost/'], ['http://localhost.evil.com/'], ['http://localhost@evil.com/'], ['http://127.0.0.1.evil.com/'],
    ['http://127.0.0.1@evil.com/'], ['https://h5.example.com\\@evil.com/'], [' https://h5.example.com/'], ['https:h5.example.com'], ['https:///h5.example.com'],
    ['https://h5.exa\nmple.com/'], ['data:text/html,x'], ['//h5.example.com/'], [{}]
  ]) {
    const { error } = await settle(session.webviewUrl(url, audience));
    assert.ok(error instanceof TypeError, String(url));
  }
  assert.deepEqual(paths(service), []);
});

test('whoever is not signed in is logged in first; a session that ended is replaced, once', async () => {
  const { session, service, wx } = start();
  assert.match(await session.webviewUrl(H5), /#wxt=wxt_\d+$/);
  assert.deepEqual(paths(service), ['POST /login', 'POST /tickets']);
  service.endAll();
  service.log.length = 0;
  assert.match(await session.webviewUrl(H5), /#wxt=wxt_\d+$/);
  assert.deepEqual(paths(service), ['POST /tickets', 'GET /session', 'POST /login', 'POST /tickets']);
  service.log.length = 0;
  service.inject(is('/tickets'), ({ token }) => {
    service.end(token);
    return problem(401, 'session_invalid');
  });
  assert.equal((await settle(session.webviewUrl(H5))).error.code, 'session_invalid');
  assert.deepEqual([paths(service), wx.logins], [['POST /tickets', 'GET /session', 'POST /login', 'POST /tickets', 'GET /session'], 3]);
});

test('a service that cannot tell is an error, and nobody is logged out', async () => {
  for (const [what, code] of [
    [() => problem(503, 'store_unavailable', { 'retry-after': '3' }), 'store_unavailable'], [() => problem(429, 'rate_limited'), 'rate_limited'],
    [() => answer(502, '<html>'), 'http_502'], [() => ({ fails: { errMsg: 'request:fail ' } }), 'network'], [() => ({ fails: { errMsg: 'request:fail timeout' } }), 'timeout'],
    [() => problem(400, 'audience_unknown'), 'audience_unknown'], [() => problem(404, 'not_found'), 'not_found'], [() => problem(403, 'not_for_child'), 'not_for_child']
  ]) {
    const { session, service, wx, token } = await signedIn();
    service.inject(is('/tickets'), what);
    const { error } = await settle(session.webviewUrl(H5));
    assert.deepEqual([isSessionError(error), error.code, wx.storedToken(), wx.logins, paths(service).length], [true, code, token, 0, 1]);
  }
});

test('something else in the place of a ticket is an error that shows no ticket', async () => {
  const { session, service } = await signedIn();
  const ticket = 'wxt_' + 'x'.repeat(43);
  for (const given of [
    answer(200, '<html>'), answer(200, { ticket: 'two words' }), answer(200, { ticket: 'wxt_x y' }), answer(200, { ticket: 'wxt_x&wxt=y' }), answer(200, { ticket: 'wxt_x#' }),
    answer(200, { ticket: 'wxs_' + 'x'.repeat(43) }), answer(200, { ticket: null }), answer(200, {}), answer(200, ''), answer(204, ''), answer(302, { ticket }), answer(201, { ticket })
  ]) {
    service.inject(is('/tickets'), () => given, 1);
    const { error } = await settle(session.webviewUrl(H5));
    assert.deepEqual([error.code, error.response, error.body], ['bad_answer', undefined, undefined]);
    assert.doesNotMatch(JSON.stringify(error) + error.message + error.stack, /wxt_/);
  }
});
