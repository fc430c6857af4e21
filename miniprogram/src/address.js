// Which URL a call goes to, and whether the token may go with it. Mini Programs have no URL class.

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;
// No user info, no backslash, no white space in the authority: parsers disagree about those.
const ORIGIN = /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d+))?(?=[/?#]|$)/i;

/**
 * Scheme, host and port in one spelling; undefined for anything that is not plainly an http(s) URL.
 * @param {string} url
 */
function originOf(url) {
  const parts = ORIGIN.exec(url);
  if (!parts) return undefined;
  const scheme = parts[1].toLowerCase();
  const port = Number(parts[3] || (scheme === 'https' ? 443 : 80));
  return scheme + '://' + parts[2].toLowerCase() + ':' + port;
}

/** @param {string} baseUrl */
export function normalBase(baseUrl) {
  if (!originOf(baseUrl) || /[?#]/.test(baseUrl)) throw new TypeError('createSession: baseUrl must be an http(s) URL');
  return baseUrl.replace(/\/+$/, '');
}

/**
 * A relative url always stays under baseUrl, because a slash is put between: `@evil.com` cannot become a host.
 * @param {string} base as `normalBase` returns it
 * @param {string} url as the app wrote it
 * @returns {{url: string, ours: boolean}} ours: the token may be sent there
 */
export function addressOf(base, url) {
  if (!ABSOLUTE.test(url)) return { url: base + (url[0] === '/' ? '' : '/') + url, ours: true };
  return { url, ours: originOf(url) === originOf(base) };
}
