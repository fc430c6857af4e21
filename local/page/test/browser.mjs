// A real Chromium, and a running service to open the page of.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export function launch() {
  const executablePath = process.env.CHROMIUM || BROWSERS.find(existsSync);
  if (!executablePath) throw new Error('no Chromium: install the Debian package chromium, or set CHROMIUM');
  return chromium.launch({ executablePath, args: FLAGS });
}

/** The service named by WXSESSION_PAGE_URL, or one of our own on free ports. */
export async function service() {
  if (process.env.WXSESSION_PAGE_URL) return { url: process.env.WXSESSION_PAGE_URL, stop() {} };
  const ports = ['--port', '0', '--wechat-port', '0', '--web-view-port', '0', '--dynamodb-port', '0', '--secrets-port', '0'];
  const child = spawn('cargo', ['run', '-q', '-p', 'local', '--', ...ports], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (bytes) => {
      printed += bytes;
      const found = /^Page +(http:\S+)\/$/m.exec(printed);
      if (found) resolve(found[1]);
    });
    child.on('exit', (code) => reject(new Error(`the service ended with ${code}`)));
  });
  return { url, stop: () => child.kill('SIGINT') };
}

/** A fresh browser profile with the page open. Everything that must not happen is kept in `wrong`. */
export async function open(browser, url, { webView, ...options } = {}) {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(30000);
  const page = await context.newPage();
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // The browser reports every answer from 400 on; those are what is tested here.
    const isAnswer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isAnswer) wrong.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const own = [url, webView].some((origin) => origin && request.url().startsWith(origin + '/'));
    if (!own) wrong.push(`request elsewhere: ${request.url()}`);
  });
  await page.goto(url + '/');
  await page.locator('#connection[data-state=live]').waitFor();
  return { context, page, wrong, visitor: new Visitor(page) };
}

/** What a person does and sees. */
export class Visitor {
  constructor(page) {
    this.page = page;
    this.result = page.locator('#result');
    this.who = page.getByTestId('who');
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Presses a button of the phone and waits for what it says. */
  async press(name) {
    await this.button(name).click();
    await this.page.locator('#phone[aria-busy]').waitFor({ state: 'detached' });
    return (await this.result.innerText()).replace(/\s+/g, ' ').trim();
  }

  /** Presses a button of "What goes wrong" and waits until the page says so. */
  async breaks(name) {
    const status = this.page.locator('#faults-state');
    await this.button(name).click();
    await this.page.locator('#faults[aria-busy]').waitFor({ state: 'detached' });
    return status.innerText();
  }

  /**
   * Waits until nothing more is drawn and nothing scrolls, however slow the machine is: for so long, counted in frames of
   * which each takes at most 25 ms of it. Two seconds longer where the last answer has not been drawn. Gives up after a minute.
   */
  async steady(milliseconds = 150) {
    await this.page.evaluate((wanted) => new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error('the diagram does not come to rest')), 60000);
      const panel = document.getElementById('diagram');
      let seen, still, last;
      const look = (now) => {
        const open = [...panel.querySelectorAll('.outcome')].at(-1)?.textContent === '';
        const state = [panel.querySelectorAll('.arrow').length, panel.scrollTop, panel.scrollHeight, open].join();
        still = state === seen ? still + Math.min(now - last, 25) : 0;
        [seen, last] = [state, now];
        if (still >= wanted + (open ? 2000 : 0)) resolve();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }), milliseconds);
  }

  /** Turns the wheel over the diagram, and waits until that has had its effect and counts no longer as the reader's movement. */
  async scroll(pixels) {
    const panel = this.page.locator('#diagram');
    const before = await panel.evaluate((element) => element.scrollTop);
    await this.page.mouse.wheel(0, pixels);
    await this.page.waitForFunction((top) => document.getElementById('diagram').scrollTop !== top, before);
    await this.steady(800);
  }

  /** The requests drawn so far: title, outcome, and each arrow as `from>to text`. */
  async drawn() {
    await this.steady();
    return this.page.locator('.request').evaluateAll((items) => items.map((item) => ({
      title: item.querySelector('h3 > span').textContent,
      outcome: item.querySelector('.outcome').textContent,
      arrows: [...item.querySelectorAll('.arrow')].map((arrow) => (
        `${arrow.dataset.from}>${arrow.dataset.to} ${arrow.querySelector('b').textContent}`.trim()
      )),
    })));
  }

  async clear() {
    await this.button('Clear').click();
  }

  badge() {
    return this.page.locator('#record .badge');
  }
}
