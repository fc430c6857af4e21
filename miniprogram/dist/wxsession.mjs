// wxsession-miniprogram: generated from src/ by `npm run build`, do not edit.

// src/address.js
var ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;
var ORIGIN = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d+))?(?=[/?#]|$)/i;
function originOf(url) {
  const parts = ORIGIN.exec(url);
  if (!parts) return void 0;
  const scheme = parts[1].toLowerCase();
  const port = Number(parts[3] || (scheme === "https" ? 443 : 80));
  return scheme + "://" + parts[2].toLowerCase() + ":" + port;
}
function normalBase(baseUrl) {
  if (!originOf(baseUrl) || /[?#]/.test(baseUrl)) throw new TypeError("createSession: baseUrl must be an http(s) URL");
  return baseUrl.replace(/\/+$/, "");
}
function addressOf(base, url) {
  if (!ABSOLUTE.test(url)) return { url: base + (url[0] === "/" ? "" : "/") + url, ours: true };
  return { url, ours: originOf(url) === originOf(base) };
}

// src/answers.js
var SESSION_IS_OVER = ["session_invalid", "credentials_missing"];
function sessionError(code, more) {
  const error = Object.assign(new Error(code), { code, errMsg: "wxsession:fail " + code }, more);
  error.name = "SessionError";
  return error;
}
function headerOf(response, name) {
  const headers = response.header || {};
  const key = Object.keys(headers).find((each) => each.toLowerCase() === name);
  return key === void 0 ? void 0 : String(headers[key]);
}
function bodyOf(response) {
  let data = response.data;
  if (Object.prototype.toString.call(data) === "[object ArrayBuffer]") {
    data = Array.from(new Uint8Array(data), (byte) => String.fromCharCode(byte)).join("");
  }
  if (typeof data === "string") {
    try {
      data = JSON.parse(data);
    } catch (notJson) {
      return void 0;
    }
  }
  return data && typeof data === "object" ? data : void 0;
}
var statusOf = (response) => Number(response.statusCode);
function codeOf(response) {
  const body = bodyOf(response);
  return body && typeof body.code === "string" && body.code ? body.code : void 0;
}
function retryAfterOf(response) {
  const value = headerOf(response, "retry-after");
  if (value === void 0) return void 0;
  const now = Date.parse(headerOf(response, "date") || "") || Date.now();
  const seconds3 = /^\d+$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1e3);
  return seconds3 >= 0 ? seconds3 : void 0;
}
function errorOf(response) {
  const status = statusOf(response);
  const code = codeOf(response) || (status < 400 ? "bad_answer" : "http_" + status);
  return sessionError(code, { status, retryAfter: retryAfterOf(response), response });
}
function failureOf(failure) {
  const errMsg = String(failure && (failure.errMsg || failure.message) || "");
  const code = /time(d )?out/i.test(errMsg) ? "timeout" : /abort/.test(errMsg) ? "aborted" : "network";
  return sessionError(code, { errMsg });
}
function verdictOf(response) {
  const status = statusOf(response);
  if (status === 401) return isSessionOver(response) ? "refused" : "unclear";
  if (status === 403) {
    const body = bodyOf(response);
    const onlyMessage = !body || Object.keys(body).every((key) => key.toLowerCase() === "message");
    return onlyMessage ? "unclear" : "accepted";
  }
  return status >= 500 || status === 429 ? "unknown" : "accepted";
}
function isSessionOver(response) {
  return statusOf(response) === 401 && SESSION_IS_OVER.indexOf(codeOf(response) || "") >= 0;
}

// src/record.js
var seconds = () => Date.now() / 1e3;
function storageKey(wx2, base, appId) {
  let account = (
    /** @type {any} */
    {}
  );
  try {
    account = wx2.getAccountInfoSync().miniProgram || account;
  } catch (tooOld) {
  }
  return ["wxsession", account.envVersion || "release", appId || account.appId || "", base].join("|");
}
function load(core) {
  let kept;
  try {
    kept = core.wx.getStorageSync(core.key);
  } catch (unreadable) {
  }
  const { record, ending, out } = kept || {};
  core.record = record && isToken(record.token) ? record : null;
  core.ending = isToken(ending) ? ending : void 0;
  core.out = !!out && !core.record;
}
function save(core) {
  try {
    const { record, ending, out } = core;
    core.wx.setStorageSync(core.key, { record, ending, out });
  } catch (full) {
  }
}
function isToken(token) {
  return typeof token === "string" && /^[!-~]+$/.test(token);
}
function timesOf(times, response) {
  const { expires_at, absolute_expires_at, check_after } = times;
  const date = Date.parse(headerOf(response, "date") || "") / 1e3;
  const skew = Math.round(Math.max(date ? seconds() - date : 0, seconds() - check_after + 1)) || 0;
  return { expires_at, absolute_expires_at, check_after, skew };
}
function looksExpired(record) {
  const now = seconds() - record.skew;
  return now >= record.expires_at || now >= record.absolute_expires_at;
}
function isCheckDue(record) {
  return !(seconds() - record.skew < record.check_after);
}
function infoOf(record) {
  if (!record) return null;
  const { user, session, expires_at, absolute_expires_at, check_after } = record;
  return { user, session, expires_at, absolute_expires_at, check_after };
}

// src/wire.js
var GRACE_MS = 2e3;
function call(wx2, api, options, onTask) {
  return new Promise((resolve, reject) => {
    const task = wx2[api](Object.assign({}, options, { success: resolve, fail: reject }));
    if (onTask) onTask(task);
  });
}
function within(timeout, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject({ errMsg: "timeout" }), timeout + GRACE_MS);
    const stop = () => clearTimeout(timer);
    promise.then(stop, stop);
    promise.then(resolve, reject);
  });
}
function ask(core, method, path, token, data) {
  const { wx: wx2, base, timeout } = core;
  const header = token ? { Authorization: "Bearer " + token } : {};
  const options = { url: base + path, method, data, header, timeout, redirect: "manual" };
  return within(timeout, call(wx2, "request", options)).catch((failure) => {
    throw failureOf(failure);
  });
}

