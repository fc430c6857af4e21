// The pictures of the README: `node screenshots.mjs FOLDER` writes page-light.png and page-dark.png, and for whoever
// works on the page a few more into the folder named second.

import { launch, open, service } from './browser.mjs';

const [folder = '.', more] = process.argv.slice(2);
const [browser, running] = await Promise.all([launch(), service()]);

async function picture(path, options, steps) {
  const opened = await open(browser, running.url, { reducedMotion: 'reduce', viewport: { width: 1280, height: 1110 }, ...options });
  await steps(opened.visitor, opened.page);
  await opened.visitor.drawn();
  await opened.page.evaluate(() => document.activeElement.blur());
  await opened.page.mouse.move(0, 0);
  await opened.page.screenshot({ path, fullPage: true });
  await opened.visitor.breaks('Reset all').catch(() => opened.visitor.breaks('全部重置'));
  await opened.context.close();
}

async function quiet(visitor) {
  await visitor.press('Log in');
  await visitor.press('Call GET /me');
}

async function trouble(visitor, page) {
  await visitor.press('Log in');
  await visitor.breaks('Down');
  await visitor.clear();
  await visitor.press('Call GET /me');
  await visitor.drawn();
  await page.locator('.arrow.failure summary').last().click();
}

for (const colorScheme of ['light', 'dark']) {
  await picture(`${folder}/page-${colorScheme}.png`, { colorScheme }, quiet);
  if (!more) continue;
  await picture(`${more}/trouble-${colorScheme}.png`, { colorScheme }, trouble);
  await picture(`${more}/small-${colorScheme}.png`, { colorScheme, viewport: { width: 360, height: 760 } }, trouble);
}
if (more) {
  await picture(`${more}/chinese.png`, {}, async (visitor, page) => {
    await quiet(visitor);
    await visitor.button('中文').click();
    await page.waitForTimeout(200);
  });
}
await browser.close();
running.stop();
