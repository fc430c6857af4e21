import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../fake.mjs';
import { signedIn } from './start.mjs';

const origins = ['https://files.example.com', 'https://other.example.com:8443/', 'wss://socket.example.com'];

/** What goes out for one call: the URL and the Authorization header. */
async function sent(api, url) {
  const { session, wx } = await signedIn({ origins });
  const seen = [];
  wx[api] = (options) => {
    seen.push([options.url, (options.header || {}).Authorization]);
    options.success({ statusCode: 200, data: {}, header: {} });
    return { close() {} };
  };
  const { error } = await settle(session[api]({ url }));
  return { seen, error };
}

const listed = ['https://files.example.com/a', 'HTTPS://FILES.example.com:443/a?b', 'https://files.example.com', 'https://other.example.com:8443/x', 'https://api.example.com/x', '/x'];
for (const url of listed) {
  test(`${url} gets the token: its origin is listed`, async () => {
    for (const api of ['request', 'uploadFile', 'downloadFile']) assert.equal((await sent(api, url)).seen[0][1], 'Bearer wxs_1', api);
  });
}

const others = [
  'https://files.example.com:8443/', 'http://files.example.com/', 'https://files.example.com.evil.com/', 'https://files.example.com@evil.com/',
  'https://evil.com/files.example.com', 'https://sub.files.example.com/', 'https://other.example.com/', 'wss://files.example.com/', 'https://evil.com\\@files.example.com/'
];
for (const url of others) {
  test(`${url} does not get the token by request`, async () => {
    for (const api of ['request', 'uploadFile', 'downloadFile']) assert.deepEqual((await sent(api, url)).seen, [[url, undefined]], api);
  });
}

test('a session that the service of another listed origin refuses is replaced there, too', async () => {
  const { session, service, wx } = await signedIn({ origins });
  service.endAll();
  const { request } = wx;
  wx.request = (options) => request.call(wx, { ...options, url: options.url.replace('https://files.example.com', wx.base) });
  await session.request({ url: 'https://files.example.com/orders' });
  assert.deepEqual([wx.logins, service.log.map(({ path }) => path)], [1, ['/orders', '/session', '/login', '/orders']]);
});

const sockets = ['wss://api.example.com/ws', 'WSS://api.example.com:443/ws', 'wss://files.example.com', 'wss://socket.example.com/prod', 'wss://other.example.com:8443/', '/ws', 'ws'];
for (const url of sockets) {
  test(`connectSocket to ${url} has the token in its header and nowhere else`, async () => {
    const { seen } = await sent('connectSocket', url);
    assert.equal(seen.length, 1);
    assert.equal(seen[0][1], 'Bearer wxs_1');
    assert.match(seen[0][0], /^wss:\/\/[^?]*$/i);
  });
}

for (const url of ['wss://evil.com/', 'ws://api.example.com/', 'https://api.example.com/ws', 'wss://api.example.com:8443/', 'wss://api.example.com@evil.com/', 'wss://api.example.com.evil.com']) {
  test(`connectSocket to ${url} is refused with the name of the setting`, async () => {
    const { seen, error } = await sent('connectSocket', url);
    assert.deepEqual([seen, error instanceof TypeError], [[], true]);
    assert.match(error.message, /^connectSocket: origins has no /);
  });
}

test('a call that goes out without the token says why to debug, once', async () => {
  const heard = [];
  const { session, wx } = await signedIn({ debug: (event) => heard.push(event) });
  const missing = { event: 'no token', hint: 'origins has no https://files.example.com' };
  const carrier = async () => ({ statusCode: 401, data: { code: 'credentials_missing' } });
  const url = 'https://files.example.com/a?phone=138';
  const refused = (options) => options.success({ statusCode: 401, data: '{"code":"credentials_missing"}', header: {} });
  Object.assign(wx, { request: refused, uploadFile: refused, downloadFile: refused });
  const calls = [
    ...['request', 'uploadFile', 'downloadFile'].map((api) => () => session[api]({ url })),
    () => session.authorize({ url }, carrier), () => session.authorize({ url }), () => session.authorize({ url: 'a', baseURL: 'https://files.example.com' }, carrier)
  ];
  for (const call of calls) {
    heard.length = 0;
    await settle(call());
    assert.deepEqual(heard.filter(({ event }) => event === 'no token'), [missing]);
  }
});

test('a call with the token has no such hint', async () => {
  const heard = [];
  const { session, wx } = await signedIn({ origins, debug: ({ event }) => heard.push(event) });
  const answering = (status) => (options) => options.success({ statusCode: status, data: { code: 'x' }, header: {} });
  wx.request = answering(200);
  await session.request({ url: 'https://files.example.com/a' });
  await session.authorize({ url: '/orders' });
  assert.equal(heard.includes('no token'), false);
});
