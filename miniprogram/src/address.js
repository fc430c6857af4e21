// Which URL a call goes to, and whether the token may go with it. Mini Programs have no URL class.

import { need } from './errors.js';

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;
// No user info, no backslash, no white space in the authority: parsers disagree about those.
const ORIGIN = /^(https?|wss?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d+))?(?=[/?#]|$)/;

/** @typedef {import('./core').Core} Core */

/**
 * Scheme, host and port as a browser spells an origin, a WebSocket's as that of its host's http(s); undefined for
 * anything that is not plainly such a URL.
 * @param {unknown} url
 * @returns {string | undefined}
 */
export function originOf(url) {
  const parts = ORIGIN.exec(String(url).toLowerCase());
  if (!parts) return undefined;
  const scheme = parts[1].replace('ws', 'http');
  const port = Number(parts[3] || 0);
  return scheme + '://' + parts[2] + (!port || port === (scheme === 'http' ? 80 : 443) ? '' : ':' + port);
}

/**
 * @param {string} baseUrl
 * @returns {string} without a slash at its end
 */
export function normalBase(baseUrl) {
  need(originOf(baseUrl) && /^http[^?#]+$/i.test(baseUrl), 'baseUrl must be a URL like https://api.example.com (baseUrl, not baseURL)');
  return baseUrl.replace(/\/+$/, '');
}

/**
 * The origins that get the token: that of baseUrl, and those that the app lists.
 * @param {string} base
 * @param {unknown} listed
 */
export function ownOrigins(base, listed) {
  // What is no list becomes its own only member.
  return [originOf(base)].concat([].concat(/** @type {never} */ (listed)).map((each) => {
    need(each !== listed && /^\w+:\/\/[^/?#]+\/?$/.test(each) && originOf(each), 'origins must be a list of origins like https://files.example.com, not ' + each);
    return originOf(each);
  }));
}

/**
 * A relative url always stays under baseUrl, because a slash is put between: `@evil.com` cannot become a host.
 * @param {Core} core
 * @param {string} url as the app wrote it
 * @param {'ws' | 'http'} [scheme]
 * @returns {{url: string, hint: string}} hint: why the token may not be sent there, empty when it may
 */
export function addressOf(core, url, scheme = 'http') {
  if (!ABSOLUTE.test(url)) url = core.base.replace(/^http/i, scheme) + (url[0] === '/' ? '' : '/') + url;
  const ours = url.slice(0, scheme.length).toLowerCase() === scheme && core.origins.indexOf(originOf(url)) >= 0;
  const hint = ours ? '' : 'origins has no ' + originOf(url);
  if (hint) core.debug({ event: 'no token', hint });
  return { url, hint };
}
