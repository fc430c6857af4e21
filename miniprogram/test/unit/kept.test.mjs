// What a sign-out leaves on the device when its storage cannot be written, and what a launch finds when it cannot be read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../fake.mjs';
import { is, paths, relaunch, signedIn, start } from './start.mjs';

const fails = () => {
  throw new Error('storage:fail');
};

/** From now on nothing is written; `room`: until the entry is removed. */
function fill(wx, { room = false } = {}) {
  const { removeStorageSync } = wx;
  wx.setStorageSync = fails;
  wx.removeStorageSync = (key) => {
    removeStorageSync.call(wx, key);
    if (room) delete wx.setStorageSync;
  };
}

/** The next `times` reads fail. */
function blind(wx, times = Infinity) {
  wx.getStorageSync = (key) => {
    if (times-- > 0) fails();
    delete wx.getStorageSync;
    return wx.getStorageSync(key);
  };
}

/** A launch of the same device, whose storage has recovered unless `prepare` says otherwise. */
const launch = ({ service, wx }, prepare = () => {}) => {
  for (const name of ['getStorageSync', 'setStorageSync', 'removeStorageSync']) delete wx[name];
  prepare(wx);
  return relaunch({ service, wx });
};

for (const way of ['logout', 'logoutEverywhere', 'deleteAccount']) {
  test(`${way}() with a full storage makes room for its mark, and a relaunch stays out`, async () => {
    const { session, service, wx } = await signedIn();
    fill(wx, { room: true });
    await session[way]();
    const next = launch({ service, wx });
    assert.equal((await settle(next.orders())).error.code, 'signed_out');
    assert.equal(wx.logins, 0);
  });

  test(`${way}() whose mark cannot be kept is done, removes the session, and says so until it is kept`, async () => {
    const { session, service, wx, orders } = await signedIn();
    fill(wx);
    for (let time = 0; time < 2; time++) {
      const { error } = await settle(way === 'logoutEverywhere' && time ? session.logout() : session[way]());
      assert.deepEqual([error.name, error.code], ['SessionError', 'not_stored']);
      assert.deepEqual([service.live.size, session.current(), wx.storage.size], [0, null, 0]);
      assert.equal((await settle(orders())).error.code, 'signed_out');
    }
    delete wx.setStorageSync;
    await (way === 'deleteAccount' ? session.deleteAccount() : session.logout());
    assert.equal((await settle(launch({ service, wx }).orders())).error.code, 'signed_out');
  });
}

test('a logout of which the service is not told and that is not kept leaves no token to go on with', async () => {
  const { session, service, wx } = await signedIn();
  fill(wx);
  service.inject(is('/session'), () => ({ fails: { errMsg: 'request:fail' } }), 1);
  assert.equal((await settle(session.logout())).error.code, 'network');
  assert.equal(launch({ service, wx }).session.current(), null);
});

test('a deletion whose answer is lost is remembered with a full storage, too', async () => {
  const { session, service, wx } = await signedIn();
  fill(wx, { room: true });
  service.inject(is('/me'), (call) => {
    service.route(call);
    return { fails: { errMsg: 'request:fail timeout' } };
  }, 1);
  assert.equal((await settle(session.deleteAccount())).error.code, 'timeout');
  assert.equal((await settle(launch({ service, wx }).orders())).error.code, 'signed_out');
  assert.deepEqual([service.users.size, wx.logins], [0, 0]);
});

test('login() with a full storage takes the mark of the logout away: a relaunch logs in by itself', async () => {
  const { session, service, wx } = await signedIn();
  await session.logout();
  fill(wx);
  await session.login();
  const next = launch({ service, wx });
  await next.orders();
  assert.equal(wx.logins, 1);
});

test('a renewal that cannot be written leaves the session that is there', async () => {
  const { session, service, wx, token } = await signedIn();
  fill(wx);
  service.checkAfter = 7200;
  await session.check({ force: true });
  assert.equal(wx.storedToken(), token);
});

test('a session that one read does not find is found by the next', async () => {
  const { session, service, wx, token } = await signedIn();
  const next = launch({ service, wx }, () => blind(wx, 1));
  assert.deepEqual(next.session.current(), session.current());
  await next.orders();
  assert.deepEqual([service.log[0].token, wx.logins], [token, 0]);
});

for (const way of ['logout', 'deleteAccount']) {
  test(`a launch that cannot read undoes no ${way}(), and writes nothing over it`, async () => {
    const { session, service, wx } = await signedIn();
    await session[way]();
    const before = [...wx.storage];
    const next = launch({ service, wx }, blind);
    for (const call of [() => next.orders(), () => next.session.downloadFile('/a'), () => next.session.connectSocket('/ws'), () => next.session.authorize({ url: '/orders' })]) {
      assert.equal((await settle(call())).error.code, 'signed_out');
    }
    assert.equal(await next.session.check({ force: true, login: true }), null);
    assert.deepEqual([wx.logins, paths(service), [...wx.storage]], [0, [], before]);
  });
}

test('login() without a readable storage lasts as long as the app, and is kept once it can be read', async () => {
  const { service, wx, token } = await signedIn();
  const next = launch({ service, wx }, blind);
  await next.session.login();
  await next.orders();
  delete wx.getStorageSync;
  assert.equal(wx.storedToken(), token, 'not written over');
  await next.orders();
  assert.deepEqual([wx.storedToken(), wx.logins], ['wxs_2', 1]);
  await next.session.logout();
  assert.equal(service.live.size, 0, 'also what lay there');
});

test('logout() without a readable storage says that it was not kept, and ends what lay there once it can be read', async () => {
  const { service, wx, token } = await signedIn();
  const { session } = launch({ service, wx }, blind);
  assert.equal((await settle(session.logout())).error.code, 'not_stored');
  assert.ok(service.live.has(token));
  delete wx.getStorageSync;
  await session.logout();
  assert.equal(service.live.size, 0);
  assert.equal((await settle(launch({ service, wx }).orders())).error.code, 'signed_out');
});

test('a first launch that cannot read logs in once it can', async () => {
  const { service, wx } = start();
  const next = launch({ service, wx }, () => blind(wx, 4));
  assert.equal((await settle(next.orders())).error.code, 'signed_out');
  await next.orders();
  assert.equal(wx.logins, 1);
});
