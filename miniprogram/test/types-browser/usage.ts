// Compiled, never run: what a page in TypeScript may write, and what the types must refuse.

import { createPageSession, type PageSession, type PageSessionError } from '../../browser/wxsession-page';

const session: PageSession = createPageSession({ baseUrl: 'https://api.example.com', origins: ['https://files.example.com'] as const });
// The browser's own fit.
createPageSession({ baseUrl: 'https://api.example.com', storage: sessionStorage, fetch });
createPageSession({ baseUrl: 'https://api.example.com', storage: null, fetch: undefined });

export async function uses(): Promise<void> {
  const response: Response = await session.request('/orders', { method: 'POST', body: new FormData(), signal: new AbortController().signal });
  await session.request(new URL('https://files.example.com/a'));
  const id: string = (await session.check()).user.id;
  const socket = new WebSocket('wss://ws.example.com', await session.webSocketProtocols());
  await session.logout().catch((error: PageSessionError) => error.code === 'reopen_needed' && [error.why, error.ended, error.status, error.retryAfter]);
  void [response, id, socket];
  // @ts-expect-error baseUrl is required
  createPageSession({});
  // @ts-expect-error not baseURL
  createPageSession({ baseURL: 'https://api.example.com' });
  // @ts-expect-error cookies are no storage
  createPageSession({ baseUrl: 'https://api.example.com', storage: document.cookie });
  // @ts-expect-error the token is nobody's business
  session.token;
  // @ts-expect-error a promise: a redemption may be under way
  new WebSocket('wss://ws.example.com', session.webSocketProtocols());
}
