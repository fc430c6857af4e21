// Every word a person reads, in both languages. Names of AWS and of the API stay as they are.

const EN = {
  skip: 'Skip to the diagram', title: 'WeChat login on AWS, live',
  subtitle: 'Press a button on the phone. Every step behind it is drawn as it happens.',
  phone: 'Mini Program', login: 'Log in', me: 'Call GET /me', sessions: 'My sessions', profile: 'Decrypt profile',
  phoneNumber: 'Phone number', logout: 'Log out',
  openPage: 'Open an H5 page', webView: 'web-view', reload: 'Same URL again', close: 'Close', ofPage: 'H5 page', noPage: 'No H5 page is served here.',
  pageOpened: 'Opened with a ticket in the URL’s fragment: good once, for a minute, for this page only.',
  faults: 'What goes wrong', busy: 'Busy', slow: 'Slow', garbage: 'Garbage', down: 'Down', session: 'Session',
  expire: 'Expire it', elsewhere: 'Log out elsewhere', rotate: 'Rotate session_key', cancel: 'Close the WeChat account', block: 'Block the user', unblock: 'Unblock', clock: 'Clock', hour: '+1 h', days: '{0} d',
  day: '+1 d', real: 'Real time', reset: 'Reset all',
  diagram: 'What happens behind it', call: 'call', answer: 'answer', cannotTell: 'cannot tell', functionFailed: 'failed', failure: 'failure', clear: 'Clear',
  empty: 'Nothing yet. Press a button on the phone.', latest: 'Latest ↓',
  keys: 'Arrow keys go from step to step, Enter opens one.', record: 'The session as DynamoDB stores it',
  told: 'What the bus was told', nothingTold: 'No event yet. They come a moment after what they tell of.',
  'lane.phone': 'Phone', 'lane.gateway': 'API Gateway', 'lane.authorizer': 'Authorizer', 'lane.function': 'Function',
  'lane.wechat': 'WeChat', 'lane.dynamodb': 'DynamoDB',
  connecting: 'connecting', live: 'live', lost: ['the diagram missed {0} arrow', 'the diagram missed {0} arrows'],
  signedIn: 'Signed in as {0}', signedOut: 'Not signed in', token: 'token {0}', noToken: 'no token on this phone',
  working: 'Working…', done: 'Done', again: 'The session had ended. The library logged in again by itself.',
  byItself: 'You were not signed in: the library logged in by itself.',
  newUser: 'Welcome, new user', known: 'Welcome back', sessionsOf: ['{0} session', '{0} sessions'], thisOne: 'this phone',
  otherPhone: 'another phone', number: 'Phone number {0}', loggedOut: 'Logged out',
  profileIs: 'Signature valid, data decrypted', stillIn: 'You stay signed in.', notIn: 'You are not signed in.',
  tryIn: 'Try again in {0} s.', tapAgain: 'Logged in anew: press the button again.', within: 'within', unknown: 'Which request this is for is not known',
  guess: 'Several requests were under way: a guess', to: 'to',
  idle: 'Idle time left', absolute: 'Lifetime left', ended: 'none', 'state.active': 'active',
  'state.revoked': 'revoked: a tombstone', 'state.expired': 'expired', 'state.unlisted': 'ended: not in the user’s list',
  noRecord: 'No record of this user yet.', others: ['{0} other record of this user', '{0} other records of this user'], userRecord: 'The user record',
  allFine: 'No fault is on.', isOn: 'On: {0}.', clockIs: 'Clock: {0}.', expired: 'The session’s idle time is over.',
  endedElsewhere: 'Another phone ended every session of this user.', rotated: 'WeChat has a new session_key.',
  cancelled: 'WeChat says that the user closed the account: sessions and record go.', notTaken: 'WeChat’s message was not taken: it would try again.',
  blocked: 'The user is blocked: every session has ended, and no login begins one.', unblocked: 'The user may log in again.',
  notBlocked: 'The user is not blocked.',
  resetDone: 'All reset: a new user, the real time, no fault.', real_wechat: 'The real WeChat is asked: no simulated user here. Use the demo in WeChat DevTools.',
  failed: 'That did not work: {0}', needSession: 'Log in first.',
  'error.signed_out': 'You logged out. Press “Log in”.', 'error.session_key_stale': 'WeChat has replaced the session_key.',
  'error.user_blocked': 'This account is blocked.',
  'error.store_unavailable': 'The service cannot reach its tables.', 'error.upstream_unavailable': 'WeChat is busy.',
  'error.upstream_invalid': 'WeChat sent something unreadable.', 'error.rate_limited': 'Too many requests.',
  'error.network': 'No connection.', 'error.timeout': 'No answer in time.',
  'error.other': 'That did not work.',
};

