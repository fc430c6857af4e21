const { messageOf, timeOf } = require('../../lib/messages.js');

const app = getApp();

Page({
  data: { signedIn: false, busy: false, expiresAt: '', answer: '', error: '' },

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
    this.setData({ signedIn: !!info, expiresAt: info ? timeOf(info.expires_at) : '' });
  },

  onLogin() {
    return this.run(() => app.session.login(), ({ user }) => (user.is_new ? '注册并登录成功' : '登录成功'));
  },

  onCheck() {
    return this.run(() => app.session.check({ force: true }), (info) => (info ? '会话有效' : '会话已结束，下一个请求会自动重新登录'));
  },

  // A protected call. The library adds the token, and logs in again by itself when the session is over.
  onProtected() {
    return this.run(() => app.session.request('/me'), () => '接口已返回：服务端确认了您的身份');
  },

  onLogout() {
    return this.run(() => app.session.logout(), () => '已退出登录');
  },

  onLogoutEverywhere() {
    return this.run(() => app.session.logoutEverywhere(), () => '所有设备均已退出');
  },

  async onDeleteAccount() {
    const confirm = await new Promise((resolve) => {
      wx.showModal({
        title: '注销账号', content: '您的用户记录和所有会话都会被删除。', confirmText: '注销', confirmColor: '#b3261e',
        success: (result) => resolve(result.confirm), fail: () => resolve(false)
      });
    });
    if (confirm) await this.run(() => app.session.deleteAccount(), () => '账号已注销');
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
