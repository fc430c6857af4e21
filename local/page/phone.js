// The Mini Program on the left. What it does with the session is what any Mini Program does: it calls the library.

import { createSession } from '/_page/wxsession.mjs';
import { WebView } from './web_view.js';
import { BrowserWx, Memory, ask } from './wx_shim.js';
import { hasWord, word } from './words.js';

const PERSON = 'page|person';
const PREFIX = 'wx|';

export class Phone {
  constructor(section, changed) {
    this.section = section;
    this.result = section.querySelector('#result');
    this.changed = changed;
    this.webView = new WebView(section.querySelector('#web-view'));
    this.start(localStorage.getItem(PERSON) || crypto.randomUUID());
    for (const button of section.querySelectorAll('[data-do]')) {
      button.addEventListener('click', () => this.run(button.dataset.do));
    }
  }

  start(person) {
    localStorage.setItem(PERSON, person);
    this.person = person;
    this.wx = new BrowserWx({ person, storage: localStorage });
    this.session = createSession({ baseUrl: location.origin, wx: this.wx, sessionKey: true });
    this.session.on('signed-in', () => {
      this.logins++;
      this.show();
    });
    this.session.on('signed-out', () => this.show());
    this.show();
  }

  /** Another user with an empty phone. */
  startAnew() {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    this.result.replaceChildren();
    this.webView.close();
    this.start(crypto.randomUUID());
  }

  /** The same user's other phone ends every session. */
  async endElsewhere() {
    const wx = new BrowserWx({ person: this.person, storage: new Memory(), device: 'another-phone' });
    const other = createSession({ baseUrl: location.origin, wx });
    await other.login();
    await other.logoutEverywhere();
  }

  show() {
    const info = this.session.current();
    this.section.dataset.signedIn = String(!!info);
    // The main button is what comes next.
    this.section.querySelector('[data-do=login]').classList.toggle('primary', !info);
    this.section.querySelector('[data-do=me]').classList.toggle('primary', !!info);
    this.section.querySelector('#who-name').textContent = info ? word('signedIn', info.user.id.slice(0, 8) + '…') : word('signedOut');
    this.section.querySelector('#who-token').textContent = info ? word('token', this.tokenStart()) : word('noToken');
  }

  /** The first eight characters, as everywhere on this page. The app itself never sees the token: this reads the storage. */
  tokenStart() {
    const kept = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => localStorage.getItem(key));
    return /"(wxs_[\w-]{4})/.exec(kept.join())?.[1] + '…';
  }

  async run(action) {
    if (this.busy) return;
    this.busy = true;
    this.logins = 0;
    const wasIn = !!this.session.current();
    this.say('', word('working'));
    this.section.setAttribute('aria-busy', 'true');
    try {
      const [title, rows] = await this[action]();
      const again = this.logins > 0 && action !== 'login' ? word(wasIn ? 'again' : 'byItself') : '';
      this.say('ok', title, again, rows);
    } catch (error) {
      await this.explain(error);
    }
    this.busy = false;
    this.section.removeAttribute('aria-busy');
    this.show();
    this.changed();
  }

  async login() {
    const { user, expires_at } = await this.session.login();
    return [word(user.is_new ? 'newUser' : 'known'), { user_id: user.id, expires_at: time(expires_at) }];
  }

  async me() {
    const { statusCode, data } = await this.session.request({ url: '/me' });
    return [`${statusCode} GET /me`, { ...data, expires_at: time(data.expires_at) }];
  }

  async sessions() {
    const { data } = await this.session.request({ url: '/sessions' });
    const rows = data.sessions.map(({ id, expires_at, current }) => [id.slice(-8), (current ? word('thisOne') + ' · ' : '') + time(expires_at)]);
    return [word('sessionsOf', rows.length), Object.fromEntries(rows)];
  }

  async profile() {
    // First a session whose session_key is alive, then the data: a login in between could replace the key.
    if (!(await this.session.check({ login: true }))) await this.session.login();
    const { rawData, signature, encryptedData, iv } = await this.wx.get('user-info');
    const verified = await this.post('/open-data/verify', { raw_data: rawData, signature });
    const { data } = await this.post('/open-data/decrypt', { encrypted_data: encryptedData, iv });
    return [verified.valid ? word('profileIs') : 'valid: false', { nickName: data.nickName, language: data.language }];
  }

  async phone() {
    const { code } = await this.wx.get('phone-number');
    const answer = await this.post('/phone-number', { code });
    return [word('number', answer.phone_number), { country_code: answer.country_code }];
  }

  /** A page of another origin goes on as the same user, without this session's token. */
  async page() {
    const { page } = await ask('state');
    if (!page) throw new Error(word('noPage'));
    const url = await this.session.webviewUrl(`${page}/?lang=${document.documentElement.lang}`);
    this.webView.open(url);
    return [word('pageOpened'), {}];
  }

  async logout() {
    await this.session.logout();
    return [word('loggedOut'), {}];
  }

  async post(url, data) {
    return (await this.session.request({ url, method: 'POST', data })).data;
  }

  /** Says what went wrong, and above all whether the user is still signed in. */
  async explain(error) {
    const key = 'error.' + error.code;
    const parts = [word(hasWord(key) ? key : 'error.other')];
    if (error.code === 'session_key_stale') {
      // The data was sealed with a key the service does not have: a new login, then the user asks for it anew.
      await this.session.login().then(() => parts.push(word('tapAgain')), () => {});
    } else if (error.retryAfter !== undefined) parts.push(word('tryIn', error.retryAfter));
    if (error.code !== 'signed_out') parts.push(word(this.session.current() ? 'stillIn' : 'notIn'));
    const status = error.status ? `${error.status} ` : '';
    this.say('bad', parts[0], parts.slice(1).join(' '), { code: status + (error.code || error.message) });
  }

  say(kind, title, text = '', rows = {}) {
    const dl = make('dl');
    for (const [name, value] of Object.entries(rows)) dl.append(make('dt', name), make('dd', String(value)));
    this.result.className = kind;
    this.result.replaceChildren(make('strong', title), ...(text ? [make('p', text)] : []), ...(dl.children.length ? [dl] : []));
  }
}

export function make(name, text = '', className = '') {
  const element = document.createElement(name);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function time(seconds) {
  return new Date(seconds * 1000).toLocaleString(document.documentElement.lang, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
}
