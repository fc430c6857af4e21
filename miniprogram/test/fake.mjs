// A fake wx and a fake service with the real contract: single-use codes, sessions that end, faults on demand.

/** JSON as API Gateway and our functions send it; times from the service's own clock. */
export function answer(status, body, header = {}) {
  return { statusCode: status, data: body, header, errMsg: 'request:ok' };
}

export function problem(status, code, header = {}) {
  const contentType = { 'Content-Type': 'application/problem+json' };
  // wx leaves this content type unparsed on some versions, so the fake hands over text.
  return answer(status, JSON.stringify({ type: 'about:blank', title: code, status, code }), { ...contentType, ...header });
}

const delay = () => new Promise((resolve) => setImmediate(resolve));

export class FakeService {
  constructor() {
    this.live = new Set();
    // Ended by the service's own decision, not by a logout or a newer login of the client.
    this.ended = new Set();
    this.codes = new Set();
    // Why each ended, as GET /session tells it; an older service tells nothing.
    this.why = new Map();
    this.tellsWhy = true;
    this.users = new Set();
    this.log = [];
    this.faults = [];
    this.clock = () => Math.floor(Date.now() / 1000);
    this.minted = 0;
    this.dateHeader = true;
    this.checkAfter = 3600;
    // Answers of one burst arrive far apart, the last ones long after the first.
    this.straggle = false;
    // Event loop turns that an answer takes, by method and path.
    this.slow = {};
  }

  /** `what` answers (or fails) requests that `when` accepts, `times` times. */
  inject(when, what, times = Infinity) {
    const fault = { when, what, left: times };
    this.faults.push(fault);
    return () => this.faults.splice(this.faults.indexOf(fault), 1);
  }

  count(method, path) {
    return this.log.filter((each) => each.method === method && each.path === path).length;
  }

  end(token, why = 'expired') {
    this.live.delete(token);
    this.ended.add(token);
    this.why.set(token, why);
  }

  endAll(why) {
    this.live.forEach((token) => this.end(token, why));
  }

  times() {
    const now = this.clock();
    return { expires_at: now + 86400, absolute_expires_at: now + 172800, check_after: now + this.checkAfter };
  }

  async handle(call) {
    this.log.push(call);
    const response = this.respond(call);
    const straggling = this.straggle && call.path === '/orders' ? (this.log.length % 10) * 4 : 1;
    const turns = this.slow[`${call.method} ${call.path}`] || straggling;
    for (let turn = 0; turn < turns; turn++) await delay();
    return response;
  }

  respond(call) {
    const fault = this.faults.find((each) => each.left > 0 && each.when(call));
    if (fault) {
      fault.left--;
      const injected = fault.what(call, this);
      if (injected) return injected;
    }
    const response = this.route(call);
    if (this.dateHeader) response.header.date = new Date(this.clock() * 1000).toUTCString();
    return response;
  }

  route({ method, path, token, data }) {
    if (path === '/login') return this.login(data, token);
    const known = this.live.has(token);
    if (path === '/session' && method === 'DELETE') {
      this.live.delete(token);
      return answer(204, '');
    }
    if (!token) return problem(401, 'credentials_missing');
    if (!known) return this.refusal(path, token);
    if (path === '/session') return answer(200, { session: { id: 's', created_at: 1, ...this.times() }, user: { id: 'u' } });
    if (path === '/sessions' && method === 'DELETE') {
      this.live.clear();
      return answer(204, '');
    }
    if (path === '/me' && method === 'DELETE') {
      this.live.forEach((each) => this.why.set(each, 'deleted'));
      this.live.clear();
      this.users.clear();
      return answer(204, '');
    }
    if (path === '/tickets') return answer(200, { ticket: 'wxt_' + ++this.minted, expires_in: 60 });
    return answer(200, { path });
  }

  /** Only the holder of a token whose record exists learns why, and only from GET /session. */
  refusal(path, token) {
    const refused = problem(401, 'session_invalid');
    const ended = path === '/session' && this.tellsWhy && this.why.get(token);
    return ended ? { ...refused, data: JSON.stringify({ ...JSON.parse(refused.data), ended }) } : refused;
  }

  login({ code }, old) {
    if (!this.codes.delete(code)) return problem(400, 'login_code_invalid');
    this.live.delete(old);
    this.users.add('u');
    const token = 'wxs_' + ++this.minted;
    this.live.add(token);
    return answer(200, {
      token, token_type: 'Bearer', ...this.times(), session: { id: 's' + this.minted }, user: { id: 'u', is_new: false }
    });
  }
}

