// The page, as a person uses it, in a real browser against the running service.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, service } from './browser.mjs';

let browser, running;
before(async () => { [browser, running] = await Promise.all([launch(), service()]); });
after(async () => {
  await browser?.close();
  running?.stop();
});

/** One visit with a profile of its own. Whatever was broken is mended at its end. */
function visit(name, steps, options) {
  test(name, async () => {
    const { context, page, wrong, visitor } = await open(browser, running.url, options);
    try {
      await steps(visitor, page);
      assert.deepEqual(wrong, []);
    } finally {
      await page.evaluate(() => fetch('/_page/reset', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }));
      await context.close();
    }
  });
}

const titles = (requests) => requests.map(({ title }) => title);

visit('logging in draws the whole way and shows the record', async (visitor, page) => {
  assert.equal(await visitor.who.innerText(), 'Not signed in');
  assert.match(await visitor.press('Log in'), /^Welcome, new user user_id [0-9a-f-]{36} expires_at/);
  assert.match(await visitor.who.innerText(), /^Signed in as [0-9a-f]{8}…$/);
  const [code, login] = await visitor.drawn();
  assert.deepEqual(code.arrows, ['phone>wechat wx.login()', 'wechat>phone']);
  assert.equal(login.title, 'POST /login');
  assert.match(login.outcome, /^200 · \d+(\.\d)? ms$/);
  assert.deepEqual(login.arrows, [
    'phone>gateway POST /login',
    'gateway>function LoginFunction',
    'function>wechat GET /sns/jscode2session', 'wechat>function 200',
    'function>dynamodb GetItem Users', 'dynamodb>function 200 GetItem',
    'function>dynamodb PutItem Sessions', 'dynamodb>function 200 PutItem',
    'function>dynamodb UpdateItem Users', 'dynamodb>function 200 UpdateItem',
    'function>gateway answer',
    'gateway>phone 200',
  ]);
  await visitor.badge().getByText('active').waitFor();
  assert.match(await page.locator('.countdown dd').first().innerText(), /^23:59:\d\d$|^1 d 0:00:00$/);
  assert.match(await page.locator('#record .attributes').last().textContent(), /openid…/);
});

visit('a protected call passes the authorizer', async (visitor) => {
  await visitor.press('Log in');
  await visitor.clear();
  assert.match(await visitor.press('Call GET /me'), /^200 GET \/me (app|user)_id /);
  const [me, ...more] = await visitor.drawn();
  assert.equal(more.length, 0);
  assert.deepEqual(me.arrows, [
    'phone>gateway GET /me',
    'gateway>authorizer AuthorizerFunction',
    'authorizer>dynamodb BatchGetItem Sessions, Users', 'dynamodb>authorizer 200 BatchGetItem',
    'authorizer>gateway Allow',
    'gateway>function MeFunction', 'function>gateway answer',
    'gateway>phone 200',
  ]);
});

visit('whoever calls without a login is told that the library logged in', async (visitor) => {
  assert.match(await visitor.press('Call GET /me'), /^200 GET \/me You were not signed in: the library logged in by itself\./);
  assert.deepEqual(titles(await visitor.drawn()), ['wx.login()', 'POST /login', 'GET /me']);
  assert.doesNotMatch(await visitor.press('Call GET /me'), /by itself/);
});

visit('in Chinese the diagram speaks Chinese too, and the main button is what comes next', async (visitor, page) => {
  await page.locator('#language').click();
  const main = page.locator('#phone .primary');
  assert.equal(await main.innerText(), '登录');
  await visitor.press('登录');
  assert.equal(await main.innerText(), '调用 GET /me');
  assert.ok((await visitor.drawn()).at(-1).arrows.includes('function>gateway 响应'));
  await page.locator('#language').click();
  assert.ok((await visitor.drawn()).at(-1).arrows.includes('function>gateway answer'));
});

visit('an expired session is replaced without the user noticing', async (visitor) => {
  await visitor.press('Log in');
  const user = await visitor.who.innerText();
  assert.match(await visitor.breaks('Expire it'), /idle time is over/);
  await visitor.badge().getByText('expired').waitFor();
  await visitor.clear();
  assert.match(await visitor.press('Call GET /me'), /^200 GET \/me The session had ended\. The library logged in again/);
  const requests = await visitor.drawn();
  assert.deepEqual(titles(requests), ['GET /me', 'GET /session', 'wx.login()', 'POST /login', 'GET /me']);
  assert.match(requests[0].outcome, /^401 session_invalid/);
  assert.ok(requests[0].arrows.includes('authorizer>gateway Deny'), requests[0].arrows.join());
  assert.equal(await visitor.who.innerText(), user);
  await visitor.badge().getByText('active').waitFor();
});

