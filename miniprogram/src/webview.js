// A web-view's page: its URL with a ticket that it can redeem once.

import { originOf } from './address.js';
import { errorOf, nonsense } from './errors.js';
import { authorized } from './requests.js';
import { ask } from './wire.js';

/** What a page may be: https, or a server on this machine. */
const PAGE = /^(https:|http:\/\/(localhost|127\.0\.0\.1)(?![^:/?#]))/i;

const REDIRECT = 'wechat_redirect';

/**
 * The ticket goes into the fragment, which no server logs and no Referer holds.
 * @param {import('./core').Core} core
 * @param {string} url
 * @param {string} [audience] its origin
 */
export async function webviewUrl(core, url, audience = url) {
  const origin = PAGE.test(url) && originOf(url);
  if (!origin || originOf(audience) !== origin) throw nonsense('webviewUrl: url must be https, and audience its origin');
  const reply = await authorized(core, { over: false }, (token) => ask(core, 'POST', '/tickets', token, { audience: origin }));
  const { ticket } = /** @type {{ticket?: string}} */ (reply.body);
  if (reply.status !== 200 || !/^wxt_[\w-]+$/.test(String(ticket))) throw errorOf(core, reply);
  const [page, ...rest] = url.split('#');
  // WeChat is said to look for this at the very end.
  const tail = rest[rest.length - 1] === REDIRECT ? '#' + rest.pop() : '';
  const kept = rest.join('#').split('&').filter((each) => each && !/^wxt=/.test(each));
  return page + '#' + kept.concat('wxt=' + ticket).join('&') + tail;
}
