import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FakeService, FakeWx, answer, problem } from '../fake.mjs';
import { bindingsOf, compileStyles, compileViews, exists, json, launch, root } from './load.mjs';

const { pages: paths, tabBar } = json('app.json');

test('the project opens: every file that app.json and project.config.json name is there', () => {
  const project = json('project.config.json');
  assert.deepEqual([project.compileType, project.miniprogramRoot, project.setting.urlCheck], ['miniprogram', './', false]);
  for (const file of ['app.js', 'app.wxss', 'lib/wxsession.js', json('app.json').sitemapLocation, json('app.json').themeLocation]) assert.ok(exists(file), file);
  for (const path of paths) for (const kind of ['js', 'json', 'wxml', 'wxss']) assert.ok(exists(`${path}.${kind}`), `${path}.${kind}`);
  for (const { pagePath } of tabBar.list) assert.ok(paths.includes(pagePath), pagePath);
});

test('it points at the local service and its simulator by default', async () => {
  const urls = [];
  const wx = new FakeWx(new FakeService());
  const answers = [answer(200, { code: 'c', openid: 'o' }), answer(500, '')];
  wx.request = ({ url, success }) => urls.push(url) && success(answers.shift());
  const { pages } = launch(wx);
  assert.equal(Object.keys(pages).length, paths.length);
  await pages['pages/login/login'].onLogin();
  assert.deepEqual(urls, ['http://127.0.0.1:3001/_control/codes', 'http://127.0.0.1:3000/login']);
});

