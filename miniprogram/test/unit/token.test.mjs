import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../fake.mjs';
import { signedIn } from './start.mjs';

const foreign = [
  'https://evil.com/orders',
  'http://api.example.com/orders',
  'https://api.example.com:8443/orders',
  'https://api.example.com.evil.com/orders',
  'https://api.example.com@evil.com/orders',
  'https://api.example.com:443@evil.com/',
  'https://evil.com\\@api.example.com/',
  'https://api.example.com\\.evil.com/',
  'https://api.example.com\t.evil.com/',
  'https://evil.com#https://api.example.com/',
  'wss://api.example.com/orders',
  'https:api.example.com'
];
for (const url of foreign) {
  test(`the token is not sent to ${JSON.stringify(url)}`, async () => {
    const { session, wx, token } = await signedIn();
    wx.base = 'never://';
    for (const api of ['request', 'uploadFile', 'downloadFile']) await session[api]({ url, header: { a: 'b' } });
    assert.equal(wx.foreign.length, 3);
    assert.deepEqual(wx.foreign.map((each) => [each.url, each.authorization]), Array(3).fill([url, []]));
    assert.equal(wx.storedToken(), token);
  });
}

test('another host\'s 401 has nothing to do with our session', async () => {
  const { session, wx, token } = await signedIn();
  const { request } = wx;
  wx.request = (options) => options.success({ statusCode: 401, data: { code: 'session_invalid' }, header: {} });
  const { error } = await settle(session.request({ url: 'https://evil.com/' }));
  assert.equal(error.status, 401);
  wx.request = request;
  assert.deepEqual([wx.logins, wx.storedToken()], [0, token]);
});

const ours = ['/orders', 'orders', '@evil.com', '.evil.com', '//evil.com', ' https://evil.com', 'HTTPS://API.example.com:443/orders'];
for (const url of ours) {
  test(`${JSON.stringify(url)} goes to our origin, with the token in one header and nowhere else`, async () => {
    const { session, wx, token } = await signedIn();
    const sent = [];
    wx.request = (options) => {
      sent.push(options);
      options.success({ statusCode: 200, data: {}, header: {} });
    };
    await session.request({ url, header: { authorization: 'Basic own', AUTHORIZATION: 'x' }, data: { a: 1 } });
    const [{ header, ...rest }] = sent;
    assert.equal(new URL(rest.url).origin, 'https://api.example.com');
    assert.deepEqual(header, { Authorization: 'Bearer ' + token });
    assert.equal(JSON.stringify(rest).includes(token), false);
  });
}

test('no URL, error, event or answer of the library holds a token or a js_code', async () => {
  const { session, service, orders, token, events } = await signedIn();
  service.endAll();
  const errors = [];
  service.inject(() => true, () => ({ fails: { errMsg: 'request:fail timeout' } }), 2);
  for (const call of [() => session.login(), () => orders(), () => session.logout()]) {
    errors.push((await settle(call())).error);
  }
  const urls = service.log.map(({ url }) => url);
  const said = JSON.stringify([urls, errors, errors.map(String), events, session.current()]);
  assert.equal(/wxs_|code\d/.test(said), false, said);
  assert.ok(token.startsWith('wxs_'));
});
