// The diagram follows what is drawn, at several sizes and speeds, until the reader scrolls away; and axe finds nothing.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, open, service } from './browser.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser, running;
before(async () => { [browser, running] = await Promise.all([launch(), service()]); });
after(async () => {
  await browser?.close();
  running?.stop();
});

async function visit(options, steps) {
  const { context, page, wrong, visitor } = await open(browser, running.url, options);
  try {
    await steps(visitor, page);
    assert.deepEqual(wrong, []);
  } finally {
    await page.evaluate(() => fetch('/_page/reset', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }));
    await context.close();
  }
}

const SIZES = [[1280, 720], [1280, 800], [1366, 768], [1440, 900], [1920, 1080], [390, 844]].map(([width, height]) => ({ width, height }));
const SPEEDS = [{ name: 'a quick machine' }, { name: 'a slow machine', throttle: 4 }, { name: 'no motion', reducedMotion: 'reduce' }];
// The button, and whether it is one of the phone.
const ACTIONS = [
  'Log in', 'Call GET /me', 'My sessions', 'Decrypt profile', '!Expire it', 'Call GET /me', '!Log out elsewhere', 'Call GET /me',
  '!Down', 'Call GET /me', '!Down', 'Phone number', 'Log out', 'Log in', 'Call GET /me'
];

/** Where the last arrow is: in the part of the diagram that its box shows, and in the window. */
const sight = (page) => page.evaluate(() => {
  const box = document.getElementById('diagram').getBoundingClientRect();
  const lanes = document.getElementById('lanes').getBoundingClientRect();
  const last = [...document.querySelectorAll('.arrow')].at(-1)?.getBoundingClientRect();
  return {
    height: Math.round(box.height), shown: !!last && last.bottom <= box.bottom + 1 && last.top >= lanes.bottom - 1,
    inWindow: !!last && last.top >= 0 && last.bottom <= innerHeight + 1
  };
});

// Every size at the speed of most, and every speed at 1280×800.
const PAIRS = SIZES.flatMap((viewport, index) => SPEEDS.slice(0, index === 1 ? 3 : 1).map((speed) => ({ viewport, ...speed })));

for (const { viewport, name, throttle, reducedMotion } of PAIRS) {
  test(`at ${viewport.width}×${viewport.height}, ${name}: after each of ${ACTIONS.length} actions the last arrow is in sight`, () => (
    visit({ viewport, reducedMotion }, async (visitor, page) => {
      if (throttle) {
        // A busy machine is slower still.
        page.setDefaultTimeout(120000);
        await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: throttle });
      }
      const { height } = await sight(page);
      for (const [index, action] of ACTIONS.entries()) {
        if (action[0] === '!') await visitor.breaks(action.slice(1));
        else await visitor.press(action);
        await visitor.drawn();
        const seen = await sight(page);
        const where = `action ${index + 1}, ${action}`;
        assert.deepEqual([seen.shown, seen.height], [true, height], where);
        if (viewport.width >= 900) assert.ok(seen.inWindow, where);
      }
    })));
}

test('who scrolls up to read stays there while more is drawn, and is told that there is more', () => (
  visit({ viewport: { width: 1280, height: 800 } }, async (visitor, page) => {
    const top = () => page.locator('#diagram').evaluate((panel) => panel.scrollTop);
    for (const action of ['Log in', 'Call GET /me', 'My sessions', 'Call GET /me']) await visitor.press(action);
    await visitor.drawn();
    assert.ok(await page.locator('#latest').isHidden());
    await page.locator('#diagram').hover();
    await visitor.scroll(-300);
    const reading = await top();
    await visitor.press('Call GET /me');
    await visitor.press('My sessions');
    await visitor.drawn();
    assert.equal(await top(), reading, 'not moved under the reader');
    assert.equal((await sight(page)).shown, false);
    await visitor.button('Latest ↓').click();
    assert.equal((await sight(page)).shown, true);
    assert.ok(await page.locator('#latest').isHidden());
    await visitor.press('Call GET /me');
    await visitor.drawn();
    assert.equal((await sight(page)).shown, true, 'it follows again');
  })));

test('who scrolls back to the end is followed again, and Clear begins anew', () => (
  visit({ viewport: { width: 1280, height: 800 } }, async (visitor, page) => {
    for (const action of ['Log in', 'Call GET /me', 'My sessions']) await visitor.press(action);
    await page.locator('#diagram').hover();
    for (const way of [-400, 4000]) await visitor.scroll(way);
    await visitor.press('Call GET /me');
    await visitor.drawn();
    assert.equal((await sight(page)).shown, true);
    await page.mouse.move(640, 500);
    await visitor.scroll(-400);
    await visitor.clear();
    await visitor.press('Decrypt profile');
    await visitor.press('Call GET /me');
    await visitor.drawn();
    assert.equal((await sight(page)).shown, true);
  })));

