// The page that people copy from the README files runs as it stands there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { FakeApi, H5, WebView, offline } from './web.mjs';

for (const [name, again] of [['README.md', /open this page again/], ['README.zh-CN.md', /重新打开/]]) {
  test(`the page of ${name} shows what the service answers, and asks to be opened again`, async () => {
    const [, script] = /<script type="module">([^]*?)<\/script>/.exec(readFileSync(new URL('../../' + name, import.meta.url), 'utf8'));
    assert.match(script, /import \{ createPageSession \} from '\.\/wxsession-page\.js';/);
    const api = new FakeApi();
    const view = new WebView(api);
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