const ZH = {
  skip: '跳到时序图', title: 'AWS 上的微信登录，实时演示', subtitle: '点击手机上的按钮，时序图会实时画出背后的每一步。',
  phone: '小程序', login: '登录', me: '调用 GET /me', sessions: '我的会话', profile: '解密资料', phoneNumber: '手机号',
  openPage: '打开 H5 页面', webView: 'web-view', reload: '再次加载同一 URL', close: '关闭', ofPage: 'H5 页面', noPage: '这里没有提供 H5 页面。',
  pageOpened: '已打开：URL 的 fragment 中带有票据，一次有效，一分钟内使用，只供此页面兑换。',
  logout: '退出登录', faults: '制造故障', busy: '繁忙', slow: '变慢', garbage: '乱码', down: '不可用', session: '会话',
  expire: '设为过期', elsewhere: '在另一部手机上退出', rotate: '更换 session_key', cancel: '注销微信账号', block: '封禁用户', unblock: '解除封禁', clock: '时钟', hour: '+1 小时', days: '{0} 天', day: '+1 天',
  real: '真实时间', reset: '全部重置', diagram: '背后发生了什么', call: '请求', answer: '响应', cannotTell: '无法判断', functionFailed: '失败', failure: '失败', clear: '清空',
  empty: '还没有请求。请点击手机上的按钮。', latest: '最新 ↓', keys: '用方向键逐步浏览，按回车键展开。', record: 'DynamoDB 中的会话记录',
  told: '事件总线收到的事件', nothingTold: '还没有事件。事件会比操作稍晚一点到达。',
  'lane.phone': '手机', 'lane.gateway': 'API Gateway', 'lane.authorizer': '授权函数', 'lane.function': '函数', 'lane.wechat': '微信',
  connecting: '连接中', live: '实时', lost: '时序图漏掉了 {0} 步',
  signedIn: '已登录：{0}', signedOut: '未登录', token: 'token {0}', noToken: '手机上没有 token',
  working: '请稍候…', done: '完成', again: '会话已结束，客户端库已自动重新登录。',
  byItself: '之前未登录，客户端库已自动登录。', newUser: '欢迎，新用户', known: '欢迎回来',
  sessionsOf: '{0} 个会话', thisOne: '本机', otherPhone: '另一部手机', number: '手机号 {0}', loggedOut: '已退出登录',
  profileIs: '签名有效，数据已解密', stillIn: '您仍处于登录状态。', notIn: '您未登录。', tryIn: '请 {0} 秒后重试。',
  tapAgain: '已重新登录，请再点一次按钮。', within: '内部', unknown: '无法确定属于哪个请求', guess: '同时有多个请求，此为推测', to: '到',
  idle: '空闲时间剩余', absolute: '有效期剩余', ended: '无', 'state.active': '有效', 'state.revoked': '已撤销（墓碑记录）',
  'state.expired': '已过期', 'state.unlisted': '已结束：不在用户的列表中', noRecord: '还没有该用户的记录。', others: '该用户的其他 {0} 条记录',
  userRecord: '用户记录', allFine: '没有开启任何故障。', isOn: '已开启：{0}。', clockIs: '时钟：{0}。', expired: '会话已超过空闲时间。',
  endedElsewhere: '另一部手机结束了该用户的所有会话。', rotated: '微信更换了 session_key。', cancelled: '微信通知该用户已注销：会话和用户记录随即删除。', notTaken: '微信的消息未被接收，稍后会重试。', blocked: '用户已被封禁：所有会话均已结束，也不能再登录。', unblocked: '用户可以重新登录。',
  notBlocked: '用户没有被封禁。', resetDone: '已全部重置：新用户、真实时间、没有故障。',
  real_wechat: '当前请求的是真实微信，这里没有模拟用户。请用微信开发者工具打开演示小程序。', failed: '操作失败：{0}', needSession: '请先登录。',
  'error.signed_out': '您已退出登录，请点击“登录”。', 'error.session_key_stale': '微信已更换 session_key。',
  'error.user_blocked': '该账号已被封禁。',
  'error.store_unavailable': '服务暂时无法访问数据表。', 'error.upstream_unavailable': '微信系统繁忙。',
  'error.upstream_invalid': '微信返回了无法识别的内容。', 'error.rate_limited': '操作太频繁。',
  'error.network': '网络不可用。', 'error.timeout': '请求超时。', 'error.other': '操作失败。',
};

const LANGUAGE = 'page|language';
let chinese = (localStorage.getItem(LANGUAGE) || navigator.language).startsWith('zh');

/** The word for `key`, its {0}, {1} filled in. Of two forms the first is for one, the other for any other number. */
export function word(key, ...values) {
  const found = (chinese && ZH[key]) || EN[key] || key;
  const text = Array.isArray(found) ? found[Number(values[0]) === 1 ? 0 : 1] : found;
  return text.replace(/\{(\d)\}/g, (_, index) => values[index]);
}

export const hasWord = (key) => key in EN;

/** Puts the words into the markup. */
export function speak() {
  document.documentElement.lang = chinese ? 'zh-CN' : 'en';
  document.title = word('title');
  for (const element of document.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word);
  const button = document.getElementById('language');
  button.textContent = chinese ? 'English' : '中文';
  button.lang = chinese ? 'en' : 'zh-CN';
}

export function switchLanguage() {
  chinese = !chinese;
  localStorage.setItem(LANGUAGE, chinese ? 'zh' : 'en');
  speak();
}
