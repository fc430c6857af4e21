// Sockets, the debug hook.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, problem, settle } from '../fake.mjs';
import { is, paths, signedIn, start } from './start.mjs';

test('a socket opens with a token that the service has just vouched for', async () => {
  const { session, service, wx } = await signedIn();
  const socket = await session.connectSocket({ url: '/ws', header: { 'X-Trace': 't', authorization: 'own' }, protocols: ['v1'] });
  assert.equal(socket, wx.sockets[0]);
  assert.deepEqual([socket.url, socket.options.header, socket.options.protocols, socket.alive],
    ['wss://api.example.com/ws', { 'X-Trace': 't', Authorization: 'Bearer wxs_1' }, ['v1'], true]);
  assert.deepEqual(paths(service), ['GET /session']);
});

test('a socket after an ended session opens with a new one, not with the dead token', async () => {
  const { session, service, wx } = await signedIn();
  service.endAll();
  await session.connectSocket('/ws');
  assert.deepEqual([wx.sockets.map(({ token, alive }) => [token, alive]), paths(service)], [[['wxs_2', true]], ['GET /session', 'POST /login']]);
});

test('a socket right after a login asks nothing more', async () => {
  const { session, service, wx } = start();
  await session.connectSocket('/ws');
  assert.deepEqual([paths(service), wx.sockets[0].alive], [['POST /login'], true]);
});

test('when nobody can tell, the handshake decides', async () => {
  for (const what of [() => problem(503, 'store_unavailable'), () => ({ fails: { errMsg: 'request:fail' } })]) {
    const { session, service, wx, token } = await signedIn();
    service.inject(is('/session'), what);
    await session.connectSocket('/ws');
    assert.deepEqual([wx.sockets[0].token, wx.storedToken(), wx.logins], [token, token, 0]);
  }
});

test('a socket that wx refuses is an error with a code, and nobody is logged out', async () => {
  const { session, wx, token } = await signedIn();
  wx.connectSocket = ({ fail }) => fail({ errno: 600002, errMsg: 'connectSocket:fail url not in domain list' });
  const { error } = await settle(session.connectSocket('/ws'));
  assert.deepEqual([error.code, error.errno, error.method, wx.storedToken()], ['domain_not_allowed', 600002, 'SOCKET', token]);
});

test('onTask hands the socket over before anything can happen on it; abort() closes it', async () => {
  const { session, wx } = await signedIn();
  const { connectSocket } = wx;
  const order = [];
  wx.connectSocket = (options) => connectSocket.call(wx, { ...options, success: () => order.push('success') && options.success({}) });
  const promise = session.connectSocket({ url: '/ws', onTask: () => order.push('task') });
  await promise;
  assert.deepEqual(order, ['task', 'success']);
  wx.connectSocket = (options) => connectSocket.call(wx, { ...options, success() {} });
  const hanging = session.connectSocket({ url: '/ws', onTask: () => setImmediate(() => hanging.abort()) });
  assert.equal((await settle(hanging)).error.code, 'aborted');
  assert.equal(wx.sockets[1].closed, true);
});

test('the debug hook sees every step, and no secret', async () => {
  const seen = [];
  const { session, service, orders } = start({ debug: (event) => seen.push(event) });
  await orders({ data: { card: '4111' } });
  service.endAll();
  await session.request({ url: '/orders?phone=138' });
  await session.webviewUrl('https://h5.example.com/', 'https://h5.example.com');
  await session.connectSocket('/ws');
  service.inject(is('/orders'), () => ({ fails: { errMsg: 'request:fail timeout' } }), 1);
  await settle(orders());
  await settle(session.logout());
  const told = seen.map(({ event, method, path, status, code }) => [event, method && `${method} ${path}`, status, code].filter((each) => each !== undefined).join(' '));
  assert.deepEqual(told.slice(0, 7), [
    'wx.login', 'request POST /login', 'response POST /login 200', 'signed-in',
    'request GET /orders', 'response GET /orders 200', 'request GET /orders'
  ]);
  assert.ok(told.includes('response GET /orders 401 session_invalid') && told.includes('replay'), told.join('\n'));
  assert.ok(told.includes('no response GET /orders 0 timeout'), told.join('\n'));
  assert.equal(told.at(-1), 'response DELETE /session 204');
  assert.doesNotMatch(JSON.stringify(seen), /wxs_|wxt_|code\d|138|4111|Bearer/);
});

test('a debug hook that throws changes nothing', async () => {
  const { orders } = start({
    debug() {
      throw new Error('theirs');
    }
  });
  assert.equal((await orders()).statusCode, 200);
});
