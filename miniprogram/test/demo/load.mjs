// Runs the demo without WeChat: App, Page, getApp and require as a Mini Program has them, wx from outside.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script, createContext } from 'node:vm';

export const root = fileURLToPath(new URL('../../demo/', import.meta.url));

export const json = (path) => JSON.parse(readFileSync(root + path, 'utf8'));

/** The tags of a WXML file as `{name, attributes}`; throws when they do not nest. */
export function tagsOf(path) {
  const text = readFileSync(root + path, 'utf8');
  const tags = [];
  const open = [];
  for (const [, close, name, attributes, selfClosing] of text.matchAll(/<(\/?)([a-z-]+)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>/g)) {
    if (close) {
      if (open.pop() !== name) throw new Error(`${path}: </${name}> closes nothing`);
      continue;
    }
    tags.push({ name, attributes: Object.fromEntries([...attributes.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map(([, key, value]) => [key, value])) });
    if (!selfClosing) open.push(name);
  }
  if (open.length) throw new Error(`${path}: <${open.pop()}> is never closed`);
  const closing = text.split('</').length - 1;
  if (!tags.length || tags.length + closing !== text.split('<').length - 1) throw new Error(`${path}: a tag is malformed`);
  return { tags, bindings: [...text.matchAll(/{{(.*?)}}/g)].map(([, expression]) => expression) };
}

/** Starts the app and its pages; `config` is laid over the demo's own. */
export function launch(wx, config = {}) {
  const modules = new Map();
  const pages = {};
  let app;
  let path;
  const globals = createContext({
    wx, console, setTimeout, clearTimeout, getApp: () => app,
    App: (options) => (app = options),
    Page: (options) => (pages[path] = page(options))
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

function page(options) {
  return Object.assign(Object.create(null), options, {
    data: { ...options.data },
    setData(changes) {
      for (const name of Object.keys(changes)) {
        if (!(name in options.data)) throw new Error(`setData of ${name}, which data does not declare`);
      }
      Object.assign(this.data, changes);
    }
  });
}

export const exists = (path) => existsSync(root + path);
