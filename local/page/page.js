// Puts the parts together.

import { Diagram } from './diagram.js';
import { Faults } from './faults.js';
import { Phone } from './phone.js';
import { Record } from './record.js';
import { Told } from './told.js';
import { speak, switchLanguage, word } from './words.js';

const at = (id) => document.getElementById(id);

speak();
const diagram = new Diagram(at('diagram'), at('latest'));
const phone = new Phone(at('phone'), changed);
const faults = new Faults(at('faults'), phone, changed);
const record = new Record(at('record-body'), phone, faults);
const told = new Told(at('told-body'));

/** Something happened: looks anew, soon and once. */
let due;
function changed() {
  clearTimeout(due);
  due = setTimeout(() => Promise.all([faults.refresh(), record.refresh(), told.refresh()]).catch(() => connected('connecting')), 50);
}

function connected(state, text = word(state)) {
  at('connection').dataset.state = state;
  at('connection').textContent = text;
}

const events = new EventSource('/_page/events');
events.addEventListener('hello', () => {
  connected('live');
  changed();
});
events.addEventListener('lost', ({ data }) => connected('live', word('lost', data)));
events.onmessage = ({ data }) => {
  const arrow = JSON.parse(data);
  diagram.add(arrow);
  if (arrow.to === 'phone') changed();
};
events.onerror = () => connected('connecting');

at('clear').addEventListener('click', () => diagram.clear());
at('language').addEventListener('click', () => {
  switchLanguage();
  diagram.name();
  phone.show();
  record.draw();
  told.draw();
  connected(at('connection').dataset.state);
  at('faults-state').textContent = faults.state ? faults.summary() : '';
});

/** The phone shows the service's time: moving the clock moves it. */
function tell() {
  const options = { hour: '2-digit', minute: '2-digit', hour12: false };
  at('phone-time').textContent = new Date(faults.now() * 1000).toLocaleTimeString([], options);
}
tell();
setInterval(tell, 1000);
connected('connecting');
// For the test in a real browser, which must not press before the diagram listens.
document.documentElement.dataset.ready = 'true';
