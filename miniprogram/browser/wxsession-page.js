// wxsession-page: the session of a Mini Program, continued in a page of its web-view. One file, no dependencies.
//
// The Mini Program opens the page with a one-time ticket in the URL's fragment. wxsession-ticket.js takes it out of the URL before
// other scripts run, or this file later. It is redeemed once: a second redemption would end the session. The token lives in memory
// and in sessionStorage, nowhere else.

const SESSION_IS_OVER = ['session_invalid', 'credentials_missing'];
const TOKEN = /^wxs_[\w-]+$/;
const TICKET = /^wxt_[\w-]{43}$/;
/** Of a ticket, to know it again without keeping it. */
const MARK_LENGTH = 8;
/** So many tickets are known again: Back may lead to the URL of an older one. */
const MOST_MARKS = 16;
const TIMEOUT_MS = 15000;

/** @typedef {import('./wxsession-page').PageSession} PageSession */
/** @typedef {import('./wxsession-page').PageSessionError} PageSessionError */
/** @typedef {{status: number, body: {[name: string]: any}, retryAfter?: number}} Reply */
/**
 * What one page knows. `mark`: of the ticket that the token came of. `marks`: of the latest tickets, this one too. `kept`: whether the storage has it, too. `flight`: the
 * redemption under way. `lost`: why there is no token.
 * @typedef {{
 *   base: string, prefixes: string[], key: string, storage: import('./wxsession-page').PageStorage | null | undefined, fetch: typeof fetch,
 *   token: string, mark: string, marks: string[], kept?: boolean, lost: Partial<PageSessionError>, flight?: Promise<void>, asking?: {token: string, answer: Promise<boolean>}
 * }} Page
 */

/** One a service: frameworks call a page's code twice, and a ticket is good once. @type {Map<string, {page: Page, session: PageSession}>} */
const made = new Map();

/**
 * @param {import('./wxsession-page').PageSessionOptions} options
 * @returns {PageSession}
 */
export function createPageSession(options) {
  // Before everything else, so that no error leaves it in the URL.
  const ticket = liftTicket();
  const base = normal('baseUrl', options && options.baseUrl);
  const { page, session } = made.get(base) || open(base, options);
  take(page, ticket);
  return session;
}

/**
 * @param {string} base
 * @param {import('./wxsession-page').PageSessionOptions} options
 */
function open(base, { origins = [], storage = ownStorage(), fetch: given }) {
  /** @type {Page} */
  const page = {
    base, storage, key: 'wxsession|' + base,
    prefixes: [base].concat(origins.map((each) => normal('origins', each, true))),
    // The page's own at the time of the call: monitoring tools replace it.
    fetch: given || ((input, init) => fetch(input, init)),
    token: '', mark: '', marks: [], lost: { why: 'no_ticket' }
  };
  recall(page);
  // The Mini Program may change nothing but the fragment, and a page may come back from the back-forward cache.
  // popstate is the earlier of the two, and routers listen to it.
  for (const name of ['popstate', 'hashchange']) addEventListener(name, () => take(page, liftTicket()));
  addEventListener('pageshow', (event) => event.persisted && recall(page));
  const session = {
    request: (/** @type {string | URL} */ url, /** @type {RequestInit} */ init) => request(page, url, init),
    check: () => check(page),
    logout: () => logout(page),
    webSocketProtocols: () => ready(page).then((token) => /** @type {[string, string]} */ (['wxs', token]))
  };
  made.set(base, { page, session });
  return { page, session };
}

