const { messageOf } = require('../../lib/messages.js');

const app = getApp();

Page({
  data: { busy: false, src: '', error: '' },

  // A ticket is good once and for a minute: each opening gets a new one, at the last moment.
  async onOpen() {
    this.setData({ busy: true, error: '' });
    try {
      const src = await app.session.webviewUrl(app.pageUrl);
      // Whoever has gone to another tab meanwhile did not want it any more.
      if (this.visible) this.setData({ src });
    } catch (error) {
      this.setData({ error: messageOf(error) });
    }
    this.setData({ busy: false });
  },

  onFailed() {
    this.setData({ src: '', error: '页面打不开' });
  },

  visible: true,

  onShow() {
    this.visible = true;
  },

  onHide() {
    this.visible = false;
    this.setData({ src: '' });
  }
});
