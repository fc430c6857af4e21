// Every fault × phase × how often × concurrency, and what must hold in each: no false logout, no loop.

import { FakeService, FakeWx, answer, problem, settle } from '../fake.mjs';

const wait = { 'retry-after': '3' };

/** `over`: the service ended the session, so a login is right. Otherwise the token must survive. */
export const FAULTS = [
  { name: 'nothing wrong', what: () => undefined },
  { name: '401 session_invalid', over: true, what: () => problem(401, 'session_invalid') },
  { name: '401 credentials_missing', over: true, what: () => problem(401, 'credentials_missing') },
  { name: '401 of a proxy', what: () => answer(401, '<html>log in to the network</html>') },
  { name: '401 of the gateway', what: () => answer(401, { message: 'Unauthorized' }) },
  { name: '400', what: () => problem(400, 'malformed_request') },
  { name: '403 of the gateway', what: () => answer(403, { message: 'Forbidden' }) },
  { name: '403 of the business', what: () => answer(403, { code: 'not_yours' }) },
  { name: '403 of a firewall', what: () => answer(403, '<html>blocked</html>') },
  { name: '404', what: () => problem(404, 'not_found') },
  { name: '409', what: () => problem(409, 'session_key_stale') },
  { name: '429', retryAfter: 3, what: () => problem(429, 'rate_limited', wait) },
  { name: '500', what: () => answer(500, { message: 'Internal server error' }) },
  { name: '502', what: () => problem(502, 'upstream_invalid') },
  { name: '503', retryAfter: 3, what: () => problem(503, 'store_unavailable', wait) },
  { name: '504', what: () => answer(504, { message: 'Endpoint request timed out' }) },
  { name: 'captive portal', what: () => answer(200, '<html>welcome</html>') },
  { name: 'timeout', what: () => ({ fails: { errMsg: 'request:fail timeout' } }) },
  { name: 'offline', what: () => ({ fails: { errMsg: 'request:fail ' } }) },
  { name: 'no status', what: () => ({ statusCode: NaN, data: { path: 'chunked' }, header: {} }) },
  { name: '401 session_invalid without a status', over: true, what: () => ({ ...problem(401, 'session_invalid'), statusCode: undefined }) },
  { name: '401 session_invalid in fail', over: true, what: () => ({ fails: { errMsg: 'request:fail', ...problem(401, 'session_invalid') } }) },
  { name: '401 of nobody in fail', what: () => ({ fails: { errMsg: 'request:fail', statusCode: 401 } }) },
  { name: '422 with a number', what: () => answer(422, { code: 1001, msg: 'none left' }) },
  { name: 'domain not listed', what: () => ({ fails: { errno: 600002, errMsg: 'request:fail url not in domain list' } }) },
  { name: 'TLS', what: () => ({ fails: { errMsg: 'request:fail errcode:-202 error_msg:net::ERR_CERT_DATE_INVALID' } }) },
  { name: 'interrupted', what: () => ({ fails: { errno: 600003, errMsg: 'request:fail interrupted' } }) }
];

/** How the app calls. A socket's handshake has no status, so only what happens before it can strike. */
const orders = { url: '/orders' };
export const CALLS = [
  { name: 'request', ask: (session) => session.request(orders) },
  { name: 'uploadFile', ask: (session) => session.uploadFile({ ...orders, filePath: 'wxfile://a', name: 'a' }) },
  { name: 'authorize', ask: (session, wx) => session.authorize(orders, (options) => new Promise((success, fail) => wx.request({ ...options, success, fail }))) },
  { name: 'connectSocket', socket: true, ask: (session) => session.connectSocket('/ws') }
];

const isBusiness = (call) => call.path === '/orders';
const isLogin = (call) => call.path === '/login';
const isCheck = (call) => call.path === '/session' && call.method === 'GET';

/** Where the fault strikes. `prepare` brings client and service to the moment before. */
export const PHASES = [
  { name: 'first login', strikes: isLogin, fresh: true },
  { name: 'request', strikes: isBusiness },
  { name: 'login after expiry', strikes: isLogin, prepare: (service) => service.endAll() },
  { name: 'login after expiry, answers straggle', strikes: isLogin, prepare: (service) => {
    service.endAll();
    service.straggle = true;
  } },
  { name: 'wx.login after expiry', strikes: () => false, wxLogin: true, prepare: (service) => service.endAll() },
  { name: 'replay', strikes: (call, service) => isBusiness(call) && service.minted > 1, prepare: (service) => service.endAll() },
  { name: 'gateway 403, then asking', strikes: isCheck, prepare: (service) => {
    service.inject(isBusiness, () => answer(403, { message: 'Forbidden' }));
  } },
  { name: 'check on launch', strikes: isCheck, check: true },
  { name: 'before a handshake', strikes: isCheck, socket: true },
  { name: 'login before a handshake', strikes: isLogin, socket: true, prepare: (service) => service.endAll() },
  { name: 'request while somebody listens', strikes: (call) => isBusiness(call) || isCheck(call), listens: true }
];

