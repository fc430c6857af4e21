// Where the demo connects. The defaults are what `cargo run -p local` starts.
module.exports = {
  baseUrl: 'http://127.0.0.1:3000',

  // The WeChat simulator stands in for WeChat, so neither an account nor an AppSecret is needed.
  // Set it to '' and put your own appid into project.config.json to use the real WeChat.
  simulatorUrl: 'http://127.0.0.1:3001',
  simulatedAppId: 'wx0123456789abcdef',

  // The page that opens in the web-view. Its origin is the service's parameter PageOrigin; with the real WeChat it must be
  // https and registered in the console (业务域名).
  pageUrl: 'http://127.0.0.1:3002/'
};