test('dark mode changes every colour that app.json takes from the theme, and each can be read', () => {
  const { light, dark } = json(json('app.json').themeLocation);
  const { window, tabBar } = json('app.json');
  const variables = [...Object.values(window), ...Object.values(tabBar)].filter((value) => typeof value === 'string' && value.startsWith('@')).map((value) => value.slice(1));
  assert.ok(variables.length >= 8);
  assert.deepEqual([Object.keys(light).sort(), Object.keys(dark).sort()], [[...variables].sort(), [...variables].sort()]);
  for (const name of variables) assert.notEqual(light[name], dark[name], name);
  for (const [name, value] of Object.entries({ ...window, ...tabBar })) {
    if (/color/i.test(name)) assert.match(String(value), /^@/, `${name} has no dark form`);
  }
  for (const { tabText, tabSelected, tabBackground } of [light, dark]) {
    for (const colour of [tabText, tabSelected]) assert.ok(contrast(colour, tabBackground) >= 4.5, `${colour} on ${tabBackground}`);
  }
  const [day, night] = [...readFileSync(root + 'app.wxss', 'utf8').matchAll(/page \{([^}]*)\}/g)].map(([, text]) => Object.fromEntries([...text.matchAll(/--(\w+): (#\w+)/g)].map(([, name, value]) => [name, value])));
  assert.deepEqual(Object.keys(day), Object.keys(night));
  for (const { card, ink, soft, good, bad } of [day, night]) for (const colour of [ink, soft, good, bad]) assert.ok(contrast(colour, card) >= 4.5, `${colour} on ${card}`);
});

/** WCAG's contrast of two colours like #1a2b3c. */
function contrast(one, other) {
  const light = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

test('WeChat\'s own compilers accept every view and style, and refuse broken ones', async () => {
  assert.ok(compileViews(root));
  assert.ok(compileStyles(root));
  const folder = await mkdtemp(join(tmpdir(), 'wxsession-demo-'));
  try {
    await writeFile(join(folder, 'a.wxml'), '<view><text></view>');
    assert.throws(() => compileViews(folder));
    await writeFile(join(folder, 'a.wxss'), '.card { margin: }}');
    assert.throws(() => compileStyles(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
});

for (const path of paths) {
  test(`${path}: its page file parses and the data in its view is declared`, () => {
    json(path + '.json');
    const { pages } = launch(new FakeWx(new FakeService()));
    const known = new Set([...Object.keys(pages[path].data), 'item']);
    for (const expression of bindingsOf(path + '.wxml')) {
      for (const [name] of expression.replace(/'[^']*'|\.\w+/g, '').matchAll(/[A-Za-z]\w*/g)) {
        assert.ok(known.has(name), `${path}: ${name} in {{${expression}}}`);
      }
    }
  });
}

/** The service and, on the second port, the simulator's control plane. */
class Backend extends FakeService {
  route(call) {
    const { path, data, token } = call;
    if (path === '/_control/codes') {
      assert.equal(data.app_id, 'wx0123456789abcdef');
      const code = 'simulated' + this.log.length;
      this.codes.add(code);
      return answer(200, { code, openid: data.openid || 'oNew' });
    }
    if (path === '/login') assert.equal(data.app_id, 'wx0123456789abcdef', 'DevTools\' guest AppID is not the simulated one');
    if (path === '/_control/user-info') return answer(200, { raw_data: 'r', signature: 's', encrypted_data: 'e', iv: 'i' });
    if (path === '/_control/phone-codes') return answer(200, { code: 'phone' });
    if (!this.live.has(token)) return super.route(call);
    if (path === '/open-data/verify') return answer(200, { valid: data.raw_data === 'r' && data.signature === 's' });
    if (path === '/open-data/decrypt') return answer(200, { data: { openId: 'o' + data.encrypted_data + data.iv, watermark: {} } });
    if (path === '/phone-number') return answer(200, { pure_phone_number: '13800000000', country_code: '86', phone_number: '' });
    if (path === '/sessions' && call.method === 'GET') {
      const session = { id: 'here', created_at: 0, last_seen_at: 0, expires_at: 0, current: true };
      const device = { platform: 'android', model: 'Pixel 9' };
      return answer(200, { sessions: [session, { ...session, id: 'there', current: false }, { ...session, id: 'new', current: false, last_seen_at: null, device }] });
    }
    return super.route(call);
  }
}

async function demo() {
  const service = new Backend();
  const wx = new FakeWx(service, { base: 'http://local' });
  wx.account.miniProgram.appId = 'touristappid';
  wx.confirms = true;
  wx.showModal = ({ success }) => success({ confirm: wx.confirms });
  const started = launch(wx, { baseUrl: 'http://local', simulatorUrl: 'http://local' });
  const [login, profile, phone, sessions, h5] = paths.map((path) => started.pages[path]);
  login.onLoad();
  return { service, wx, ...started, login, profile, phone, sessions, h5 };
}

const sees = (page, ...texts) => {
  for (const text of texts) assert.ok(page.see().some((each) => each.includes(text)), `${text} is not in ${page.see().join(' / ')}`);
};

test('login page: log in, protected call, silent re-login, log out', async () => {
  const { service, login } = await demo();
  login.onShow();
  sees(login, '未登录');
  assert.throws(() => login.tap('退出登录'), /no button/);
  await login.tap('微信登录');
  sees(login, '已登录', '登录成功');
  service.endAll();
  await login.tap('调用受保护的接口');
  sees(login, '已登录', '服务端确认了您的身份');
  await login.tap('检查会话');
  sees(login, '会话有效');
  await login.tap('退出登录');
  sees(login, '未登录', '已退出登录');
  await login.tap('调用受保护的接口');
  sees(login, '您已退出登录');
});

test('login page: a busy service shows how long to wait and keeps the user', async () => {
  const { service, login } = await demo();
  await login.tap('微信登录');
  service.inject(({ path }) => path === '/me', () => problem(503, 'store_unavailable', { 'Retry-After': '3' }));
  await login.tap('调用受保护的接口');
  sees(login, '已登录', '服务繁忙，请稍后再试（3 秒后可重试）');
  await login.tap('退出所有设备');
  sees(login, '未登录', '所有设备均已退出');
  assert.equal(service.live.size, 0);
});

test('login page: every button waits while one call runs', async () => {
  const { login } = await demo();
  const running = login.tap('微信登录');
  assert.throws(() => login.tap('微信登录'), /no button/);
  await running;
  await login.tap('重新登录');
});

test('login page: one primary button in each state, and what ends something is quieter', async () => {
  const { login } = await demo();
  login.onShow();
  assert.deepEqual(login.buttons('primary'), ['微信登录']);
  await login.tap('微信登录');
  assert.deepEqual(login.buttons('primary'), ['调用受保护的接口']);
  assert.deepEqual(login.buttons().slice(-3), ['退出登录', '退出所有设备', '注销账号']);
});

test('login page: an account is deleted after a question, and stays deleted', async () => {
  const { service, wx, login } = await demo();
  await login.tap('微信登录');
  wx.confirms = false;
  await login.tap('注销账号');
  assert.equal(service.users.size, 1);
  wx.confirms = true;
  await login.tap('注销账号');
  sees(login, '未登录', '账号已注销');
  await login.tap('调用受保护的接口');
  sees(login, '您已退出登录');
  assert.equal(service.users.size, 0);
});

test('what wx distinguishes is said: the domain list, the certificate, an interruption', async () => {
  for (const [fails, words] of [
    [{ errno: 600002, errMsg: 'request:fail url not in domain list' }, '合法域名'], [{ errMsg: 'request:fail ssl hand shake error' }, '证书'],
    [{ errMsg: 'request:fail interrupted' }, '中断'], [{ errMsg: 'request:fail ' }, '网络不可用']
  ]) {
    const { service, login } = await demo();
    await login.tap('微信登录');
    service.inject(({ path }) => path === '/me', () => ({ fails }));
    await login.tap('调用受保护的接口');
    sees(login, '已登录', words);
  }
});

test('no page shows an id', async () => {
  const { login, profile, phone, sessions } = await demo();
  await login.tap('微信登录');
  await login.tap('调用受保护的接口');
  await sessions.onShow();
  for (const page of [login, profile, phone, sessions]) {
    for (const text of page.see()) assert.doesNotMatch(text, /^(u|s\d+|here|there)$|wxs_|session_id|user_id/, text);
  }
});

test('the simulated user is the same at the next launch', async () => {
  const { service, wx, login } = await demo();
  await login.tap('微信登录');
  await login.tap('重新登录');
  assert.deepEqual(service.log.filter(({ path }) => path === '/_control/codes').map(({ data }) => data.openid), [undefined, 'oNew']);
  assert.equal(wx.logins, 0, 'WeChat itself is not asked');
});

test('profile page: verified and decrypted by the service', async () => {
  const { service, profile } = await demo();
  await profile.tap('获取并解密');
  sees(profile, '签名有效', 'openId', 'oei');
  assert.equal(profile.see().includes('watermark'), false);
  service.inject(({ path }) => path === '/open-data/decrypt', () => problem(409, 'session_key_stale'), 1);
  const logins = service.count('POST', '/login');
  await profile.tap('获取并解密');
  sees(profile, '微信登录态已更新，请再点一次');
  assert.equal(service.count('POST', '/login'), logins + 1);
  await profile.tap('获取并解密');
  sees(profile, '签名有效');
});

test('phone page: the code goes to the service, the number comes back', async () => {
  const { phone } = await demo();
  await phone.tap('获取手机号（模拟）');
  sees(phone, '+86 13800000000');
});

test('phone page with the real WeChat: its own button, and a refused permission is said plainly', async () => {
  const phone = launch(new FakeWx(new FakeService()), { simulatorUrl: '' }).pages['pages/phone/phone'];
  await phone.tap('获取手机号', { detail: { errMsg: 'getPhoneNumber:fail user deny' } });
  sees(phone, '未获得授权');
});

test('sessions page: another device is signed out by id, this one through the library', async () => {
  const { service, sessions, app } = await demo();
  await sessions.onShow();
  sees(sessions, '本设备', '其他设备', '登录时间', 'Pixel 9', '登录后未使用');
  await sessions.tap('让它下线');
  assert.equal(service.count('DELETE', '/sessions/there'), 1);
  await sessions.tap('退出登录');
  assert.equal(app.session.current(), null);
  sees(sessions, '您已退出登录');
  assert.equal(sessions.see().includes('本设备'), false);
});

test('h5 page: the web-view opens with a ticket for the page\'s own origin, each time with a new one', async () => {
  const { service, h5 } = await demo();
  await h5.tap('打开 H5 页面');
  const [first] = h5.webViews();
  assert.match(first, /^http:\/\/127\.0\.0\.1:3002\/#wxt=wxt_\d+$/);
  assert.deepEqual([service.log.at(-1).data.audience, h5.buttons().length], ['http://127.0.0.1:3002', 0]);
  h5.onHide();
  h5.onShow();
  assert.deepEqual(h5.webViews(), [], 'an old ticket is not opened again');
  await h5.tap('打开 H5 页面');
  assert.notEqual(h5.webViews()[0], first);
  h5.onFailed();
  sees(h5, '打不开');
});

test('h5 page: whoever leaves meanwhile finds no page; what cannot be opened is said', async () => {
  const { service, login, h5 } = await demo();
  const opening = h5.tap('打开 H5 页面');
  h5.onHide();
  await opening;
  h5.onShow();
  assert.deepEqual(h5.webViews(), []);
  for (const [code, words] of [['not_enabled', '没有开启'], ['audience_unknown', 'PageOrigin']]) {
    service.inject(({ path }) => path === '/tickets', () => problem(404, code), 1);
    await h5.tap('打开 H5 页面');
    sees(h5, words);
  }
  await login.tap('退出登录');
  await h5.tap('打开 H5 页面');
  sees(h5, '您已退出登录');
});