// src/login.js
var LOGINS_PER_INCIDENT = 2;
var PAUSE_SECONDS = 10;
var LONGEST_PAUSE_SECONDS = 60;
var seconds2 = () => Date.now() / 1e3;
var signedOut = () => sessionError("signed_out");
function signIn(core, byApp) {
  if (core.out) return Promise.reject(signedOut());
  if (core.login) return core.login;
  const pause = core.pausedUntil - seconds2();
  if (!byApp && pause > 0 && pause <= LONGEST_PAUSE_SECONDS) {
    const { code, status } = core.lastError || { code: "session_invalid", status: 401 };
    return Promise.reject(sessionError(code, { status, retryAfter: Math.ceil(pause) }));
  }
  if (byApp || core.spent >= LOGINS_PER_INCIDENT) core.spent = 0;
  const epoch = core.epoch;
  const done = () => {
    if (core.login === flight) core.login = null;
  };
  const flight = attempt(core, epoch).catch((error) => {
    if (core.epoch !== epoch) throw signedOut();
    failed(core, error);
    throw error;
  });
  core.login = flight;
  flight.then(done, done);
  return flight;
}
async function attempt(core, epoch) {
  let old = core.record ? core.record.token : core.ending;
  for (; ; ) {
    core.spent++;
    core.pausedUntil = core.spent < LOGINS_PER_INCIDENT ? 0 : seconds2() + LONGEST_PAUSE_SECONDS;
    const { code } = await within(core.timeout, call(core.wx, "login", { timeout: core.timeout })).catch(loginFailed);
    if (core.epoch !== epoch) throw signedOut();
    const response = await ask(core, "POST", "/login", old, { code, app_id: core.appId });
    const body = bodyOf(response);
    if (response.statusCode === 200 && body && isToken(body.token)) return adopt(core, epoch, body, response);
    const error = errorOf(response);
    const ofOldToken = old && (error.status === 401 || error.code === "malformed_request");
    const heals = error.code === "login_code_invalid" || error.code === "login_code_used" || ofOldToken;
    if (!heals || core.spent >= LOGINS_PER_INCIDENT || core.epoch !== epoch) throw error;
    if (ofOldToken) old = void 0;
  }
}
function loginFailed(failure) {
  const error = failureOf(failure);
  throw error.code === "timeout" ? error : sessionError("wx_login_failed", { errMsg: error.errMsg });
}
async function adopt(core, epoch, body, response) {
  if (core.epoch !== epoch) {
    await end(core, body.token).catch(() => {
      core.ending = core.ending || body.token;
      save(core);
    });
    throw signedOut();
  }
  const { token, user, session } = body;
  core.record = Object.assign({ token, user, session }, timesOf(body, response));
  core.dead = false;
  core.ending = void 0;
  core.lastError = null;
  core.keyCheck = Promise.resolve(true);
  save(core);
  core.emit("signed-in", infoOf(core.record));
  return infoOf(core.record);
}
function failed(core, error) {
  const { status, code, retryAfter } = error;
  const final = status >= 400 && status < 500 && status !== 429 && !/^http_/.test(code);
  const least = core.spent < LOGINS_PER_INCIDENT ? 0 : PAUSE_SECONDS;
  const pause = final ? LONGEST_PAUSE_SECONDS : Math.max(retryAfter || 0, least);
  core.pausedUntil = seconds2() + Math.min(pause, LONGEST_PAUSE_SECONDS);
  core.lastError = error;
  if (final && core.dead) leave(core, "refused", false);
}
async function end(core, token) {
  const response = await ask(core, "DELETE", "/session", token);
  if (response.statusCode !== 204 && !isSessionOver(response)) throw errorOf(response);
}
function leave(core, reason, stayOut) {
  const had = core.record;
  core.epoch++;
  core.login = null;
  core.record = null;
  core.dead = false;
  core.out = stayOut;
  save(core);
  if (had) core.emit("signed-out", { reason });
}

