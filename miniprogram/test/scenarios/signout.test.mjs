// Signing out while things fail: never a false "done", never a way back in, and it can be repeated.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeService, FakeWx, answer, settle } from '../fake.mjs';
import { original } from './mutants.mjs';
import { FAULTS } from './table.mjs';

const { createSession } = await original();
const faults = [...FAULTS, { name: '200 with JSON', what: () => answer(200, {}) }].filter(({ name }) => name !== 'nothing wrong');
const WIDTHS = [1, 2, 10];

async function start(fault, strikes) {
  const service = new FakeService();
  const wx = new FakeWx(service);
  const session = createSession({ baseUrl: wx.base, wx });
  await session.login();
  const token = wx.storedToken();
  service.inject(strikes, (call) => {
    if (fault.over) service.end(call.token);
    return fault.what();
  });
  return { service, wx, session, token };
}

const orders = (session, width) => Array.from({ length: width }, () => settle(session.request({ url: '/orders' })));

for (const fault of faults) for (const width of WIDTHS) {
  test(`logout meets ${fault.name}, ${width} requests at once`, async () => {
    const { service, wx, session, token } = await start(fault, ({ method }) => method === 'DELETE');
    const racing = orders(session, width);
    const { error } = await settle(session.logout());
    await Promise.all(racing);
    // Only the service's own words count as done.
    assert.equal(error === undefined, !!fault.over, 'done without being told so');
    assert.deepEqual([wx.logins, wx.storedToken(), session.current()], [1, undefined, null]);
    service.faults.length = 0;
    await session.logout();
    assert.equal(service.live.has(token), false);
    assert.equal(JSON.stringify([...wx.storage]).includes(token), false);
  });

  for (const [leave, route] of [['logoutEverywhere', '/sessions'], ['deleteAccount', '/me']]) test(`${leave} meets ${fault.name}, ${width} requests at once`, async () => {
    const { service, wx, session, token } = await start(fault, ({ method, path }) => method === 'DELETE' && path === route);
    const racing = orders(session, width);
    assert.ok((await settle(session[leave]())).error.code);
    await Promise.all(racing);
    // A service that ends the session and still says 401 cannot be helped; otherwise nothing has changed.
    if (!fault.over) assert.deepEqual([wx.logins, wx.storedToken()], [1, token]);
    assert.ok(wx.logins <= 3);
    service.faults.length = 0;
    const realNow = Date.now;
    Date.now = () => realNow() + 61000;
    try {
      await session[leave]();
    } finally {
      Date.now = realNow;
    }
    assert.deepEqual([service.live.size, wx.storedToken(), session.current()], [0, undefined, null]);
  });
}
