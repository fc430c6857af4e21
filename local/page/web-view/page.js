// The H5 page. What it does with its session is what any such page does: it calls the module.

import { createPageSession } from './wxsession-page.js';

// For the button that shows what a stolen ticket is worth: wxsession-ticket.js took it out of the URL. An app has no use for it.
const ticket = window.wxsessionTicket;
const baseUrl = document.documentElement.dataset.gateway;
const session = createPageSession({ baseUrl });

const WORDS = {
  en: {
    title: 'A page of another origin', working: '…', me: 'Call GET /me', check: 'Check the session', closed: 'Make a ticket', thief: 'Redeem the ticket again', logout: 'Log out here',
    in: 'Signed in as {0}', here: 'This page has a session.', out: 'No session: go back and open this page again ({0})', answered: 'The service answered {0}', left: 'Logged out, here only.',
    shut: 'Closed to pages. {0}.', caught: '{0}. And this page’s session has ended, because somebody has its ticket.', error: 'Nobody can tell: {0}. The session stays.'
  },
  'zh-CN': {
    title: '另一个源的页面', working: '…', me: '调用 GET /me', check: '检查会话', closed: '签发票据', thief: '再次兑换票据', logout: '在此退出',
    in: '已登录：{0}', here: '此页面有自己的会话。', out: '没有会话：请返回小程序，重新打开此页面（{0}）', answered: '服务端返回 {0}', left: '已退出，仅限此页面。',
    shut: '此接口不对页面开放。{0}。', caught: '{0}。票据已泄露，所以此页面的会话也已结束。', error: '暂时无法判断：{0}。会话保留。'
  }
};
const language = new URLSearchParams(location.search).get('lang');
const words = WORDS[language] || WORDS.en;
const word = (key, ...values) => words[key].replace(/\{(\d)\}/g, (_, index) => values[index]);
const at = (id) => document.getElementById(id);

const acts = {
  async me() {
    return told(await session.request('/me'));
  },
  async check() {
    const { user } = await session.check();
    return [word('in', user.id.slice(0, 8) + '…'), 'good'];
  },
  /** One of the routes that are closed to a page. The refusal names the page's origin to the browser, so that it can be read. */
  async closed() {
    const body = JSON.stringify({ audience: location.origin });
    const response = await session.request('/tickets', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    const [text] = await told(response);
    return response.status === 403 ? [word('shut', text), 'good'] : [text, 'bad'];
  },
  async thief() {
    const body = JSON.stringify({ ticket, audience: location.origin });
    const response = await fetch(baseUrl + '/tickets/redeem', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    const [text] = await told(response);
    return [response.ok ? text : word('caught', text), 'bad'];
  },
  async logout() {
    await session.logout();
    return [word('left'), 'good'];
  }
};

async function told(response) {
  const { code, user_id } = await response.json().catch(() => ({}));
  return [word('answered', [response.status, code || user_id].filter(Boolean).join(' ')), response.ok ? 'good' : 'bad'];
}

async function run(act) {
  delete document.documentElement.dataset.ready;
  for (const button of document.querySelectorAll('button')) button.disabled = true;
  try {
    say(...await acts[act]());
  } catch (error) {
    if (error.code !== 'reopen_needed') say(word('error', error.code || error.message), 'bad');
  }
  await who();
  for (const button of document.querySelectorAll('button')) button.disabled = button.dataset.do === 'thief' && !ticket;
  // For the test in a real browser.
  document.documentElement.dataset.ready = 'true';
}

function say(text, kind) {
  at('said').textContent = text;
  at('said').className = kind;
}

/** Whether there is a session, as far as this page knows: the service says more when something is asked. */
async function who() {
  at('address').textContent = location.href;
  try {
    await session.webSocketProtocols();
    at('who').textContent = word('here');
  } catch (error) {
    at('who').textContent = word('out', error.why);
  }
}

document.documentElement.lang = language || 'en';
document.title = word('title');
for (const element of document.querySelectorAll('[data-word]')) element.textContent = word(element.dataset.word);
for (const button of document.querySelectorAll('[data-do]')) button.addEventListener('click', () => run(button.dataset.do));
addEventListener('hashchange', () => run('check'));
run('check');
