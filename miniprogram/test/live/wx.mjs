// A wx for Node that does real HTTP: codes from the WeChat simulator, everything else from the service.

export class NodeWx {
  constructor(simulator, { appId = 'wx0123456789abcdef', openid } = {}) {
    this.simulator = simulator;
    this.user = { app_id: appId, openid };
    this.storage = new Map();
    this.logins = 0;
    this.sent = [];
  }

  getAccountInfoSync() {
    return { miniProgram: { appId: this.user.app_id, envVersion: 'develop' } };
  }

  removeStorageSync(key) {
    this.storage.delete(key);
  }

  getStorageSync(key) {
    return this.storage.get(key) || '';
  }

  setStorageSync(key, value) {
    this.storage.set(key, JSON.parse(JSON.stringify(value)));
  }

  login({ success, fail }) {
    this.logins++;
    this.mint().then(({ code }) => success({ code, errMsg: 'login:ok' }), () => fail({ errMsg: 'login:fail' }));
  }

  async mint() {
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(this.user) };
    const response = await fetch(this.simulator + '/_control/codes', options);
    if (!response.ok) throw new Error('no code: HTTP ' + response.status);
    return response.json();
  }

  /** As in a Mini Program: JSON in and out, any status is a success. */
  request({ url, method = 'GET', data, header, success, fail }) {
    this.sent.push(`${method} ${new URL(url).pathname}`);
    const body = data === undefined ? undefined : JSON.stringify(data);
    const options = { method, body, headers: { 'content-type': 'application/json', ...header }, redirect: 'manual' };
    fetch(url, options).then(async (response) => {
      const text = await response.text();
      // API Gateway says application/json of a 204 too.
      const isJson = /^application\/json/.test(response.headers.get('content-type') || '');
      success({ statusCode: response.status, header: Object.fromEntries(response.headers), data: isJson && text ? JSON.parse(text) : text });
    }).catch((error) => fail({ errMsg: 'request:fail ' + error.message }));
  }
}