const HOW_OFTEN = [{ name: 'once', times: 1 }, { name: 'for ever', times: Infinity }];
const CONCURRENCY = [1, 2, 10];

export function scenarios() {
  const all = [];
  for (const fault of FAULTS) for (const phase of PHASES) for (const often of HOW_OFTEN) for (const width of CONCURRENCY) {
    // wx.login has no statuses: it answers or it fails.
    if (phase.wxLogin && fault.name !== 'offline') continue;
    for (const call of CALLS) {
      if (!!call.socket !== !!phase.socket || (phase.check && call.name !== 'request')) continue;
      all.push({ fault, phase, often, width, call, name: `${call.name} | ${fault.name} | ${phase.name} | ${often.name} | ${width} at once` });
    }
  }
  return all;
}

/** Runs one scenario against one build of the library; returns what was wrong, empty when all is well. */
export async function run({ createSession }, { fault, phase, often, width, call: { ask: askApp } }) {
  const service = new FakeService();
  const wx = new FakeWx(service);
  const session = createSession({ baseUrl: wx.base, wx });
  if (!phase.fresh) await session.request({ url: '/orders' });
  const before = { token: wx.storedToken(), logins: wx.logins, sent: service.log.length };
  const events = [];
  session.on('signed-out', (detail) => events.push(detail));
  if (phase.listens) session.on('session-ended', () => {});
  if (phase.prepare) phase.prepare(service);
  if (phase.wxLogin) wx.loginFails = often.times;
  const cure = service.inject((call) => phase.strikes(call, service), (call) => {
    if (fault.over && call.token) service.end(call.token);
    return fault.what();
  }, often.times);

  const ask = () => (phase.check ? session.check({ force: true, login: true }) : askApp(session, wx));
  const rounds = [];
  for (let round = 0; round < 3; round++) {
    rounds.push(...await Promise.all(Array.from({ length: width }, () => settle(ask()))));
  }
  await new Promise((resolve) => setImmediate(resolve));
  return [
    ...judgeLogout({ service, wx, before, events }),
    ...judgeLoops({ service, wx, before, width }),
    ...judgeErrors(rounds, fault, phase),
    ...judgeSockets({ wx, phase, fault }),
    ...await judgeRecovery({ service, wx, session, cure, before })
  ];
}

function judgeLogout({ service, wx, before, events }) {
  const wrong = [];
  const alive = before.token && !service.ended.has(before.token);
  if (alive && wx.storedToken() !== before.token) wrong.push('false logout: the token is gone');
  if (alive && wx.logins > before.logins) wrong.push('logged in again although the session was alive');
  if (alive && events.length) wrong.push('false logout: signed-out was announced');
  return wrong;
}

function judgeLoops({ service, wx, before, width }) {
  const wrong = [];
  const logins = wx.logins - before.logins;
  const failed = wx.loginsFailed + service.count('POST', '/login') - service.minted;
  if (logins > service.ended.size + failed + (before.token ? 0 : 1)) wrong.push('logins that nobody needed');
  if (logins > 2) wrong.push(`loop: ${logins} wx.login in one incident`);
  // Three rounds: each app request is sent at most twice, each round asks /session at most twice per send.
  const sent = service.log.length - before.sent;
  if (sent > 3 * (2 * width + 4)) wrong.push(`loop: ${sent} requests`);
  return wrong;
}

/** Where the service could be asked, no handshake is made with a token that it has ended. */
function judgeSockets({ wx, phase, fault }) {
  const asked = phase.socket && (fault.over || fault.name === 'nothing wrong');
  return asked && wx.sockets.some(({ alive }) => !alive) ? ['a socket with a dead token'] : [];
}

function judgeErrors(rounds, fault, phase) {
  const errors = rounds.flatMap(({ error }) => (error ? [error] : []));
  const wrong = [];
  const healthy = fault.name === 'nothing wrong' && !phase.name.startsWith('gateway 403');
  if (healthy && errors.length) wrong.push('an error out of nothing: ' + errors[0].code);
  const ours = errors.filter((error) => error instanceof Error);
  if (ours.some((error) => !error.code || !error.message || /NaN|undefined|wxs_|code\d/.test(error.message + error.errMsg))) wrong.push('bad error');
  const named = errors.find((error) => /^(rate_limited|store_unavailable)$/.test(error.code));
  if (fault.retryAfter && named && !(named.retryAfter > 0 && named.retryAfter <= fault.retryAfter)) wrong.push('no retryAfter');
  return wrong;
}

/** The fault goes away: the app works again by itself, with the old token if the service still knows it. */
async function judgeRecovery({ service, wx, session, cure, before }) {
  cure();
  service.faults.length = 0;
  wx.loginFails = 0;
  const realNow = Date.now;
  Date.now = () => realNow() + 61000;
  try {
    const alive = before.token && !service.ended.has(before.token);
    const logins = wx.logins;
    const { error } = await settle(session.request({ url: '/orders' }));
    if (error) return ['no recovery: ' + error.code];
    return alive && wx.logins !== logins ? ['logged in again after recovery'] : [];
  } finally {
    Date.now = realNow;
  }
}
