// What the demo needs from WeChat: from WeChat itself, or from the simulator on this machine.

const USER = 'demo|simulated-openid';

function connect(config) {
  return config.simulatorUrl ? simulated(config) : real();
}

function real() {
  return {
    simulated: false,
    /** The Mini Program's own. */
    appId: undefined,
    wx,
    /** The signed and encrypted profile. WeChat shows anonymous names here; the cryptography is real. */
    profile() {
      return new Promise((resolve, reject) => wx.getUserInfo({ withCredentials: true, success: resolve, fail: reject }));
    },
    /** The code comes from the button that the user taps. */
    phoneCode(event) {
      const { code, errMsg } = event.detail;
      return code ? Promise.resolve(code) : Promise.reject(new Error(errMsg));
    }
  };
}

function simulated({ simulatorUrl, simulatedAppId }) {
  const ask = (path) => new Promise((resolve, reject) => {
    const openid = wx.getStorageSync(USER) || undefined;
    wx.request({
      url: simulatorUrl + '/_control/' + path,
      method: 'POST',
      data: { app_id: simulatedAppId, openid },
      success: ({ statusCode, data }) => (statusCode === 200 ? resolve(data) : reject({ errMsg: 'simulator: HTTP ' + statusCode })),
      fail: reject
    });
  });
  // Only wx.login is replaced; everything else is the real wx.
  const login = ({ success, fail }) => {
    ask('codes').then(({ code, openid }) => {
      wx.setStorageSync(USER, openid);
      success({ code, errMsg: 'login:ok' });
    }, fail);
  };
  return {
    simulated: true,
    appId: simulatedAppId,
    wx: Object.create(wx, { login: { value: login }, checkSession: { value: ({ success }) => success({}) } }),
    async profile() {
      const { raw_data, signature, encrypted_data, iv } = await ask('user-info');
      return { rawData: raw_data, signature, encryptedData: encrypted_data, iv };
    },
    async phoneCode() {
      return (await ask('phone-codes')).code;
    }
  };
}

module.exports = { connect };
