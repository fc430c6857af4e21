// Types of wxsession-page, for TypeScript with the DOM's own.

export interface PageSessionOptions {
  /** Where the login service is, for example `https://api.example.com/prod`. The token is sent to what is under it. */
  baseUrl: string;
  /** Further origins that get the token, for example `['https://files.example.com']`. Never any other. */
  origins?: readonly string[] | undefined;
  /** Where the token outlives a reload. Default sessionStorage; null for none. */
  storage?: PageStorage | null | undefined;
  /** Default is the page's own. */
  fetch?: typeof fetch | undefined;
}

/** The part of Storage that is used. It may throw: the token then lives as long as the page. */
export interface PageStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What `GET /session` answers. Times are the server's, in unix seconds. */
export interface PageSessionInfo {
  session: { id: string; created_at: number; expires_at: number; absolute_expires_at: number; check_after: number };
  user: { id: string };
}

/** A TypeError for arguments that make no sense, and what fetch rejects with, are no PageSessionError. */
export interface PageSessionError extends Error {
  name: 'PageSessionError';
  /**
   * `reopen_needed`: there is no session and this page cannot make one: ask the user to go back and open it again. `network` and
   * `timeout`: no answer, and nothing is known. `bad_answer`, a code of the service, or `http_<status>`.
   */
  code: 'reopen_needed' | 'network' | 'timeout' | 'bad_answer' | (string & {});
  /**
   * Of `reopen_needed`, what happened: `no_ticket`, `ticket_used` (the same URL once more), `ticket_invalid`, `session_invalid`,
   * `logged_out`, or the code of a redemption that failed and is not tried again.
   */
  why?: string | undefined;
  /** Why the service ended the session, when it said so. */
  ended?: string | undefined;
  /** HTTP status, when there was an answer. */
  status?: number | undefined;
  /** Seconds, when the service said so. */
  retryAfter?: number | undefined;
}

export interface PageSession {
  /**
   * fetch with the session: `url` may be relative to baseUrl, and must then stay under it. Resolves with whatever answer there is and rejects with what fetch
   * rejects with; `reopen_needed` when the service ended the session. Redirects are an error unless `init` says otherwise.
   */
  request(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Asks the service about the session. */
  check(): Promise<PageSessionInfo>;
  /** Ends the page's session, not the Mini Program's. Rejects when the service was not told: call it again. */
  logout(): Promise<void>;
  /** For a WebSocket: `new WebSocket(url, await session.webSocketProtocols())`. */
  webSocketProtocols(): Promise<[string, string]>;
}

/**
 * Redeems the ticket that wxsession-ticket.js took out of the URL, the first script in the page's head; without it, takes the ticket
 * out of the URL itself. A second call with the same baseUrl gives the same session.
 */
export function createPageSession(options: PageSessionOptions): PageSession;