/** @returns {string | undefined} what stood in the fragment, good or not; wxsession-ticket.js may have taken it before */
function liftTicket() {
  const here = /** @type {Window & {wxsessionTicket?: unknown}} */ (window);
  const { wxsessionTicket } = here;
  delete here.wxsessionTicket;
  const { hash, href } = location;
  const found = hash.match(/[#&]wxt=[^&#]*/g);
  if (!found) return typeof wxsessionTicket === 'string' ? wxsessionTicket : undefined;
  const rest = hash.replace(/&wxt=[^&#]*/g, '').replace(/#wxt=[^&#]*&?/g, '#').replace(/^##/, '#').replace(/#$/, '');
  const bare = href.replace(/#[^]*/, '');
  try {
    history.replaceState(history.state, '', bare + rest);
  } catch (tooOften) {
    // Safari counts. With the # it is no new load.
    location.replace(bare + '#' + rest.slice(1));
  }
  return found[found.length - 1].slice('#wxt='.length);
}

/**
 * A new ticket is the newest will of the Mini Program: the token that is here may be another user's, so it goes first, whatever
 * then becomes of the ticket.
 * @param {Page} page
 * @param {string | undefined} ticket
 */
function take(page, ticket) {
  if (ticket === undefined) return;
  const mark = ticket.slice(-MARK_LENGTH);
  // The same URL once more (a reload by WeChat, Back): redeeming it twice would end the session that it gave.
  if (mark && page.marks.indexOf(mark) >= 0) {
    if (!page.token) page.lost = { why: 'ticket_used' };
    return;
  }
  keep(page, '', mark, { why: 'ticket_used' });
  const flight = redeem(page, ticket).then((token) => {
    if (page.flight === flight) return keep(page, token, mark);
    // A newer ticket came meanwhile: nobody will use this session.
    return ask(page, 'DELETE', '/session', token).then(ignore, ignore);
  }, (error) => {
    if (page.flight === flight) page.lost = Object.assign({}, error, { why: error.code });
  }).then(() => {
    if (page.flight === flight) page.flight = undefined;
  });
  page.flight = flight;
}

/**
 * Never tried again: an answer may be lost after the ticket was used.
 * @param {Page} page
 * @param {string} ticket
 * @returns {Promise<string>} the token
 */
async function redeem(page, ticket) {
  if (!TICKET.test(ticket)) throw pageError('ticket_invalid', 'what is in the fragment is no ticket');
  const reply = await ask(page, 'POST', '/tickets/redeem', '', { ticket, audience: location.origin });
  if (reply.status !== 200 || !isToken(reply.body.token)) throw errorOf(reply);
  return reply.body.token;
}

/**
 * The token, when there is one; waits for a redemption under way, which all calls share.
 * @param {Page} page
 */
async function ready(page) {
  while (page.flight) await page.flight;
  if (!page.token) throw reopenNeeded(page);
  return page.token;
}

/**
 * fetch, with the token where it belongs. Resolves with any answer, as fetch does; rejects when there is no session any more.
 * @param {Page} page
 * @param {string | URL} url
 * @param {RequestInit} [init]
 */
async function request(page, url, init) {
  const { href, ours } = addressOf(page, url);
  if (!ours) return page.fetch(href, init);
  const token = await ready(page);
  const headers = new Headers(init && init.headers);
  headers.set('Authorization', 'Bearer ' + token);
  // Older browsers carry the header along to another host.
  const response = await page.fetch(href, Object.assign({ redirect: 'error' }, init, { headers }));
  const { status } = response;
  if ((status === 401 || status === 403) && (await isRefused(page, token, response))) over(page, token);
  return response;
}

/**
 * Only the service's own words end a session. Anybody can answer 401 or 403, and with our code, too: GET /session settles it. When
 * nobody can tell, the answer is the app's.
 * @param {Page} page
 * @param {string} token
 * @param {Response} response
 */
async function isRefused(page, token, response) {
  const body = response.status === 403 ? objectIn(await response.clone().text().catch(() => '')) : {};
  if (Object.keys(body).some((name) => name.toLowerCase() !== 'message')) return false;
  if (!page.asking || page.asking.token !== token) {
    const asking = { token, answer: ask(page, 'GET', '/session', token).then(isOver, () => false) };
    page.asking = asking;
    asking.answer.then(() => {
      if (page.asking === asking) page.asking = undefined;
    });
  }
  return page.asking.answer;
}

/** @param {Page} page */
async function check(page) {
  const token = await ready(page);
  const reply = await ask(page, 'GET', '/session', token);
  if (isOver(reply)) over(page, token, reply.body.ended);
  if (reply.status !== 200 || !reply.body.session || !reply.body.user) throw errorOf(reply);
  return /** @type {import('./wxsession-page').PageSessionInfo} */ (reply.body);
}

/** @param {Page} page */
async function logout(page) {
  const { mark, flight } = page;
  await flight;
  const { token } = page;
  // Nothing to end, or a newer ticket came meanwhile: that session was not meant.
  if (!token || page.mark !== mark) return;
  const reply = await ask(page, 'DELETE', '/session', token);
  // Whoever was not told keeps the token: it is needed to say it again.
  if (reply.status !== 204 && !isOver(reply)) throw errorOf(reply);
  if (page.token === token) keep(page, '', page.mark, { why: 'logged_out' });
}

/**
 * One of the page's own requests.
 * @param {Page} page
 * @param {string} method
 * @param {string} path
 * @param {string} token
 * @param {object} [data]
 * @returns {Promise<Reply>} rejects when there is no answer
 */
function ask(page, method, path, token, data) {
  const controller = typeof AbortController === 'undefined' ? undefined : new AbortController();
  /** @type {{[name: string]: string}} */
  const headers = token ? { Authorization: 'Bearer ' + token } : {};
  if (data) headers['Content-Type'] = 'application/json';
  /** @type {RequestInit} */
  const init = { method, headers, cache: 'no-store', credentials: 'omit', redirect: 'error' };
  if (data) init.body = JSON.stringify(data);
  if (controller) init.signal = controller.signal;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(pageError('timeout', method + ' ' + path + ': no answer'));
      if (controller) controller.abort();
    }, TIMEOUT_MS);
    const answer = async () => {
      const response = await page.fetch(page.base + path, init);
      const retryAfter = Number(response.headers.get('retry-after')) || undefined;
      return { status: response.status, body: objectIn(await response.text()), retryAfter };
    };
    answer().then(resolve, () => reject(pageError('network', method + ' ' + path + ': no answer'))).then(() => clearTimeout(timer));
  });
}

const ignore = () => {};

/** @param {Reply} reply */
const isOver = ({ status, body }) => status === 401 && SESSION_IS_OVER.indexOf(body.code) >= 0;

/**
 * @param {string} text
 * @returns {{[name: string]: any}} empty when there is no object to see
 */
function objectIn(text) {
  try {
    return Object(JSON.parse(text));
  } catch (notJson) {
    return {};
  }
}

/** @param {Reply} reply */
function errorOf({ status, body, retryAfter }) {
  const code = status < 400 ? 'bad_answer' : typeof body.code === 'string' ? body.code : 'http_' + status;
  return pageError(code, 'the service answered ' + status + ' ' + code, { status, retryAfter });
}

/**
 * @param {string} code
 * @param {string} message
 * @param {Partial<PageSessionError>} [more]
 * @returns {PageSessionError}
 */
function pageError(code, message, more) {
  const name = /** @type {'PageSessionError'} */ ('PageSessionError');
  return Object.assign(new Error(message), { name, code }, more);
}

/** @param {Page} page */
function reopenNeeded({ lost }) {
  return pageError('reopen_needed', 'no session (' + lost.why + '): open the page again from the Mini Program', Object.assign({}, lost, { name: 'PageSessionError', code: 'reopen_needed' }));
}

/**
 * The service ended this session. A late word on an older one leaves the one that is there alone.
 * @param {Page} page
 * @param {string} token
 * @param {string} [ended] why, as the service said it
 */
function over(page, token, ended) {
  if (page.token === token) keep(page, '', page.mark, { why: 'session_invalid', ended });
  if (!page.token && !page.flight) throw reopenNeeded(page);
}

/**
 * @param {Page} page
 * @param {string} token
 * @param {string} mark
 * @param {Partial<PageSessionError>} [lost]
 */
function keep(page, token, mark, lost = {}) {
  const marks = [mark].concat(page.marks.filter((each) => each !== mark)).slice(0, MOST_MARKS);
  Object.assign(page, { token, mark, marks, lost, kept: false });
  const { storage, key } = page;
  try {
    /** @type {Storage} */ (storage).setItem(key, JSON.stringify({ token, mark, marks }));
    page.kept = true;
  } catch (full) {
    // Memory then holds it until the page is left. What lies there must not come back as another user's.
    try {
      /** @type {Storage} */ (storage).removeItem(key);
    } catch (none) {
      // No storage at all.
    }
  }
}

/**
 * What the storage says: at the start, and when another page may have changed it.
 * @param {Page} page
 */
function recall(page) {
  try {
    const { token, mark, marks = [mark] } = JSON.parse(/** @type {string} */ (/** @type {Storage} */ (page.storage).getItem(page.key)));
    if (page.flight && mark === page.mark) return;
    Object.assign(page, { token: isToken(token) ? token : '', mark: String(mark), marks: [].concat(marks), kept: true, flight: undefined, lost: { why: 'no_ticket' } });
  } catch (nothing) {
    // No storage, or nothing in it that we wrote: what the page knows stays, unless it lay there. Then a later page took it
    // away, which could not keep its own: another user's, perhaps.
    if (page.kept) Object.assign(page, { token: '', flight: undefined, lost: { why: 'no_ticket' } });
  }
}

/** @param {unknown} token */
const isToken = (token) => typeof token === 'string' && TOKEN.test(token);

/** The browser may refuse so much as its mention. */
function ownStorage() {
  try {
    return sessionStorage;
  } catch (refused) {
    return null;
  }
}

/**
 * @param {string} what
 * @param {unknown} given
 * @param {boolean} [isOrigin]
 * @returns {string} as the browser spells it, without a slash at its end
 */
function normal(what, given, isOrigin) {
  const text = typeof given === 'string' && /^https?:\/\/[^?#@\\]+$/i.test(given) ? new URL(given) : undefined;
  if (!text || (isOrigin && text.pathname !== '/')) throw new TypeError('createPageSession: ' + what + ' must be like https://api.example.com, not ' + given);
  return text.href.replace(/\/+$/, '');
}

/**
 * A relative url stays under baseUrl, whatever it looks like.
 * @param {Page} page
 * @param {string | URL} url
 */
function addressOf(page, url) {
  if (typeof url !== 'string' && !(url instanceof URL)) throw new TypeError('request: url must be a text like /orders, or a URL');
  const text = String(url);
  const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(text);
  const { href } = new URL(isAbsolute ? text : page.base + (text[0] === '/' ? '' : '/') + text);
  const bare = href.replace(/#[^]*/, '');
  const isUnder = (/** @type {string} */ prefix) => bare === prefix || bare.startsWith(prefix + '/') || bare.startsWith(prefix + '?');
  // What climbs out of baseUrl is a mistake, or an attack on whoever put a text into the path.
  if (!isAbsolute && !isUnder(page.base)) throw new TypeError('request: a relative url must stay under baseUrl');
  const ours = page.prefixes.some(isUnder);
  return { href, ours };
}
