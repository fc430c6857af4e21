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

function forDisplay({ id, created_at, last_seen_at, expires_at, current }) {
  return { id, current, createdAt: timeOf(created_at), lastSeenAt: timeOf(last_seen_at), expiresAt: timeOf(expires_at) };
}
