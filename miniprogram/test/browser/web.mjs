// A fake web-view and a fake service for its page: tickets that are good once, sessions that end, faults on demand.

import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';

const file = (name) => readFileSync(new URL('../../browser/' + name, import.meta.url), 'utf8');
export const BASE = 'https://api.example.com/prod';
export const H5 = 'https://h5.example.com';

const delay = () => new Promise((resolve) => setImmediate(resolve));

export class FakeApi {
  constructor() {
    this.tickets = new Map();
    /** Token → user. */
    this.live = new Map();
    this.log = [];
    this.faults = [];
    this.minted = 0;
    // Redemptions of a ticket that was used before: each of them would end a session.
    this.reused = 0;
    this.slow = () => 1;
  }

  ticket(user = 'u') {
    const ticket = 'wxt_' + String(++this.minted).padStart(43, 'T');
    this.tickets.set(ticket, { user });
    return ticket;
  }

  /** `what` answers (or fails) calls that `when` accepts; `{lost: true}` loses the answer of a call that was done. */
  inject(when, what, times = Infinity) {
    this.faults.push({ when, what, left: times });
  }

  count(method, path) {
    return this.log.filter((each) => each.method === method && each.path === path).length;
  }

  async fetch(url, init = {}) {
    const headers = new Headers(init.headers);
    const call = {
      url: String(url), method: init.method || 'GET', path: String(url).replace(BASE, ''), authorization: headers.get('authorization'),
      token: (headers.get('authorization') || '').replace('Bearer ', ''), data: init.body && typeof init.body === 'string' ? JSON.parse(init.body) : undefined, init
    };
    call.user = this.live.get(call.token);
    this.log.push(call);
    const signal = new Promise((_, reject) => init.signal && init.signal.addEventListener('abort', () => reject(new TypeError('aborted'))));
    signal.catch(() => {});
    return Promise.race([signal, this.answer(call)]);
  }

  async answer(call) {
    const fault = this.faults.find((each) => each.left > 0 && each.when(call));
    if (fault) fault.left--;
    const given = fault && fault.what(call, this);
    const answer = given && !given.lost ? given : this.route(call);
    for (let turn = this.slow(call); turn > 0; turn--) await delay();
    if (given && given.lost) throw new TypeError('Failed to fetch');
    if (answer instanceof Error) throw answer;
    return answer;
  }

  route({ url, method, path, token, data }) {
    if (!url.startsWith(BASE)) return json(200, { elsewhere: true });
    if (path === '/tickets/redeem') return this.redeem(data);
    if (!this.live.has(token)) return json(401, { code: 'session_invalid' });
    if (path === '/session' && method === 'DELETE') {
      this.live.delete(token);
      return new Response(null, { status: 204 });
    }
    if (path === '/session') return json(200, { session: { id: 's', created_at: 1, expires_at: 2, absolute_expires_at: 2, check_after: 2 }, user: { id: this.live.get(token) } });
    return json(200, { user: this.live.get(token) });
  }

  redeem({ ticket, audience }) {
    const known = this.tickets.get(ticket);
    if (!known || audience !== H5) return json(409, { code: 'ticket_invalid' });
    if (known.child) {
      this.reused++;
      this.live.delete(known.child);
      return json(409, { code: 'ticket_invalid' });
    }
    known.child = 'wxs_' + ++this.minted;
    this.live.set(known.child, known.user);
    return json(200, { token: known.child, token_type: 'Bearer', expires_at: 2, session: { id: 's' }, user: { id: known.user, is_new: false } });
  }
}

export const json = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
export const html = (status) => new Response('<html>log in to the network</html>', { status });
export const offline = () => new TypeError('Failed to fetch');

/** sessionStorage: `broken` names what throws. */
export class FakeStorage {
  constructor() {
    this.map = new Map();
    this.broken = [];
  }

  try(what) {
    if (this.broken.includes(what)) throw new Error('QuotaExceededError');
  }

  getItem(key) {
    this.try('getItem');
    return this.map.has(key) ? this.map.get(key) : null;
  }

  setItem(key, value) {
    this.try('setItem');
    this.map.set(key, String(value));
  }

  removeItem(key) {
    this.try('removeItem');
    this.map.delete(key);
  }
}

