// The sequence diagram: one group per request, one line per arrow. A list of sentences to a screen reader.

import { make } from './phone.js';
import { Reading } from './reading.js';
import { word } from './words.js';

export const LANES = ['phone', 'gateway', 'authorizer', 'function', 'wechat', 'dynamodb'];
const KEPT = 40;
// In the short line: without these, without the names of these, and these before all others.
const LEFT_OUT = ['type', 'title', 'instance', 'detail', 'token_type', 'integrationLatency', 'principalId', 'device'];
const WRAPPERS = ['body', 'context'];
// What the service says in words of its own; the rest are names of AWS and of the API.
const SAID = { answer: 'answer', 'cannot tell': 'cannotTell', failed: 'functionFailed' };
const FIRST = ['authorization', 'code', 'reason', 'token', 'openid', 'session_key', 'user_id', 'UpdateExpression'];

export class Diagram {
  constructor(panel, latest) {
    this.panel = panel;
    this.lanes = panel.querySelector('#lanes');
    this.list = panel.querySelector('#requests');
    this.empty = panel.querySelector('#empty');
    this.groups = new Map();
    this.reading = new Reading(panel, latest);
    this.name();
  }

  /** Writes the lanes' names. */
  name() {
    this.lanes.replaceChildren(...LANES.map((lane) => make('li', word('lane.' + lane))));
  }

  clear() {
    this.groups.clear();
    this.list.replaceChildren();
    this.empty.hidden = false;
    this.reading.resume();
  }

  add(arrow) {
    this.empty.hidden = true;
    const group = this.groups.get(arrow.request) || this.open(arrow);
    group.arrows.append(drawn(arrow));
    if (arrow.from === 'gateway' && arrow.to === 'phone') this.close(group, arrow);
    this.reading.grown();
  }

  open(arrow) {
    const group = { item: make('li', '', 'request'), title: make('h3'), arrows: make('ol', '', 'arrows') };
    const device = arrow.detail?.device ? ' · ' + word('otherPhone') : arrow.detail?.origin ? ' · ' + word('ofPage') : '';
    const known = arrow.request !== null;
    group.title.append(make('span', known ? arrow.text + device : word('unknown')), make('span', '', 'outcome'));
    group.item.append(group.title, group.arrows);
    this.list.append(group.item);
    this.groups.set(arrow.request, group);
    if (this.groups.size > KEPT) {
      const [oldest] = this.groups.keys();
      this.groups.get(oldest).item.remove();
      this.groups.delete(oldest);
    }
    return group;
  }

  close(group, arrow) {
    const code = arrow.detail?.code ? ' ' + arrow.detail.code : '';
    const outcome = group.title.querySelector('.outcome');
    outcome.textContent = `${arrow.text}${code} · ${milliseconds(arrow.duration_ms)}`;
    group.item.classList.toggle('failed', arrow.kind === 'failure');
  }
}

function drawn(arrow) {
  const [from, to] = [LANES.indexOf(arrow.from), LANES.indexOf(arrow.to)];
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const item = make('li', '', `arrow ${arrow.kind}`);
  item.classList.add(left === right ? 'self' : to > from ? 'rightwards' : 'leftwards');
  item.classList.add(left + right < 5 ? 'on-left' : 'on-right');
  for (const [name, value] of [['--left', left], ['--right', right]]) item.style.setProperty(name, value);
  Object.assign(item.dataset, { from: arrow.from, to: arrow.to });
  item.append(label(arrow), make('span', '', 'line'));
  return item;
}

/** What the arrow says; with more behind it when there is more. */
function label(arrow) {
  const between = `${word('lane.' + arrow.from)} ${word('to')} ${word('lane.' + arrow.to)}, ${word(arrow.kind)}: `;
  const whole = arrow.detail && Object.keys(arrow.detail).length ? JSON.stringify(arrow.detail, null, 2) : '';
  const element = make(whole ? 'details' : 'div', '', 'label');
  const head = whole ? element.appendChild(make('summary')) : element;
  // The diagram is one stop of the Tab key; inside it the arrow keys lead.
  if (whole) head.tabIndex = -1;
  const said = make('b', arrow.is_guess ? '≈ ' : '');
  said.append(SAID[arrow.text] ? spoken(SAID[arrow.text]) : arrow.text);
  head.append(make('span', between, 'unseen'), said);
  if (arrow.is_guess) head.title = word('guess');
  if (whole) {
    head.append(' ', make('code', preview(arrow.detail)));
    element.append(make('pre', whole));
  }
  if (arrow.duration_ms !== null) head.append(' ', make('span', milliseconds(arrow.duration_ms), 'ms'));
  return element;
}

/** A word that changes with the page's language. */
function spoken(key) {
  const element = make('span', word(key));
  element.dataset.word = key;
  return element;
}

/** The detail in one short line: the names that matter first, long values cut. */
function preview(detail) {
  const parts = [];
  const visit = (value, path) => {
    for (const [name, member] of Object.entries(value)) {
      if (LEFT_OUT.includes(name) || member === null) continue;
      const full = WRAPPERS.includes(name) ? path : [...path, name];
      if (Array.isArray(member)) parts.push([full, `[${member.length}]`]);
      else if (typeof member === 'object') visit(member, full);
      else parts.push([full, short(String(member))]);
    }
  };
  visit(detail, []);
  const rank = ([path]) => (FIRST.indexOf(path.at(-1)) + FIRST.length + 1) % (FIRST.length + 1);
  return parts.sort((one, other) => rank(one) - rank(other)).map(([path, text]) => `${path.join('.')}: ${text}`).join(', ');
}

const short = (text) => (text.length > 28 ? text.slice(0, 27) + '…' : text);
const milliseconds = (number) => (number < 10 ? number.toFixed(1) : Math.round(number)) + ' ms';
