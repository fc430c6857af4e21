import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeService, FakeWx, answer, problem } from '../fake.mjs';
import { exists, json, launch, tagsOf } from './load.mjs';

const { pages: paths, tabBar } = json('app.json');

test('the project opens: every file that app.json and project.config.json name is there', () => {
  const project = json('project.config.json');
  assert.deepEqual([project.compileType, project.miniprogramRoot, project.setting.urlCheck], ['miniprogram', './', false]);
  for (const file of ['app.js', 'app.wxss', json('app.json').sitemapLocation]) assert.ok(exists(file), file);
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

for (const path of paths) {
  test(`${path}: the view nests, its handlers and data exist, its page file parses`, () => {
    json(path + '.json');
    const { pages } = launch(new FakeWx(new FakeService()));
    const { tags, bindings } = tagsOf(path + '.wxml');
    for (const { attributes } of tags) for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith('bind')) assert.equal(typeof pages[path][value], 'function', `${path}: ${value}`);
    }
    const known = new Set([...Object.keys(pages[path].data), 'item']);
    for (const expression of bindings) for (const [name] of expression.replace(/'[^']*'|\.\w+/g, '').matchAll(/[A-Za-z]\w*/g)) {
      assert.ok(known.has(name), `${path}: ${name} in {{${expression}}}`);
    }
  });
}

/** The service and, on the second port, the simulator's control plane. */
class Backend extends FakeService {
  route(call) {
    const { path, data, token } = call;
    if (path === '/_control/codes') {
      assert.equal(data.app_id, 'wx0123456789abcdef');
      const code = 'simulated' + ++this.minted;
      this.codes.add(code);
      return answer(200, { code, openid: data.openid || 'oNew' });
    }
    if (path === '/_control/user-info') return answer(200, { raw_data: 'r', signature: 's', encrypted_data: 'e', iv: 'i' });
    if (path === '/_control/phone-codes') return answer(200, { code: 'phone' });
    if (!this.live.has(token)) return super.route(call);
    if (path === '/open-data/verify') return answer(200, { valid: data.raw_data === 'r' && data.signature === 's' });
    if (path === '/open-data/decrypt') return answer(200, { data: { openId: 'o' + data.encrypted_data + data.iv, watermark: {} } });
    if (path === '/phone-number') return answer(200, { pure_phone_number: '13800000000', country_code: '86', phone_number: '' });
    if (path === '/sessions' && call.method === 'GET') {
      const session = { id: 'here', created_at: 0, last_seen_at: 0, expires_at: 0, current: true };
      return answer(200, { sessions: [session, { ...session, id: 'there', current: false }] });
    }
    return super.route(call);
  }
}

async function demo() {
  const service = new Backend();
  const wx = new FakeWx(service, { base: 'http://local' });
  const started = launch(wx, { baseUrl: 'http://local', simulatorUrl: 'http://local' });
  const [login, profile, phone, sessions] = paths.map((path) => started.pages[path]);
  login.onLoad();
  return { service, wx, ...started, login, profile, phone, sessions };
}

test('login page: log in, protected call, silent re-login, log out', async () => {
  const { service, login } = await demo();
  await login.onLogin();
  assert.deepEqual([login.data.signedIn, login.data.userId, login.data.answer, login.data.busy], [true, 'u', '登录成功', false]);
  service.endAll();
  await login.onProtected();
  assert.deepEqual([login.data.answer, login.data.error], [JSON.stringify({ path: '/me' }, null, 2), '']);
  await login.onCheck();
  assert.equal(login.data.answer, '会话有效');
  await login.onLogout();
  assert.deepEqual([login.data.signedIn, login.data.answer], [false, '已退出登录']);
  await login.onProtected();
  assert.equal(login.data.error, '您已退出登录');
});

test('login page: a busy service shows how long to wait and keeps the user', async () => {
  const { service, login } = await demo();
  await login.onLogin();
  service.inject(({ path }) => path === '/me', () => problem(503, 'store_unavailable', { 'Retry-After': '3' }));
  await login.onProtected();
  assert.deepEqual([login.data.error, login.data.signedIn], ['服务繁忙，请稍后再试（3 秒后可重试）', true]);
  await login.onLogoutEverywhere();
  assert.deepEqual([service.live.size, login.data.answer], [0, '所有设备均已退出']);
});

test('the simulated user is the same at the next launch', async () => {
  const { service, wx, login } = await demo();
  await login.onLogin();
  await login.onLogin();
  assert.deepEqual(service.log.filter(({ path }) => path === '/_control/codes').map(({ data }) => data.openid), [undefined, 'oNew']);
  assert.equal(wx.logins, 0, 'WeChat itself is not asked');
});

test('profile page: verified and decrypted by the service', async () => {
  const { service, profile } = await demo();
  await profile.onDecrypt();
  assert.deepEqual(JSON.parse(JSON.stringify([profile.data.rows, profile.data.valid])), [[{ name: 'openId', value: 'oei' }], '签名有效']);
  service.inject(({ path }) => path === '/open-data/decrypt', () => problem(409, 'session_key_stale'), 1);
  const logins = service.count('POST', '/login');
  await profile.onDecrypt();
  assert.deepEqual([profile.data.error, service.count('POST', '/login')], ['微信登录态已更新，请再点一次', logins + 1]);
});

test('phone page: the code goes to the service, the number comes back', async () => {
  const { phone } = await demo();
  await phone.onPhone({});
  assert.deepEqual([phone.data.countryCode, phone.data.phoneNumber], ['86', '13800000000']);
});

test('phone page with the real WeChat: a refused permission is said plainly', () => {
  const { pages } = launch(new FakeWx(new FakeService()), { simulatorUrl: '' });
  const phone = pages['pages/phone/phone'];
  assert.equal(phone.data.simulated, false);
  return phone.onPhone({ detail: { errMsg: 'getPhoneNumber:fail user deny' } }).then(() => assert.equal(phone.data.error, '未获得授权'));
});

test('sessions page: another device is signed out by id, this one through the library', async () => {
  const { service, sessions, app } = await demo();
  await sessions.onShow();
  assert.deepEqual(sessions.data.sessions.map(({ id, current }) => [id, current]).flat(), ['here', true, 'there', false]);
  await sessions.onEnd({ currentTarget: { dataset: { id: 'there', current: false } } });
  assert.equal(service.count('DELETE', '/sessions/there'), 1);
  await sessions.onEnd({ currentTarget: { dataset: { id: 'here', current: true } } });
  assert.equal(app.session.current(), null);
  assert.equal(sessions.data.error, '您已退出登录');
});
