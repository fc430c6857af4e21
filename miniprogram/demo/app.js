const config = require('./config.js');
const { createSession } = require('./lib/wxsession.js');
const { connect } = require('./lib/wechat.js');

const wechat = connect(config);

App({
  wechat,
  pageUrl: config.pageUrl,

  // One session for the whole app. appId: DevTools' guest AppID is not the simulated one. sessionKey: this demo
  // decrypts open data.
  session: createSession({ baseUrl: config.baseUrl, appId: wechat.appId, sessionKey: true, wx: wechat.wx }),

  onShow() {
    // Sends nothing unless a check is due, and registers nobody. Offline or busy is no reason to log anyone out.
    this.session.check().catch((error) => console.warn('会话检查未完成', error.message));
  }
});
