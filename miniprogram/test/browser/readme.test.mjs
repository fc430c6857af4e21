// The page that people copy from the README files runs as it stands there, and in every sample the ticket is taken first.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { FakeApi, H5, WebView, offline } from './web.mjs';

const textOf = (name) => readFileSync(new URL('../../' + name, import.meta.url), 'utf8');

for (const name of ['README.md', 'README.zh-CN.md', '../docs/tickets.md', '../docs/zh/tickets.md']) {
  test(`in the page of ${name} nothing is loaded or run before the classic script that takes the ticket`, () => {
    const [, page] = /```html\n([^]*?)```/.exec(textOf(name));
    assert.match(page, /^ *<!doctype html>\n/);
    const elements = page.match(/<(?!!)[a-z][^>]*>/g).filter((each) => !/^<(html|head|meta)\b/.test(each));
    assert.equal(elements[0], '<script src="wxsession-ticket.js">');
  });

  test(`the page of ${name} does its work under the policy that stands beside it`, () => {
    const [, page, script] = /```html\n([^]*?)```\s*```js\n([^]*?)```/.exec(textOf(name));
    // script-src 'self' runs nothing that stands in the page.
    assert.deepEqual(page.match(/<script[^]*?<\/script>/g), ['<script src="wxsession-ticket.js"></script>', '<script type="module" src="page.js"></script>']);
    assert.doesNotMatch(page, /<style| on[a-z]+=| style=/);
    const { origin } = new URL(/createPageSession\(\{ baseUrl: '([^']+)' \}\)/.exec(script)[1]);
    assert.ok(textOf(name).includes(`\`script-src 'self'; connect-src ${origin}\``), `the policy with ${origin}`);
  });
}

for (const [name, again] of [['README.md', /open this page again/], ['README.zh-CN.md', /重新打开/]]) {
  test(`the page of ${name} shows what the service answers, and asks to be opened again`, async () => {
    const [, script] = /```js\n(\/\/ page\.js\n[^]*?)```/.exec(textOf(name));
    assert.match(script, /import \{ createPageSession \} from '\.\/wxsession-page\.js';/);
    const api = new FakeApi();
    const view = new WebView(api, { early: true });
    const show = async (href) => {
      const out = { textContent: '' };
      view.load(href, 'bare');
      const document = { getElementById: (id) => (assert.equal(id, 'out'), out) };
      // The fake service is under /prod.
      runInContext(script.replace(/import .*/, ''), createContext({ document, createPageSession: ({ baseUrl }) => view.create({ baseUrl: baseUrl + '/prod' }) }));
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      return out.textContent;
    };
    assert.match(await show(H5 + '/#wxt=' + api.ticket('anna')), /anna/);
    assert.match(await show(H5 + '/'), /anna/);
    api.inject(() => true, offline, 1);
    assert.doesNotMatch(await show(H5 + '/'), again);
    api.live.clear();
    assert.match(await show(H5 + '/'), again);
  });
}
