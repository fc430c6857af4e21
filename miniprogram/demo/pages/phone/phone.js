const { messageOf } = require('../../lib/messages.js');

const app = getApp();

Page({
  data: { simulated: app.wechat.simulated, busy: false, phoneNumber: '', countryCode: '', error: '' },

  async onPhone(event) {
    this.setData({ busy: true, phoneNumber: '', countryCode: '', error: '' });
    try {
      // This code is not a wx.login code; it is good once, for five minutes.
      const code = await app.wechat.phoneCode(event);
      const { data } = await app.session.request({ url: '/phone-number', method: 'POST', data: { code } });
      this.setData({ phoneNumber: data.pure_phone_number, countryCode: data.country_code });
    } catch (error) {
      this.setData({ error: error.code ? messageOf(error) : '未获得授权' });
    }
    this.setData({ busy: false });
  }
});