test('a smaller window, or a step that is opened, is no scrolling of the reader', () => (
  visit({ viewport: { width: 1440, height: 900 } }, async (visitor, page) => {
    for (const action of ['Log in', 'Call GET /me', 'Decrypt profile']) await visitor.press(action);
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.locator('.arrow summary').last().click();
    await visitor.steady();
    await visitor.press('Call GET /me');
    await visitor.drawn();
    assert.equal((await sight(page)).shown, true);
  })));

test('the diagram is one stop of the Tab key, and the arrow keys go through it', () => (
  visit({}, async (visitor, page) => {
    await visitor.press('Log in');
    await visitor.drawn();
    const at = () => page.evaluate(() => document.activeElement.id || document.activeElement.closest('.arrow')?.className || document.activeElement.dataset.word);
    await visitor.button('Clear').focus();
    await page.keyboard.press('Tab');
    assert.equal(await at(), 'diagram');
    await page.keyboard.press('Tab');
    assert.equal(await at(), 'busy', 'the next stop is outside');
    await page.keyboard.press('Shift+Tab');
    assert.equal(await at(), 'diagram');
    await page.keyboard.press('ArrowDown');
    const first = await page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press('ArrowDown');
    assert.notEqual(await page.evaluate(() => document.activeElement.textContent), first);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.closest('details').open), true);
    await page.keyboard.press('Tab');
    assert.equal(await at(), 'busy', 'from within, too');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('End');
    assert.equal(await page.evaluate(() => [...document.querySelectorAll('.arrow summary')].at(-1) === document.activeElement), true);
    await page.keyboard.press('Shift+Tab');
    assert.equal(await at(), 'clear', 'backwards it is one stop as well');
  })));

test('at 390 px the diagram comes right after the phone, for the eye and for the keyboard', () => (
  visit({ viewport: { width: 390, height: 844 } }, async (visitor, page) => {
    const boxes = await page.evaluate(() => ['phone', 'diagram-title', 'faults', 'record', 'told'].map((id) => document.getElementById(id).closest('section').getBoundingClientRect()).map(({ top, bottom, left, right }) => ({ top, bottom, left, right })));
    for (let index = 1; index < boxes.length; index++) {
      const gap = boxes[index].top - boxes[index - 1].bottom;
      assert.ok(gap >= 0 && gap <= 24, `section ${index}: ${gap} px`);
      assert.ok(boxes[index].left >= 0 && boxes[index].right <= 390);
    }
    assert.deepEqual(await page.locator('main > section').evaluateAll((sections) => sections.map(({ id, className }) => id || className)), ['phone', 'card diagram', 'faults', 'record', 'told']);
  })));

test('no text contradicts another', () => (
  visit({}, async (visitor, page) => {
    const everything = async () => (await page.locator('body').innerText()).replace(/\s+/g, ' ');
    await visitor.press('Log in');
    await visitor.clear();
    assert.doesNotMatch(await page.locator('#empty').innerText(), /Log in/, 'signed in already');
    assert.equal(await visitor.breaks('Log out elsewhere'), 'Another phone ended every session of this user.');
    await visitor.badge().getByText(/not in the user|tombstone/).waitFor();
    assert.match(await everything(), /Idle time left none Lifetime left none/i);
    assert.equal(await visitor.breaks('Down'), 'On: DynamoDB down.');
    assert.match(await visitor.breaks('Expire it').catch(() => ''), /^(?!.*No fault)/);
    assert.equal(await visitor.breaks('Down'), 'No fault is on.');
    for (const pair of [/ended every session.*No fault/, /Ends for good/, /Nothing is wrong/]) assert.doesNotMatch(await everything(), pair);
  })));

for (const colorScheme of ['light', 'dark']) for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
  test(`axe finds nothing, ${colorScheme}, ${viewport.width} px: empty, after actions, in trouble, with steps open, in Chinese`, () => (
    visit({ colorScheme, viewport, reducedMotion: 'reduce' }, async (visitor, page) => {
      const found = async (state) => {
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
        assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`), [], state);
      };
      await found('empty');
      await visitor.press('Log in');
      await visitor.press('My sessions');
      await visitor.press('Decrypt profile');
      await visitor.drawn();
      await found('after actions');
      await visitor.breaks('Down');
      await visitor.press('Call GET /me');
      await visitor.drawn();
      for (const fold of await page.locator('details').all()) await fold.evaluate((element) => { element.open = true; });
      await found('in trouble, with steps open');
      await visitor.breaks('Down');
      await page.locator('#diagram').hover();
      await visitor.scroll(-500);
      await visitor.press('Call GET /me');
      await found('while the reader is elsewhere');
      await visitor.button('中文').click();
      await found('in Chinese');
    })));
}
