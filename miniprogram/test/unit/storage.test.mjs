import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeService, FakeWx, settle } from '../fake.mjs';
import { relaunch, signedIn, start } from './start.mjs';

const key = (wx) => [...wx.storage.keys()];

test('one key per environment, app id and base URL', async () => {
  const service = new FakeService();
  const wx = new FakeWx(service);
  await start({}, service, wx).orders();
  wx.account.miniProgram.envVersion = 'develop';
  await start({}, service, wx).orders();
  await start({ appId: 'wx0000000000000001' }, service, wx).orders();
  assert.deepEqual(key(wx), [
    'wxsession|release|wx0123456789abcdef|https://api.example.com',
    'wxsession|develop|wx0123456789abcdef|https://api.example.com',
    'wxsession|develop|wx0000000000000001|https://api.example.com'
  ]);
  assert.equal(wx.logins, 3, 'no session was shared');
});

test('the token of one base URL is unknown to another', async () => {
  const { service, wx } = await signedIn();
  wx.base = 'https://test.example.com';
  const other = start({}, service, wx);
  assert.equal(other.session.current(), null);
});

for (const [name, getAccountInfoSync] of [['no', undefined], ['an empty', () => ({})]]) {
  test(`a wx with ${name} getAccountInfoSync still has its key`, async () => {
    const service = new FakeService();
    const wx = new FakeWx(service);
    wx.getAccountInfoSync = getAccountInfoSync;
    await start({}, service, wx).orders();
    assert.deepEqual(key(wx), ['wxsession|release||https://api.example.com']);
  });
}

test('the session survives a relaunch', async () => {
  const before = await signedIn();
  const { service, wx, orders } = relaunch(before);
  await orders();
  assert.equal(wx.logins, 0);
  assert.equal(service.log[0].token, before.token);
});

for (const rubbish of ['text', 7, null, { record: 7 }, { record: { token: 'a\r\nb' } }, { record: {} }, { record: { token: 'wxs_1' } }, { record: { token: 'wxs_1', info: 1 } }, { record: { token: 'wxs_1', info: 'x' } }, []]) {
  test(`rubbish in storage is an empty storage: ${JSON.stringify(rubbish)}`, async () => {
    const before = await signedIn();
    before.wx.storage.forEach((_, name) => before.wx.storage.set(name, JSON.stringify(rubbish)));
    const { wx, orders } = relaunch(before);
    await orders();
    assert.equal(wx.logins, 1);
  });
}

test('a record without times is used and checked', async () => {
  const before = await signedIn();
  const record = { token: before.token, skew: 0, info: {} };
  before.wx.storage.forEach((_, name) => before.wx.storage.set(name, JSON.stringify({ record })));
  const { session, service, wx } = relaunch(before);
  await session.check();
  assert.deepEqual([wx.logins, service.log.length], [0, 1]);
});

test('a full storage costs a login per launch, and a logout says that it was not kept', async () => {
  const service = new FakeService();
  const wx = new FakeWx(service);
  wx.setStorageSync = () => {
    throw new Error('setStorage:fail');
  };
  const { session, orders } = start({}, service, wx);
  await orders();
  await orders();
  assert.equal(wx.logins, 1);
  assert.equal((await settle(session.logout())).error.code, 'not_stored');
});

for (const install of ['short', 'fifteen-letters', 'x'.repeat(65), 'sixteen_letters!', ['x'.repeat(22)], 7, null]) {
  test(`an installation that the service would refuse is replaced: ${JSON.stringify(install)}`, async () => {
    const { service, wx } = await signedIn();
    wx.storage.forEach((_, name) => wx.storage.set(name, JSON.stringify({ install })));
    const { orders } = relaunch({ service, wx });
    await orders();
    assert.match(service.log[0].data.install_id, /^[0-9a-z]{22}$/);
  });
}

test('an installation that the service takes is kept', async () => {
  const { service, wx } = await signedIn();
  for (const install of ['A-Z_a-z_0-9_-_xy', 'x'.repeat(64)]) {
    wx.storage.forEach((_, name) => wx.storage.set(name, JSON.stringify({ install })));
    const { orders } = relaunch({ service, wx });
    await orders();
    assert.equal(service.log[0].data.install_id, install);
  }
});
