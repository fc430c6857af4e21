const { messageOf, timeOf } = require('../../lib/messages.js');

const app = getApp();

Page({
  data: { signedIn: false, busy: false, userId: '', sessionId: '', expiresAt: '', answer: '', error: '' },

  stops: /** @type {(() => void)[]} */ ([]),

  onLoad() {
    this.stops = [app.session.on('signed-in', () => this.show()), app.session.on('signed-out', () => this.show())];
  },

  onUnload() {
    this.stops.forEach((stop) => stop());
  },

  onShow() {
    this.show();
  },

  show() {
    const info = app.session.current();
    this.setData({
      signedIn: !!info,
      userId: info ? info.user.id : '',
      sessionId: info ? info.session.id : '',
      expiresAt: info ? timeOf(info.expires_at) : ''
    });
  },

  onLogin() {
    return this.run(() => app.session.login(), () => '登录成功');
  },

  onCheck() {
    return this.run(() => app.session.check({ force: true }), () => '会话有效');
  },

  // A protected call. The library adds the token, and logs in again by itself when the session is over.
  onProtected() {
    return this.run(() => app.session.request({ url: '/me' }), ({ data }) => JSON.stringify(data, null, 2));
  },

  onLogout() {
    return this.run(() => app.session.logout(), () => '已退出登录');
  },

  onLogoutEverywhere() {
    return this.run(() => app.session.logoutEverywhere(), () => '所有设备均已退出');
  },

  async run(action, say) {
    this.setData({ busy: true, answer: '', error: '' });
    try {
      const result = await action();
      this.setData({ answer: say(result) });
    } catch (error) {
      this.setData({ error: messageOf(error) });
    }
    this.setData({ busy: false });
    this.show();
  }
});
