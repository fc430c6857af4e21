// The page for everybody: keyboard, screen reader, small screens, Chinese, dark; and no secret on it.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, open, service } from './browser.mjs';

let browser, running;
before(async () => { [browser, running] = await Promise.all([launch(), service()]); });
after(async () => {
  await browser?.close();
  running?.stop();
});

test('the keyboard reaches every button, and its focus is seen', async () => {
  const { context, page } = await open(browser, running.url);
  const reached = new Set();
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(() => {
      if (document.activeElement === document.body) return { text: '' };
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return { text: document.activeElement.textContent.trim().slice(0, 30), seen: outlineStyle !== 'none' && outlineWidth !== '0px' };
    });
    if (focus.text) assert.ok(focus.seen, `focus on ${focus.text} is not seen`);
    reached.add(focus.text);
  }
  const buttons = await page.locator('button:enabled:visible').allInnerTexts();
  assert.deepEqual(buttons.filter((text) => !reached.has(text.trim())), []);
  await page.getByRole('button', { name: 'Log in', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('who').getByText('Signed in as').waitFor();
  await context.close();
});

test('a screen reader hears landmarks, names, states and sentences', async () => {
  const { context, page, visitor } = await open(browser, running.url);
  await visitor.press('Log in');
  await visitor.drawn();
  for (const name of ['Mini Program', 'What goes wrong', 'The session as DynamoDB stores it']) {
    assert.equal(await page.getByRole('region', { name }).count(), 1, name);
  }
  assert.equal(await page.getByRole('main').count(), 1);
  assert.equal(await page.getByRole('button', { name: 'Busy', pressed: false }).count(), 1);
  const heard = await page.locator('.arrow', { hasText: 'jscode2session' }).first().textContent();
  assert.match(heard, /^Function to WeChat, call: GET \/sns\/jscode2session/);
  assert.equal(await page.locator('#result').getAttribute('aria-live'), 'polite');
  const unnamed = await page.locator('button, [role=group], [role=region], section').evaluateAll((elements) => (
    elements.filter((element) => !element.textContent.trim() && !element.ariaLabel).length));
  assert.equal(unnamed, 0);
  await context.close();
});

test('no secret is on the page, and no whole token outside the storage of the phone', async () => {
  const { context, page, visitor } = await open(browser, running.url);
  await visitor.press('Log in');
  await visitor.press('Call GET /me');
  await visitor.press('Decrypt profile');
  for (const fold of await page.locator('details').all()) await fold.evaluate((element) => { element.open = true; });
  const markup = await page.content();
  assert.match(markup, /wxs_[\w-]{4}…/);
  assert.doesNotMatch(markup, /wxs_[\w-]{5}/);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  assert.match(kept, /wxs_[\w-]{70}/, 'the phone has its token');
  assert.doesNotMatch(markup + kept, /openid[^a-z]{1,5}o[\w-]{27}/i);
  await context.close();
});

test('Chinese, and back', async () => {
  const { context, page } = await open(browser, running.url);
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByTestId('who').getByText('已登录：').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
  assert.equal(await page.locator('#lanes li').nth(4).innerText(), '微信');
  const english = await page.locator('[data-word]').evaluateAll((elements) => (
    elements.map((element) => element.textContent).filter((text) => /^[A-Za-z ,.’]{8,}$/.test(text))));
  assert.deepEqual(english, []);
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByTestId('who').getByText('Signed in as').waitFor();
  await context.close();
});

/** WCAG's contrast of the text of an element against what is behind it. */
function contrasts() {
  const channel = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const numbers = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = numbers(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const elements = [...document.querySelectorAll('h1, h2, h3, p, dt, dd, b, code, button:enabled, summary, strong, .ms, .outcome, .badge, #lanes li')];
  return elements.filter((element) => element.textContent.trim() && element.checkVisibility()).map((element) => {
    const [one, other] = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
    return { text: element.textContent.trim().slice(0, 20), ratio: (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) };
  });
}

for (const colorScheme of ['light', 'dark']) {
  for (const [name, viewport] of [['wide', { width: 1280, height: 960 }], ['phone', { width: 360, height: 760 }]]) {
    test(`${colorScheme}, ${name}: nothing is cut off, everything can be read`, async () => {
      const { context, page, visitor } = await open(browser, running.url, { colorScheme, viewport, reducedMotion: 'reduce' });
      await visitor.press('Log in');
      await visitor.breaks('Expire it');
      await visitor.clear();
      await visitor.breaks('Slow');
      await visitor.breaks('Slow');
      assert.match(await visitor.press('Call GET /me'), /^200/);
      await visitor.drawn();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${overflow} px too wide`);
      const unreadable = (await page.evaluate(contrasts)).filter(({ ratio }) => ratio < 4.5);
      assert.deepEqual(unreadable, []);
      if (process.env.PAGE_SCREENSHOTS) {
        mkdirSync(process.env.PAGE_SCREENSHOTS, { recursive: true });
        await page.evaluate(() => document.activeElement.blur());
        await page.screenshot({ path: `${process.env.PAGE_SCREENSHOTS}/${name}-${colorScheme}.png`, fullPage: true });
      }
      await context.close();
    });
  }
}
