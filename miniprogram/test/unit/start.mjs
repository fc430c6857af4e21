// A client before a fake wx and a fake service, built from what is shipped.

import { createRequire } from 'node:module';
import { FakeService, FakeWx } from '../fake.mjs';

export const { createSession, isSessionError } = createRequire(import.meta.url)('../../demo/lib/wxsession.js');

export function start(options = {}, service = new FakeService(), wx = new FakeWx(service)) {
  const session = createSession({ baseUrl: wx.base, wx, ...options });
  const events = [];
  session.on('signed-in', ({ session: { id } }) => events.push('signed-in ' + id));
  session.on('signed-out', ({ reason }) => events.push('signed-out ' + reason));
  return { session, service, wx, events, orders: (more) => session.request({ url: '/orders', ...more }) };
}

/** A client that is signed in already. */
export async function signedIn(options) {
  const all = start(options);
  await all.orders();
  all.token = all.wx.storedToken();
  all.service.log.length = 0;
  all.wx.logins = 0;
  return all;
}

/** The next app launch: same device, same service, new life cycle. */
export const relaunch = ({ service, wx }, options) => {
  wx.logins = 0;
  wx.keyChecks = 0;
  service.log.length = 0;
  return start(options, service, wx);
};

export const paths = (service) => service.log.map(({ method, path }) => `${method} ${path}`);

export const is = (path) => (call) => call.path === path;
