const { messageOf, timeOf } = require('../../lib/messages.js');

const app = getApp();

Page({
  data: { sessions: [], loaded: false, error: '' },

  onShow() {
    return this.load();
  },

  async onPullDownRefresh() {
    await this.load();
    wx.stopPullDownRefresh();
  },

  async load() {
    try {
      const { data } = await app.session.request({ url: '/sessions' });
      this.setData({ sessions: data.sessions.map(forDisplay), loaded: true, error: '' });
    } catch (error) {
      this.setData({ sessions: [], loaded: true, error: messageOf(error) });
    }
  },

  async onEnd(event) {
    const { id, current } = event.currentTarget.dataset;
    try {
      // This device's own session is ended with logout(), so that the library knows about it.
      if (current) await app.session.logout();
      else await app.session.request({ url: '/sessions/' + id, method: 'DELETE' });
    } catch (error) {
      this.setData({ error: messageOf(error) });
      return;
    }
    await this.load();
  }
});

function forDisplay({ id, created_at, last_seen_at, expires_at, current, device }) {
  // What the phone said of itself at login: shown, and nothing more.
  const name = (device && device.model) || (current ? '' : '其他设备');
  const lastSeenAt = last_seen_at ? timeOf(last_seen_at) : '登录后未使用';
  return { id, current, name: current ? ['本设备', name].filter(Boolean).join(' · ') : name, createdAt: timeOf(created_at), lastSeenAt, expiresAt: timeOf(expires_at) };
}
