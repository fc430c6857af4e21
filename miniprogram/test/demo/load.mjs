// Runs the demo without WeChat: App, Page, getApp and require as a Mini Program has them, wx from outside.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script, createContext } from 'node:vm';
import compiler from 'miniprogram-compiler';

export const root = fileURLToPath(new URL('../../demo/', import.meta.url));

export const json = (path) => JSON.parse(readFileSync(root + path, 'utf8'));

/** The data that a view names in its {{ }}. */
export const bindingsOf = (path) => [...readFileSync(root + path, 'utf8').matchAll(/{{(.*?)}}/g)].map(([, expression]) => expression);

// WeChat's own compilers: what they accept, DevTools accepts, and what they render, the user sees.
const renderers = (folder) => {
  const globals = createContext({ console });
  globals.window = globals;
  return new Script(`(function () {${compiler.wxmlToJs(folder)}})()`).runInContext(globals);
};
const render = renderers(root);

export const compileViews = (folder) => Boolean(renderers(folder));
export const compileStyles = (folder) => compiler.wxssToJs(folder);

/** Starts the app and its pages; `config` is laid over the demo's own. */
export function launch(wx, config = {}) {
  const modules = new Map();
  const pages = {};
  let app;
  let path;
  const globals = createContext({
    wx, console, setTimeout, clearTimeout, getApp: () => app,
    App: (options) => (app = options),
    Page: (options) => (pages[path] = page(path, options))
  });
  const load = (file) => {
    if (modules.has(file)) return modules.get(file).exports;
    const module = { exports: {} };
    modules.set(file, module);
    const source = `(function (module, exports, require) {${readFileSync(file, 'utf8')}\n})`;
    new Script(source, { filename: file }).runInContext(globals)(module, module.exports, (name) => load(join(dirname(file), name)));
    return module.exports;
  };
  Object.assign(load(root + 'config.js'), config);
  load(root + 'app.js');
  for (path of json('app.json').pages) load(`${root}${path}.js`);
  return { app, pages };
}

function page(path, options) {
  const view = render(`${path}.wxml`);
  return Object.assign(Object.create(null), options, {
    data: { ...options.data },
    setData(changes) {
      for (const name of Object.keys(changes)) {
        if (!(name in options.data)) throw new Error(`setData of ${name}, which data does not declare`);
      }
      Object.assign(this.data, changes);
    },
    /** Every text on the screen, in order. */
    see() {
      return nodesOf(view(this.data)).filter((node) => typeof node === 'string' && node.trim()).map((text) => text.trim());
    },
    /** Where each web-view on the screen goes. */
    webViews() {
      return nodesOf(view(this.data)).filter((node) => node.tag === 'wx-web-view').map((node) => node.attr.src);
    },
    /** The texts of the buttons, of all or of those with this type. */
    buttons(type) {
      return nodesOf(view(this.data)).filter((node) => node.tag === 'wx-button' && (!type || node.attr.type === type))
        .map((node) => nodesOf(node).filter((each) => typeof each === 'string').join('').trim());
    },
    /** Taps the button with this text, the `index`-th if there are several. */
    tap(text, event = {}, index = 0) {
      const button = nodesOf(view(this.data)).filter((node) => node.tag === 'wx-button' && nodesOf(node).includes(text))[index];
      if (!button || button.attr.disabled) throw new Error(`no button to tap: ${text}`);
      const handler = button.attr.bindtap || button.attr.bindgetphonenumber;
      const dataset = {};
      for (const [name, value] of Object.entries(button.attr)) if (name.startsWith('data-')) dataset[name.slice(5)] = value;
      return this[handler]({ currentTarget: { dataset }, ...event });
    }
  });
}

const nodesOf = (node) => [node, ...(node.children || []).flatMap(nodesOf)];

export const exists = (path) => existsSync(root + path);