/**
 * One web-view: its URL and its storage outlive the pages in it. `edits` make a module with a mistake. `early`: its pages have
 * wxsession-ticket.js at their head.
 */
export class WebView {
  constructor(api, { storage = new FakeStorage(), edits = [], early = false } = {}) {
    Object.assign(this, { api, storage, early, href: 'about:blank', replaceFails: false, hidden: [] });
    this.source = file('wxsession-page.js').replace('export function', 'function');
    for (const [from, to] of edits) {
      if (this.source.split(from).length !== 2) throw new Error(`mutation must match once: ${from}`);
      this.source = this.source.replace(from, () => to);
    }
  }

  /** Loads a page; `href` defaults to where the web-view is, as a reload does. */
  load(href = this.href, options = {}) {
    this.href = href;
    // What the page before had under way ends with it.
    if (this.page) this.page.alive = false;
    const page = this.page = { alive: true };
    this.calls = [];
    this.listeners = { popstate: [], hashchange: [], pageshow: [] };
    const view = this;
    const whileAlive = (outcome) => (page.alive ? outcome : new Promise(() => Promise.resolve(outcome).catch(() => {})));
    const globals = createContext({
      URL, Headers, Response, AbortController, clearTimeout, console,
      setTimeout: (work, after) => setTimeout(work, after).unref(),
      location: {
        get href() { return view.href; },
        get hash() { return new URL(view.href).hash; },
        get origin() { return new URL(view.href).origin; },
        replace(to) { view.href = to; }
      },
      history: {
        state: { router: 1 },
        replaceState(state, title, to) {
          if (view.replaceFails) throw new Error('SecurityError');
          if (state.router !== 1) throw new Error('the router\'s state is lost');
          view.href = new URL(to, view.href).href;
        }
      },
      addEventListener: (name, listener) => this.listeners[name].push(listener),
      fetch: (url, init) => this.api.fetch(url, init).then((answer) => whileAlive(answer), (error) => whileAlive(Promise.reject(error)))
    });
    const forbidden = (name) => ({ get() { throw new Error(name + ' is forbidden'); } });
    Object.defineProperty(globals, 'sessionStorage', this.storage ? { value: this.storage } : forbidden('sessionStorage'));
    Object.defineProperty(globals, 'localStorage', forbidden('localStorage'));
    Object.defineProperty(globals, 'document', forbidden('document'));
    globals.window = globals;
    if (this.early) runInContext(file('wxsession-ticket.js'), globals);
    // What a router or a statistics script reads that runs before the module.
    this.seen = [view.href];
    for (const name of ['popstate', 'hashchange']) this.listeners[name].push(() => this.seen.push(this.href));
    runInContext(this.source + '\nglobalThis.createPageSession = createPageSession;', globals);
    this.globals = globals;
    this.create = (more) => globals.createPageSession({ baseUrl: BASE, ...more });
    if (options !== 'bare') this.session = this.create(options);
    return this;
  }

  /** The Mini Program sets another src that differs in the fragment only: no load. Browsers send popstate at once, hashchange later. */
  moveTo(href) {
    this.href = href;
    for (const name of ['popstate', 'hashchange']) this.listeners[name].forEach((listener) => listener({}));
  }

  leave() {
    this.hidden.push([this.href, this.listeners, this.session, this.page]);
    this.page = undefined;
  }

  /** Back, from the back-forward cache. */
  back() {
    [this.href, this.listeners, this.session, this.page] = this.hidden.pop();
    this.listeners.pageshow.forEach((listener) => listener({ persisted: true }));
  }

  /** Every token on this device. */
  stored() {
    return this.storage ? [...this.storage.map.values()].join().match(/wxs_[\w-]+/g) || [] : [];
  }
}

/** A web-view in which a page was opened with a ticket. */
export async function opened(options, user = 'u') {
  const api = new FakeApi();
  const view = new WebView(api, options).load(H5 + '/a?b=1#wxt=' + api.ticket(user));
  await view.session.request('/orders');
  api.log.length = 0;
  return { api, view, session: view.session, token: [...api.live.keys()][0] };
}

export const settle = (promise) => promise.then((value) => ({ value }), (error) => ({ error }));
export const is = (path, method) => (call) => call.path === path && (!method || call.method === method);
export const paths = ({ log }) => log.map(({ method, path }) => `${method} ${path}`);
