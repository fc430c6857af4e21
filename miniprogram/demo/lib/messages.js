// What to tell the user for each error code. The list of codes: docs/api.md of the service.

const MESSAGES = {
  signed_out: '您已退出登录',
  not_stored: '已退出，但手机存储异常，重新打开后可能会自动登录',
  session_invalid: '登录已失效，请重新登录',
  login_blocked: '该微信账号暂时无法登录',
  user_blocked: '该账号已被停用',
  wrong_app: '该账号不属于此小程序',
  not_enabled: '服务端没有开启此功能',
  audience_unknown: '该页面的源与服务端的 PageOrigin 不一致',
  session_key_stale: '微信登录态已更新，请再点一次',
  rate_limited: '操作太频繁，请稍后再试',
  upstream_unavailable: '微信服务繁忙，请稍后再试',
  upstream_invalid: '微信服务异常，请稍后再试',
  store_unavailable: '服务繁忙，请稍后再试',
  network: '网络不可用，请检查网络',
  interrupted: '网络连接中断，请再试一次',
  domain_not_allowed: '该域名不在小程序的合法域名列表中，请在开发者工具中勾选“不校验合法域名”，或在后台添加',
  tls: '服务器的证书不被信任',
  bad_answer: '收到的不是本服务的响应，请检查网络是否需要登录',
  timeout: '网络超时，请稍后再试',
  wx_login_failed: '微信登录失败，请稍后再试',
  not_found: '未找到，可能已经下线'
};

function messageOf(error) {
  const text = MESSAGES[error.code] || '出错了，请稍后再试';
  const wait = error.retryAfter ? `（${error.retryAfter} 秒后可重试）` : '';
  return text + wait;
}

/** Unix seconds as local date and time. */
function timeOf(seconds) {
  const date = new Date(seconds * 1000);
  const two = (number) => String(number).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

module.exports = { messageOf, timeOf };