// src/requests.js
var ignore = () => {
};
function send(core, api, given) {
  const options = Object.assign({}, given);
  const { success, fail, complete } = options;
  ["success", "fail", "complete"].forEach((name) => delete options[name]);
  const { url, ours } = addressOf(core.base, String(options.url));
  options.url = url;
  const outcome = ours ? authorized(core, api, options) : once(core, api, options).then(orError);
  if (success || fail || complete) {
    outcome.then(success, fail || ignore).then(ignore, rethrow);
    outcome.then(complete, complete || ignore).then(ignore, rethrow);
  }
  return outcome;
}
function rethrow(error) {
  setTimeout(() => {
    throw error;
  });
}
function orError(response) {
  if (response.statusCode < 400) return response;
  throw errorOf(response);
}
function once(core, api, options, token) {
  const { onTask, ...wxOptions } = options;
  if (token) {
    wxOptions.header = {};
    Object.keys(options.header || {}).forEach((name) => {
      if (name.toLowerCase() !== "authorization") wxOptions.header[name] = options.header[name];
    });
    wxOptions.header.Authorization = "Bearer " + token;
  }
  return call(core.wx, api, wxOptions, onTask).catch((failure) => {
    throw failureOf(failure);
  });
}
async function authorized(core, api, options, closing) {
  for (let replayed = false; ; replayed = true) {
    const token = await ready(core, closing);
    const response = await once(core, api, options, token);
    let verdict = verdictOf(response);
    if (verdict === "unclear") verdict = await renew(core, token);
    if (verdict === "refused") {
      refuse(core, token);
      if (!replayed) continue;
    }
    if (verdict === "accepted") accept(core, token);
    return orError(response);
  }
}
function accept(core, token) {
  if (!isCurrent(core, token) || core.lastError) return;
  core.spent = 0;
  core.pausedUntil = 0;
}
function isCurrent(core, token) {
  return !!core.record && core.record.token === token && !core.dead;
}
async function ready(core, closing) {
  if (core.closing && !closing) await core.closing.catch(ignore);
  let error;
  if (core.login || !await isGood(core)) {
    await signIn(core).catch((reason) => {
      error = reason;
    });
  }
  if (core.record && !core.dead) return core.record.token;
  throw error || signedOut();
}
async function isGood(core) {
  if (!core.record || core.dead || looksExpired(core.record)) return false;
  if (!core.sessionKey) return true;
  const askWechat = () => within(core.timeout, call(core.wx, "checkSession", {}));
  core.keyCheck = core.keyCheck || askWechat().then(() => true, () => false);
  return core.keyCheck;
}
function refuse(core, token) {
  if (isCurrent(core, token)) core.dead = true;
}
function renew(core, token) {
  if (!isCurrent(core, token)) return Promise.resolve("refused");
  if (!core.asking || core.asking.token !== token) {
    const asking = { token, answer: askSession(core, token) };
    const done = () => {
      if (core.asking === asking) core.asking = null;
    };
    core.asking = asking;
    asking.answer.then(done, done);
  }
  return core.asking.answer;
}
async function askSession(core, token) {
  const response = await ask(core, "GET", "/session", token);
  if (isSessionOver(response)) return "refused";
  const { session, user } = bodyOf(response) || /** @type {any} */
  {};
  if (response.statusCode !== 200 || !session || !(session.expires_at > 0)) throw errorOf(response);
  if (isCurrent(core, token)) {
    Object.assign(core.record, timesOf(session, response), { session: { id: session.id }, user });
    save(core);
  }
  return "accepted";
}
async function check(core, options) {
  if (core.closing) await core.closing.catch(ignore);
  if (core.out) return null;
  const token = await ready(core);
  const due = core.record && (options && options.force || isCheckDue(core.record));
  if (due && await renew(core, token) === "refused") {
    refuse(core, token);
    await ready(core);
  }
  return infoOf(core.record);
}