export class FakeWx {
  constructor(service, { base = 'https://api.example.com', storage = new Map() } = {}) {
    this.service = service;
    this.base = base;
    this.storage = storage;
    this.logins = 0;
    this.keyChecks = 0;
    this.keyIsGood = true;
    this.loginFails = 0;
    this.loginsFailed = 0;
    this.foreign = [];
    this.sockets = [];
    this.payments = [];
    this.paymentCodes = [];
    this.account = { miniProgram: { appId: 'wx0123456789abcdef', envVersion: 'release' } };
  }

  getAccountInfoSync() {
    return this.account;
  }

  getStorageSync(key) {
    return this.storage.has(key) ? JSON.parse(this.storage.get(key)) : '';
  }

  setStorageSync(key, value) {
    this.storage.set(key, JSON.stringify(value));
  }

  removeStorageSync(key) {
    this.storage.delete(key);
  }

  /** The token on the device, wherever it is kept. */
  storedToken() {
    const kept = [...this.storage.values()].map((text) => JSON.parse(text));
    return kept.length && kept[0].record ? kept[0].record.token : undefined;
  }

  login({ success, fail }) {
    this.logins++;
    setImmediate(() => {
      if (this.loginFails-- > 0) {
        this.loginsFailed++;
        return fail({ errMsg: 'login:fail busy' });
      }
      const code = 'code' + this.logins;
      this.service.codes.add(code);
      return success({ code, errMsg: 'login:ok' });
    });
  }

  getDeviceInfo() {
    return { platform: 'ios', model: 'iPhone 15', brand: 'Apple' };
  }

  getAppBaseInfo() {
    return { version: '8.0.60', SDKVersion: '3.8.0' };
  }

  /** A handshake with a dead token is refused, and nobody says why. */
  connectSocket(options) {
    const { url, header = {}, success } = options;
    const token = (header.Authorization || '').replace(/^Bearer /, '');
    const socket = { url, token, options, alive: this.service.live.has(token), closed: false, close: () => (socket.closed = true), abort: undefined };
    this.sockets.push(socket);
    setImmediate(() => success({ errMsg: 'connectSocket:ok' }));
    return socket;
  }

  requestVirtualPayment({ success, fail, ...signed }) {
    this.payments.push(signed);
    const errCode = this.paymentCodes.shift() || 0;
    setImmediate(() => (errCode ? fail({ errCode, errMsg: 'requestVirtualPayment:fail' }) : success({ errMsg: 'requestVirtualPayment:ok' })));
  }

  checkSession({ success, fail }) {
    this.keyChecks++;
    setImmediate(() => (this.keyIsGood ? success({}) : fail({ errMsg: 'checkSession:fail' })));
  }

  request(options) {
    return this.carry(options, (response) => response);
  }

  uploadFile(options) {
    const asText = (response) => ({
      ...response, data: typeof response.data === 'string' ? response.data : JSON.stringify(response.data)
    });
    return this.carry({ ...options, method: 'POST' }, asText);
  }

  /** An error's body ends up in a file: nothing to see but the status. */
  downloadFile(options) {
    return this.carry({ ...options, method: 'GET' }, ({ statusCode }) => ({ statusCode, tempFilePath: 'wxfile://tmp' }));
  }

  carry(options, shape) {
    const { url, method = 'GET', header = {}, data, success, fail } = options;
    const authorization = Object.entries(header).filter(([name]) => name.toLowerCase() === 'authorization');
    if (!url.startsWith(this.base + '/')) {
      this.foreign.push({ url, authorization });
      setImmediate(() => success(answer(200, 'elsewhere')));
      return { abort() {} };
    }
    const token = authorization.length === 1 ? authorization[0][1].replace(/^Bearer /, '') : undefined;
    const call = { url, method, path: url.slice(this.base.length), token, data, header, headers: authorization.length };
    this.service.handle(call).then((response) => (response.fails ? fail(response.fails) : response.lost || success(shape(response))));
    return { abort: () => fail({ errMsg: 'request:fail abort' }) };
  }
}

/** The outcome of a promise as a value: `{value}` or `{error}`. */
export const settle = (promise) => promise.then((value) => ({ value }), (error) => ({ error }));
