// The last events on the bus, the newest first.

import { make } from './phone.js';
import { word } from './words.js';
import { ask } from './wx_shim.js';

/** The bus is told a moment after the answer, from the tables' streams. */
const LATER_MS = 700;

export class Told {
  constructor(body) {
    this.body = body;
  }

  /** Looks now, and once more when what has just happened is on the bus. */
  async refresh() {
    await this.look();
    clearTimeout(this.due);
    this.due = setTimeout(() => this.look().catch(() => {}), LATER_MS);
  }

  async look() {
    this.events = (await ask('told')).events;
    this.draw();
  }

  draw() {
    if (!this.events) return;
    if (!this.events.length) return this.body.replaceChildren(make('p', word('nothingTold')));
    const list = make('ol');
    list.append(...this.events.map(line));
    this.body.replaceChildren(list);
  }
}

function line({ kind, at, id, detail }) {
  const item = make('li');
  item.title = 'id ' + id;
  const time = make('time', new Date(at * 1000).toLocaleTimeString(document.documentElement.lang));
  const members = Object.entries(detail).map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' ') || '–' : value}`);
  item.append(time, make('strong', kind), make('span', members.join(' · ')));
  return item;
}
