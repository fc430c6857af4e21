// Types of wxsession-miniprogram. They build on WeChat's own (npm package miniprogram-api-typings).
/// <reference types="miniprogram-api-typings" />

export interface CreateSessionOptions {
  /** Where the login service is, for example `https://api.example.com/prod`. The token is sent to this origin only. */
  baseUrl: string;
  /** Sent with the login. Needed only when one service serves several Mini Programs. */
  appId?: string;
  /** The Mini Program needs WeChat's session_key (decrypt, verify): run wx.checkSession once per launch. */
  sessionKey?: boolean;
  /** Milliseconds for wx.login and for the library's own requests. Default 15000. */
  timeout?: number;
  /** The wx to use. For tests, plugins and browsers; default is the global `wx`. */
  wx?: WxForSession;
}

/** The part of wx that the library uses. */
export interface WxForSession {
  login(options: any): unknown;
  request(options: any): unknown;
  getStorageSync(key: string): any;
  setStorageSync(key: string, value: any): void;
  uploadFile?(options: any): unknown;
  downloadFile?(options: any): unknown;
  checkSession?(options: any): unknown;
  getAccountInfoSync?(): unknown;
}

/** What the app may know about its session: never the token. Times are the server's, in unix seconds. */
export interface SessionInfo {
  user: { id: string; is_new?: boolean };
  session: { id: string };
  expires_at: number;
  absolute_expires_at: number;
  check_after: number;
}

/** Every rejection of this library. */
export interface SessionError extends Error {
  /**
   * The service's code (`rate_limited`, `session_key_stale`, ...), `http_<status>` when the answer has none, or
   * `timeout`, `network`, `aborted`, `bad_answer`, `wx_login_failed`, `signed_out`.
   */
  code: string;
  /** As in wx, for `fail` callbacks. */
  errMsg: string;
  /** HTTP status, when there was an answer. */
  status?: number;
  /** Seconds to wait before trying again, when the service said so. */
  retryAfter?: number;
  /** The answer as wx gave it, when there was one. */
  response?: any;
}

/** wx options plus one of ours. */
export type Options<T> = T & {
  /** Called with the wx task (abort, progress); a second time when the request is replayed. */
  onTask?: (task: any) => void;
};

type Body = string | WechatMiniprogram.IAnyObject | ArrayBuffer;

export interface Session {
  /** Logs in now, or joins the login under way. Also ends a `logout()`. */
  login(): Promise<SessionInfo>;
  /** wx.request with the session. `url` may be relative to baseUrl. Rejects for status 400 and above. */
  request<T extends Body = Body>(
    options: Options<WechatMiniprogram.RequestOption<T>>
  ): Promise<WechatMiniprogram.RequestSuccessCallbackResult<T>>;
  uploadFile(
    options: Options<WechatMiniprogram.UploadFileOption>
  ): Promise<WechatMiniprogram.UploadFileSuccessCallbackResult>;
  downloadFile(
    options: Options<WechatMiniprogram.DownloadFileOption>
  ): Promise<WechatMiniprogram.DownloadFileSuccessCallbackResult>;
  /** For onLaunch and onShow. Asks nothing when nothing is due; null after a logout. `force` asks anyway. */
  check(options?: { force?: boolean }): Promise<SessionInfo | null>;
  /** Signed out here at once; rejects when the service could not be told (call it again). */
  logout(): Promise<void>;
  /** Ends every session of the user. Rejects, and leaves this one, when the service did not confirm. */
  logoutEverywhere(): Promise<void>;
  /** What is known without asking; null when signed out. */
  current(): SessionInfo | null;
  /** Returns the function that stops listening. */
  on(event: 'signed-in', listener: (info: SessionInfo) => void): () => void;
  on(event: 'signed-out', listener: (detail: { reason: SignedOutReason }) => void): () => void;
}

/** `refused`: the session was over and the service refused a new one (blocked user, rejected code). */
export type SignedOutReason = 'logout' | 'logout-everywhere' | 'refused';

export function createSession(options: CreateSessionOptions): Session;
