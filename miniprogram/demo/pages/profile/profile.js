const { messageOf } = require('../../lib/messages.js');

const app = getApp();

Page({
  data: { busy: false, rows: /** @type {{name: string, value: string}[]} */ ([]), valid: '', error: '' },

  async onDecrypt() {
    this.setData({ busy: true, rows: [], valid: '', error: '' });
    try {
      // First a session whose session_key is alive, then the data: a login in between could replace the key.
      await app.session.check({ login: true });
      const { rawData, signature, encryptedData, iv } = await app.wechat.profile();
      const verified = await this.post('/open-data/verify', { raw_data: rawData, signature });
      const decrypted = await this.post('/open-data/decrypt', { encrypted_data: encryptedData, iv });
      this.setData({ valid: verified.valid ? '签名有效' : '签名无效', rows: rowsOf(decrypted.data) });
    } catch (error) {
      await this.fail(error);
    }
    this.setData({ busy: false });
  },

  async post(url, data) {
    return (await app.session.request({ url, method: 'POST', data })).data;
  },

  async fail(error) {
    // The data was sealed with a key the service does not have: log in, and let the user fetch it anew.
    if (error.code === 'session_key_stale') await app.session.login().catch(() => {});
    this.setData({ error: messageOf(error) });
  }
});

function rowsOf(data) {
  return Object.keys(data)
    .filter((name) => name !== 'watermark')
    .map((name) => ({ name, value: typeof data[name] === 'object' ? JSON.stringify(data[name]) : String(data[name]) }));
}
