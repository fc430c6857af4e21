// The user's records as they lie in the tables, and how long the session still has.

import { span } from './faults.js';
import { make } from './phone.js';
import { word } from './words.js';
import { ask } from './wx_shim.js';

const TIMES = ['created_at', 'last_seen_at', 'expires_at', 'absolute_expires_at', 'revoked_at', 'last_login_at', 'ttl'];

export class Record {
  constructor(body, phone, faults) {
    Object.assign(this, { body, phone, faults });
    this.open = new Set();
    setInterval(() => this.tick(), 1000);
  }

  async refresh() {
    this.records = await ask('record?person=' + encodeURIComponent(this.phone.person));
    this.draw();
  }

  draw() {
    if (!this.records) return;
    const { sessions, user } = this.records;
    const id = this.phone.session.current()?.session.id;
    const current = sessions.find((session) => session.session_id === id) || sessions[0];
    this.current = current;
    if (!current) return this.body.replaceChildren(make('p', word('noRecord')));
    this.state = make('span', '', 'badge');
    this.idle = make('dd');
    this.absolute = make('dd');
    const countdown = make('dl', '', 'countdown');
    countdown.append(make('dt', word('idle')), this.idle, make('dt', word('absolute')), this.absolute);
    const others = sessions.filter((session) => session !== current);
    this.body.replaceChildren(this.state, countdown, table(current),
      ...(others.length ? [this.more('others', word('others', others.length), others)] : []),
      ...(user ? [this.more('user', word('userRecord'), [user])] : []));
    this.tick();
  }

  /** A fold that stays as the reader left it. */
  more(name, title, records) {
    const details = make('details');
    details.open = this.open.has(name);
    details.addEventListener('toggle', () => this.open[details.open ? 'add' : 'delete'](name));
    details.append(make('summary', title), ...records.map(table));
    return details;
  }

  tick() {
    if (!this.current || !this.state) return;
    const now = this.faults.now();
    const { state, session_id, expires_at, absolute_expires_at } = this.current;
    const isListed = this.records.listed.includes(session_id);
    const isOver = now >= Math.min(expires_at, absolute_expires_at);
    const name = state !== 'active' ? 'revoked' : !isListed ? 'unlisted' : isOver ? 'expired' : 'active';
    this.state.textContent = word('state.' + name);
    this.state.dataset.state = name;
    const left = (until) => (name !== 'active' || until <= now ? word('ended') : span(until - now));
    this.idle.textContent = left(expires_at);
    this.absolute.textContent = left(absolute_expires_at);
  }
}

function table(record) {
  const dl = make('dl', '', 'attributes');
  for (const name of Object.keys(record).sort()) {
    const value = record[name];
    const shown = TIMES.includes(name) ? `${value}  (${new Date(value * 1000).toLocaleString(document.documentElement.lang)})` : String(value);
    dl.append(make('dt', name), make('dd', shown));
  }
  return dl;
}
