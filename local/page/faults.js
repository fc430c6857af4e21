// The buttons for what goes wrong. What is on is asked of the service, never remembered here.

import { ask } from './wx_shim.js';
import { word } from './words.js';

export class Faults {
  constructor(section, phone, changed) {
    Object.assign(this, { section, phone, changed });
    this.status = section.querySelector('#faults-state');
    section.addEventListener('click', ({ target }) => {
      if (target instanceof HTMLButtonElement) this.press(target);
    });
  }

  async press(button) {
    const { wechat, dynamodb, clock, once } = button.dataset;
    const isOn = button.getAttribute('aria-pressed') === 'true';
    let said = '';
    this.section.setAttribute('aria-busy', 'true');
    try {
      if (wechat) await ask('faults', { wechat: isOn ? 'fine' : wechat });
      else if (dynamodb) await ask('faults', { dynamodb: isOn ? 'fine' : dynamodb });
      else if (clock) await ask('clock', { seconds: clock === 'real' ? -this.state.clock_offset_seconds : Number(clock) });
      else said = await this[once]();
    } catch (error) {
      said = word('failed', error.code || error.message);
    }
    await this.refresh();
    this.section.removeAttribute('aria-busy');
    // What was done, and what is on; "no fault" beside "another phone ended every session" would contradict it.
    this.status.textContent = [said, this.summary(said ? '' : word('allFine'))].filter(Boolean).join(' ');
    this.changed();
  }

  async expire() {
    const info = this.phone.session.current();
    if (!info) return word('needSession');
    await ask('expire', { person: this.phone.person, session_id: info.session.id });
    return word('expired');
  }

  async elsewhere() {
    await this.phone.endElsewhere();
    return word('endedElsewhere');
  }

  async rotate() {
    await ask('rotate', { person: this.phone.person });
    return word('rotated');
  }

  async cancel() {
    const { is_taken: isTaken } = await ask('cancel', { person: this.phone.person });
    return word(isTaken ? 'cancelled' : 'notTaken');
  }

  async block() {
    return (await this.control('block', { reason: 'page_button' })) ? word('blocked') : word('needSession');
  }

  async unblock() {
    const lifted = await this.control('unblock');
    return lifted ? word(lifted.was_blocked ? 'unblocked' : 'notBlocked') : word('needSession');
  }

  /** What a backend does through IAM: the page stands for it. Nothing happens to a user whom the tables do not know. */
  async control(action, more = {}) {
    const { user } = await ask('record?person=' + encodeURIComponent(this.phone.person));
    if (!user) return null;
    const body = JSON.stringify({ action, actor: 'the page', user_id: user.user_id, ...more });
    const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    const { result, error } = await (await fetch('/2015-03-31/functions/accounts/invocations', options)).json();
    if (error) throw new Error(error.code);
    return result;
  }

  async reset() {
    await ask('reset', {});
    this.phone.startAnew();
    return word('resetDone');
  }

  /** Asks what is on and shows it. */
  async refresh() {
    const state = await ask('state');
    this.state = state;
    this.behind = state.now - Math.floor(Date.now() / 1000);
    for (const button of this.section.querySelectorAll('[aria-pressed]')) {
      const { wechat, dynamodb } = button.dataset;
      button.setAttribute('aria-pressed', String(wechat ? state.wechat === wechat : state.dynamodb === dynamodb));
    }
    const real = this.section.querySelector('[data-clock=real]');
    real.disabled = Math.abs(state.clock_offset_seconds) < 2;
    for (const button of this.section.querySelectorAll('[data-wechat], [data-once=rotate], [data-once=cancel], [data-once=elsewhere]')) {
      button.disabled = !state.is_simulated;
    }
    if (!state.is_simulated) this.status.textContent = word('real_wechat');
    else if (!this.status.textContent) this.status.textContent = this.summary();
  }

  /** The service's time in unix seconds. */
  now() {
    return Math.floor(Date.now() / 1000) + (this.behind || 0);
  }

  summary(fine = word('allFine')) {
    const on = [];
    if (this.state.wechat !== 'fine') on.push(`${word('lane.wechat')} ${word(this.state.wechat).toLowerCase()}`);
    if (this.state.dynamodb !== 'fine') on.push(`DynamoDB ${word(this.state.dynamodb).toLowerCase()}`);
    const parts = [on.length ? word('isOn', on.join(', ')) : fine];
    const offset = this.state.clock_offset_seconds;
    if (Math.abs(offset) >= 2) parts.push(word('clockIs', (offset < 0 ? '−' : '+') + span(Math.abs(offset))));
    return parts.filter(Boolean).join(' ');
  }
}

/** 90061 → 1 d 1:01:01 */
export function span(seconds) {
  const two = (number) => String(Math.floor(number)).padStart(2, '0');
  const days = Math.floor(seconds / 86400);
  const clock = `${Math.floor((seconds % 86400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return days ? `${word('days', days)} ${clock}` : clock;
}
