// Which URL a call goes to, and whether the token may go with it. Mini Programs have no URL class.

import { nonsense } from './errors.js';

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;
// No user info, no backslash, no white space in the authority: parsers disagree about those.
const ORIGIN = /^(https?|wss?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d+))?(?=[/?#]|$)/i;

/** @typedef {import('./core').Core} Core */

/**
 * Scheme, host and port in one spelling, a WebSocket's as that of its host's http(s); undefined for anything that is
 * not plainly such a URL.
 * @param {unknown} url
 * @returns {string | undefined}
 */
export function originOf(url) {
  const parts = ORIGIN.exec(String(url));
  if (!parts) return undefined;
  const scheme = parts[1].toLowerCase().replace('ws', 'http');
  return scheme + '://' + parts[2].toLowerCase() + ':' + Number(parts[3] || (scheme === 'http' ? 80 : 443));
}

/**
 * @param {string} baseUrl
 * @returns {string} without a slash at its end
 */
export function normalBase(baseUrl) {
  if (!originOf(baseUrl) || !/^http[^?#]+$/i.test(baseUrl)) {
    throw nonsense('createSession: baseUrl must be a URL like https://api.example.com');
  }
  return baseUrl.replace(/\/+$/, '');
}

/**
 * The origins that get the token: that of baseUrl, and those that the app lists.
 * @param {string} base
 * @param {string[]} listed
 */
export function ownOrigins(base, listed) {
  return [originOf(base)].concat(listed.map((each) => {
    if (!/^\w+:\/\/[^/?#]+\/?$/.test(each) || !originOf(each)) {
      throw nonsense('createSession: origins takes origins like https://files.example.com, not ' + each);
    }
    return originOf(each);
  }));
}

/**
 * A relative url always stays under baseUrl, because a slash is put between: `@evil.com` cannot become a host.
 * @param {Core} core
 * @param {string} url as the app wrote it
 * @param {'ws' | 'http'} [scheme]
 * @returns {{url: string, ours: boolean}} ours: the token may be sent there
 */
export function addressOf(core, url, scheme = 'http') {
  if (!ABSOLUTE.test(url)) url = core.base.replace(/^http/i, scheme) + (url[0] === '/' ? '' : '/') + url;
  return { url, ours: url.slice(0, scheme.length).toLowerCase() === scheme && core.origins.indexOf(originOf(url)) >= 0 };
}

/**
 * For messages: what a person needs of a URL, nothing of its query.
 * @param {Core} core
 * @param {string} url
 */
export function pathOf(core, url) {
  return url.replace(core.base + '/', '/').replace(/[?#][^]*/, '');
}