// src/index.js
var TIMEOUT_MS = 15e3;
function createSession(options) {
  const core = open(options);
  return {
    login() {
      return loginByApp(core);
    },
    request: (given) => send(core, "request", given),
    uploadFile: (given) => send(core, "uploadFile", given),
    downloadFile: (given) => send(core, "downloadFile", given),
    check: (asked) => check(core, asked),
    logout: () => logout(core),
    logoutEverywhere: () => logoutEverywhere(core),
    current: () => infoOf(core.record),
    on(event, listener) {
      const entry = { event, listener };
      core.listeners.push(entry);
      return () => {
        core.listeners = core.listeners.filter((each) => each !== entry);
      };
    }
  };
}
function open(options) {
  const base = normalBase(options.baseUrl);
  const host = options.wx || wx;
  const core = (
    /** @type {any} */
    {
      wx: host,
      base,
      appId: options.appId,
      key: storageKey(host, base, options.appId),
      timeout: options.timeout || TIMEOUT_MS,
      sessionKey: options.sessionKey,
      listeners: [],
      // Counts sign-outs, so that what began before one cannot undo it.
      epoch: 0,
      logouts: 0,
      spent: 0,
      pausedUntil: 0
    }
  );
  core.emit = (event, detail) => {
    core.listeners.forEach((each) => {
      if (each.event === event) Promise.resolve(detail).then(each.listener);
    });
  };
  load(core);
  return core;
}
async function loginByApp(core) {
  const logouts = core.logouts;
  if (core.closing) await core.closing.catch(() => {
  });
  if (core.logouts !== logouts) throw signedOut();
  core.out = false;
  return signIn(core, true);
}
async function logout(core) {
  const pending = core.login;
  const token = core.record ? core.record.token : core.ending;
  core.ending = token;
  core.logouts++;
  leave(core, "logout", true);
  const settled = pending && pending.catch(() => {
  });
  if (token) {
    await end(core, token);
    if (core.ending === token) core.ending = void 0;
    save(core);
  }
  await settled;
}
function logoutEverywhere(core) {
  if (core.closing) return core.closing;
  const options = { url: core.base + "/sessions", method: "DELETE", timeout: core.timeout };
  const closing = authorized(core, "request", options, true).then(
    (response) => {
      core.closing = null;
      if (response.statusCode !== 204) throw errorOf(response);
      leave(core, "logout-everywhere", true);
    },
    (error) => {
      core.closing = null;
      throw error;
    }
  );
  core.closing = closing;
  return closing;
}
export {
  createSession
};
