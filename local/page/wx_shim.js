// A `wx` for the browser, as much of it as the client library and this phone need. Codes and encrypted data come from
// the simulated WeChat behind /_page/wx/; everything else is the browser's own.

/** Asks the page's own routes. */
export async function ask(path, body) {
  const options = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch('/_page/' + path, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error || 'HTTP ' + response.status);
  return answer;
}

/** A storage that forgets, for a phone that is not this one. */
export class Memory extends Map {
  getItem(key) {
    return this.get(key) ?? null;
  }

  setItem(key, value) {
    this.set(key, value);
  }
}

export class BrowserWx {
  constructor({ person, storage, device }) {
    Object.assign(this, { person, storage, device });
  }

  getAccountInfoSync() {
    return { miniProgram: { appId: 'wx0123456789abcdef', envVersion: 'develop' } };
  }

  getStorageSync(key) {
    const text = this.storage.getItem('wx|' + key);
    return text === null ? '' : JSON.parse(text);
  }

  setStorageSync(key, value) {
    this.storage.setItem('wx|' + key, JSON.stringify(value));
  }

  login({ success, fail }) {
    this.get('login').then(({ code }) => success({ code, errMsg: 'login:ok' }), (error) => fail({ errMsg: 'login:fail ' + error.message }));
  }

  checkSession({ success, fail }) {
    const no = () => fail({ errMsg: 'checkSession:fail session expired' });
    this.get('check-session').then(({ valid }) => (valid ? success({ errMsg: 'checkSession:ok' }) : no()), no);
  }

  /** As in a Mini Program: JSON in and out, and any status is a success. */
  request({ url, method = 'GET', data, header, timeout, success, fail }) {
    const headers = { ...header };
    if (data !== undefined) headers['content-type'] = 'application/json';
    if (this.device) headers['x-device'] = this.device;
    const body = data === undefined ? undefined : JSON.stringify(data);
    const signal = AbortSignal.timeout(timeout || 60000);
    fetch(url, { method, headers, body, signal, redirect: 'manual', credentials: 'omit' }).then(async (response) => {
      const text = await response.text();
      const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') || '');
      success({ statusCode: response.status, header: Object.fromEntries(response.headers), data: isJson && text ? JSON.parse(text) : text });
    }).catch((error) => {
      fail({ errMsg: 'request:fail ' + (error.name === 'TimeoutError' ? 'timeout' : error.message) });
    });
  }

  /** What open-data buttons hand over: `user-info`, `phone-number`. */
  get(what) {
    return ask('wx/' + what, { person: this.person });
  }
}
