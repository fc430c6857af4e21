// The phone's web-view: a page of another origin, in a real browser against the running service.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, service } from './browser.mjs';

let browser, running, webView;
before(async () => {
  [browser, running] = await Promise.all([launch(), service()]);
  webView = (await (await fetch(running.url + '/_page/state')).json()).page;
});
after(async () => {
  await browser?.close();
  running?.stop();
});

/** One visit with a profile of its own, and the page in the frame. */
function visit(name, steps) {
  test(name, async () => {
    const { context, page, wrong, visitor } = await open(browser, running.url, { webView });
    try {
      await steps(visitor, new H5(page), page);
      assert.deepEqual(wrong, []);
    } finally {
      await context.close();
    }
  });
}

class H5 {
  constructor(page) {
    this.page = page;
    this.frame = page.frameLocator('#web-view iframe');
  }

  /** Waits for the page and what it says of its session. */
  async who() {
    await this.frame.locator('html[data-ready]').waitFor();
    return this.frame.locator('#who').innerText();
  }

  async press(name) {
    await this.frame.getByRole('button', { name, exact: true }).click();
    await this.frame.locator('html[data-ready]').waitFor();
    return this.frame.locator('#said').innerText();
  }

  url() {
    return this.frame.locator('html').evaluate(() => location.href);
  }

  storage() {
    return this.frame.locator('html').evaluate(() => [JSON.stringify(sessionStorage), JSON.stringify(localStorage), document.cookie]);
  }
}

const opened = async (visitor) => {
  await visitor.press('Log in');
  await visitor.clear();
  assert.match(await visitor.press('Open an H5 page'), /^Opened with a ticket/);
};

visit('the page goes on as the same user, with a session of its own, and no ticket is left in its URL', async (visitor, h5, page) => {
  await opened(visitor);
  assert.equal(await h5.who(), 'This page has a session.');
  assert.equal(await h5.url(), webView + '/?lang=en');
  assert.match(await page.locator('#web-view code').innerText(), /#wxt=wxt_…$/);
  const [session, local, cookie] = await h5.storage();
  assert.match(session, /wxs_/);
  assert.deepEqual([local, cookie], ['{}', '']);
  const user = (await visitor.who.innerText()).slice('Signed in as '.length);
  assert.equal(await h5.press('Check the session'), 'Signed in as ' + user);
  assert.match(await h5.press('Call GET /me'), /^The service answered 200 /);
  assert.match(await h5.press('Make a ticket'), /^Closed to pages\. The service answered 403 not_for_child/);
  const drawn = await visitor.drawn();
  assert.match(drawn.findLast(({ title }) => title === 'POST /tickets · H5 page').outcome, /^403 not_for_child/);
  const titles = drawn.map(({ title }) => title);
  for (const title of ['POST /tickets', 'POST /tickets/redeem · H5 page', 'GET /session · H5 page', 'GET /me · H5 page', 'POST /tickets · H5 page']) assert.ok(titles.includes(title), titles.join());
  assert.ok(titles.some((title) => title.startsWith('OPTIONS ')), 'the browser asks first: ' + titles.join());
});

visit('the same URL once more keeps the session; a second redemption of the ticket ends it', async (visitor, h5, page) => {
  await opened(visitor);
  await h5.who();
  await visitor.clear();
  await page.locator('[data-web-view=reload]').click();
  assert.equal(await h5.who(), 'This page has a session.');
  assert.ok((await visitor.drawn()).every(({ title }) => !title.includes('redeem')));
  assert.match(await h5.press('Redeem the ticket again'), /409 ticket_invalid/);
  await h5.press('Call GET /me');
  assert.match(await h5.who(), /^No session: go back and open this page again \(session_invalid\)/);
  assert.match(await visitor.press('Call GET /me'), /^200 GET \/me (app|user)_id /, 'the Mini Program goes on');
  await opened(visitor);
  assert.equal(await h5.who(), 'This page has a session.');
});

visit('a logout in the Mini Program ends the page; one in the page ends nothing else', async (visitor, h5) => {
  await opened(visitor);
  await h5.who();
  assert.equal(await h5.press('Log out here'), 'Logged out, here only.');
  assert.match(await h5.who(), /\(logged_out\)/);
  assert.match(await visitor.press('Call GET /me'), /^200/);
  await opened(visitor);
  assert.equal(await h5.who(), 'This page has a session.');
  await visitor.press('Log out');
  await h5.press('Call GET /me');
  assert.match(await h5.who(), /\(session_invalid\)/);
});

visit('a service that cannot tell ends no page', async (visitor, h5) => {
  await opened(visitor);
  await h5.who();
  await visitor.breaks('Down');
  try {
    assert.match(await h5.press('Call GET /me'), /^The service answered 503/);
    assert.match(await h5.press('Check the session'), /^Nobody can tell: store_unavailable/);
    assert.equal(await h5.who(), 'This page has a session.');
  } finally {
    await visitor.breaks('Down');
  }
  assert.match(await h5.press('Call GET /me'), /^The service answered 200/);
});
