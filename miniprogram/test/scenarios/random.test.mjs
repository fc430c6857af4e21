// Random histories: users tap, servers fail, sessions end, all at the same time. What must hold at the end of each.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeService, FakeWx, settle } from '../fake.mjs';
import { original, races } from './mutants.mjs';
import { FAULTS } from './table.mjs';

const HISTORIES = 2000;
const STEPS = 25;

/** mulberry32: a seed makes a history repeatable. */
function randomOf(seed) {
  return (limit) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const harmless = FAULTS.filter(({ over }) => !over);
/** Answers that prove nothing, whatever they were asked. */
const unclear = FAULTS.filter(({ name }) => /^(401 of|403 of (the gateway|a firewall)|429|5|captive|timeout|offline|no status|interrupted)/.test(name));
const is = (method, path) => (call) => call.method === method && call.path === path;

/** Who registers the user after a deletion: the app with login(), or the library by itself? */
function watchDeletions(service) {
  const seen = { gone: false, pending: 0, undone: false };
  const route = service.route.bind(service);
  service.route = (call) => {
    const answer = route(call);
    if (is('DELETE', '/me')(call) && answer.statusCode === 204) seen.gone = true;
    if (call.path === '/login' && answer.statusCode === 200) {
      if (seen.gone && !seen.pending) seen.undone = true;
      seen.gone = false;
    }
    return answer;
  };
  seen.wanted = (login) => {
    // The app wants the user to be there, also when this login fails, or waits for a deletion first.
    seen.pending++;
    seen.gone = false;
    const done = () => {
      seen.pending--;
      seen.gone = false;
    };
    login.then(done, done);
    return login;
  };
  return seen;
}

async function history(createSession, seed) {
  const random = randomOf(seed);
  const service = new FakeService();
  const wx = new FakeWx(service);
  const session = createSession({ baseUrl: wx.base, wx });
  const gone = watchDeletions(service);
  const seen = { wantsOut: false, everywhere: false, loginFailed: false, ended: false, faults: 0, reasons: 1 };
  service.slow = { 'POST /login': 1 + random(6), 'GET /session': 1 + random(6), 'DELETE /session': 1 + random(6) };
  service.straggle = random(2) > 0;
  // Half of the histories have no fault in them: there, more must hold.
  const faulty = random(2) > 0;
  const calls = [];
  const moves = [
    () => session.request({ url: '/orders' }),
    () => session.request({ url: '/orders' }),
    () => session.downloadFile({ url: '/orders' }),
    () => session.check(),
    () => session.check({ force: true }),
    () => {
      seen.wantsOut = false;
      seen.reasons++;
      return gone.wanted(session.login()).catch((error) => {
        seen.loginFailed = true;
        throw error;
      });
    },
    () => {
      seen.wantsOut = true;
      return session.logout();
    },
    () => {
      seen.everywhere = true;
      return session.logoutEverywhere();
    },
    () => {
      seen.everywhere = true;
      return session.deleteAccount();
    },
    () => session.authorize({ url: '/orders' }, (options) => new Promise((success, fail) => wx.request({ ...options, success, fail }))),
    () => session.connectSocket('/ws'),
    () => {
      const promise = session.request({ url: '/orders' });
      setImmediate(promise.abort);
      return promise;
    },
    () => {
      seen.reasons++;
      seen.ended = true;
      service.endAll();
    },
    () => {
      seen.faults++;
      const fault = harmless[random(harmless.length)];
      service.inject(() => random(3) > 0, () => fault.what(), 1 + random(4));
    },
    () => {
      seen.faults++;
      // The account goes, and the answer says nothing of it.
      const fault = unclear[random(unclear.length)];
      service.inject(is('DELETE', '/me'), (call) => (service.route(call).statusCode === 204 ? fault.what() : undefined), 1 + random(2));
    },
    () => {
      seen.faults++;
      wx.loginFails = 1 + random(2);
    }
  ];
  for (let step = 0; step < STEPS; step++) {
    const outcome = moves[random(faulty ? moves.length : moves.length - 3)]();
    if (outcome) calls.push(settle(outcome));
    for (let rest = random(4); rest > 0; rest--) await turn();
  }
  const outcomes = await Promise.all(calls);
  // A request that was aborted leaves its login under way.
  for (let rest = 0; rest < 40; rest++) await turn();
  return { service, wx, session, seen, outcomes, gone };
}

async function judge({ service, wx, session, seen, outcomes, gone }) {
  const wrong = [];
  const kept = [...wx.storage.values()].map((text) => JSON.parse(text))[0] || {};
  for (const { error } of outcomes) if (error && !error.code && error instanceof Error) wrong.push('an error of our own making: ' + error.stack);
  if (gone.undone) wrong.push('a deletion was undone');
  if (seen.wantsOut && (session.current() || kept.record)) wrong.push('a logout was undone');
  const current = kept.record && kept.record.token;
  if (!seen.wantsOut && !seen.everywhere && !seen.loginFailed && service.minted && !service.ended.size && !service.live.has(current)) {
    wrong.push('false logout');
  }
  const odd = outcomes.filter(({ error }) => error && error.code !== 'signed_out' && error.code !== 'aborted' && !(error.status === 401 && seen.ended));
  if (!seen.faults && odd.length) wrong.push('an error out of nothing: ' + odd[0].error.code);
  if (wx.logins > 2 * (seen.reasons + seen.faults)) wrong.push(`loop: ${wx.logins} wx.login`);
  // With the faults gone, a logout reaches the service, and no session is left that nobody can end.
  service.faults.length = 0;
  wx.loginFails = 0;
  if (!seen.wantsOut) {
    const { error } = await settle(session.login());
    if (error) wrong.push('no login: ' + error.code);
  }
  await session.logout();
  if (session.current() || wx.storedToken()) wrong.push('a token is left on the device');
  if (service.live.size) wrong.push('a session is left on the service that nobody knows');
  return wrong;
}

async function findings({ createSession }, enough = Infinity) {
  const wrong = [];
  for (let seed = 1; seed <= HISTORIES && wrong.length < enough; seed++) {
    for (const what of await judge(await history(createSession, seed))) wrong.push(`seed ${seed}: ${what}`);
  }
  return wrong;
}

test(`${HISTORIES} random histories end as the user wanted`, async () => {
  assert.deepEqual(await findings(await original()), []);
});

for (const mutant of races) {
  test(`random histories catch a client in which ${mutant.name}`, async () => {
    assert.match((await findings(await mutant.load(), 1)).join(), mutant.caughtAs);
  });
}
