// app.js. In a project without npm: require('./lib/wxsession.js').
const { createSession, isSessionError } = require('wxsession-miniprogram');

const session = createSession({ baseUrl: 'https://api.example.com' });

App({
  session,

  onLaunch() {
    // The login of this user was refused (blocked, for example): say so instead of asking again.
    session.on('signed-out', ({ reason }) => {
      if (reason === 'refused') wx.reLaunch({ url: '/pages/refused/refused' });
    });
    // The account was deleted on another phone: stay signed out here, too. The service says so for about a day; later, and whenever
    // `ended` is undefined, the next request logs in.
    session.on('session-ended', ({ ended }) => {
      if (ended === 'deleted') session.logout().catch(() => {});
    });
  },

  onShow() {
    // Renews what is due. A user who never signed in is not registered by it.
    session.check().catch((error) => {
      if (!isSessionError(error)) throw error;
    });
  }
});