visit('when DynamoDB is down an error is shown and nobody is logged out', async (visitor, page) => {
  await visitor.press('Log in');
  const token = await page.locator('#who-token').innerText();
  assert.match(await visitor.breaks('Down'), /On: DynamoDB down/);
  assert.equal(await visitor.button('Down').getAttribute('aria-pressed'), 'true');
  await visitor.clear();
  const said = await visitor.press('Call GET /me');
  assert.match(said, /Try again in \d+ s\. You stay signed in\. code 503/);
  assert.match(await visitor.who.innerText(), /^Signed in as/);
  const [me, ...more] = await visitor.drawn();
  assert.equal(more.length, 0, 'no login was tried');
  assert.ok(me.arrows.includes('dynamodb>authorizer 500 InternalServerError BatchGetItem'), me.arrows.join());
  assert.ok(me.arrows.includes('authorizer>gateway cannot tell'), me.arrows.join());
  assert.match(me.outcome, /^503/);

  assert.match(await visitor.breaks('Down'), /No fault is on/);
  await visitor.clear();
  assert.match(await visitor.press('Call GET /me'), /^200 GET \/me (app|user)_id /);
  assert.deepEqual(titles(await visitor.drawn()), ['GET /me']);
  assert.equal(await page.locator('#who-token').innerText(), token, 'still the same session');
});

visit('after a logout elsewhere the next call logs in anew', async (visitor) => {
  await visitor.press('Log in');
  assert.match(await visitor.breaks('Log out elsewhere'), /Another phone ended every session/);
  await visitor.badge().getByText(/not in the user|tombstone/).waitFor();
  assert.ok(titles(await visitor.drawn()).includes('DELETE /sessions · another phone'));
  await visitor.clear();
  assert.match(await visitor.press('Call GET /me'), /^200 GET \/me The session had ended/);
  assert.deepEqual(titles(await visitor.drawn()), ['GET /me', 'GET /session', 'wx.login()', 'POST /login', 'GET /me']);
});

visit('a blocked user is told so, and the app does not try again', async (visitor) => {
  assert.match(await visitor.breaks('Block the user'), /^Log in first/);
  await visitor.press('Log in');
  assert.match(await visitor.breaks('Block the user'), /^The user is blocked/);
  await visitor.clear();
  assert.match(await visitor.press('Call GET /me'), /^This account is blocked\. You are not signed in\. code 403 user_blocked/);
  const requests = await visitor.drawn();
  assert.deepEqual(titles(requests), ['GET /me', 'GET /session', 'wx.login()', 'POST /login']);
  assert.match(await visitor.breaks('Unblock'), /^The user may log in again/);
  assert.match(await visitor.press('Log in'), /^Welcome back/);
});

visit('WeChat busy, then garbage, then slow, then fine', async (visitor) => {
  await visitor.breaks('Busy');
  assert.match(await visitor.press('Log in'), /^WeChat is busy\..* You are not signed in\. code 503 upstream_unavailable/);
  const requests = await visitor.drawn();
  assert.ok(requests.at(-1).arrows.includes('wechat>function 200, errcode -1'));
  await visitor.breaks('Garbage');
  assert.equal(await visitor.button('Busy').getAttribute('aria-pressed'), 'false');
  assert.match(await visitor.press('Log in'), /^WeChat sent something unreadable\./);
  await visitor.breaks('Slow');
  const started = Date.now();
  assert.match(await visitor.press('Log in'), /^Welcome, new user/);
  assert.ok(Date.now() - started >= 2000);
  await visitor.breaks('Slow');
  assert.match(await visitor.press('Log in'), /^Welcome back/);
});

visit('a rotated session_key is found stale, and the second try works', async (visitor) => {
  await visitor.press('Log in');
  assert.match(await visitor.press('Decrypt profile'), /^Signature valid, data decrypted nickName 微信用户/);
  await visitor.breaks('Rotate session_key');
  assert.match(await visitor.press('Decrypt profile'), /session_key\. Logged in anew: press the button again\. You stay signed in\./);
  assert.match(await visitor.press('Decrypt profile'), /^Signature valid/);
  assert.match(await visitor.press('Phone number'), /^Phone number 13800000000/);
});

visit('a day later the session is over; real time can be had back', async (visitor) => {
  await visitor.press('Log in');
  assert.ok(await visitor.button('Real time').isDisabled());
  assert.match(await visitor.breaks('+1 h'), /Clock: \+1:00:00/);
  assert.match(await visitor.press('Call GET /me'), /^200 GET \/me (app|user)_id /);
  assert.match(await visitor.breaks('+1 d'), /Clock: \+1 d 1:00:00/);
  assert.match(await visitor.press('Call GET /me'), /The session had ended/);
  assert.match(await visitor.breaks('Real time'), /^No fault is on\.$/);
});

visit('logging out stays out until the user logs in', async (visitor) => {
  await visitor.press('Log in');
  assert.match(await visitor.press('My sessions'), /^1 session [0-9a-f]{8} this phone/);
  assert.match(await visitor.press('Log out'), /^Logged out/);
  assert.equal(await visitor.who.innerText(), 'Not signed in');
  await visitor.badge().getByText('tombstone').waitFor();
  assert.match(await visitor.press('Call GET /me'), /^You logged out\. Press “Log in”\./);
  assert.match(await visitor.press('Log in'), /^Welcome back/);
});

visit('the bus is told of a login, in both languages', async (visitor, page) => {
  await visitor.press('Log in');
  await page.locator('#told li', { hasText: 'user.logged_in' }).first().waitFor();
  assert.match(await page.locator('#told').innerText(), /^What the bus was told/);
  await page.locator('#language').click();
  assert.match(await page.locator('#told').innerText(), /^事件总线收到的事件/);
  assert.doesNotMatch(await page.locator('#told').innerText(), /openid|wxs_/i);
});
