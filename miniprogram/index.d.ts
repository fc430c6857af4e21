// Types of wxsession-miniprogram. They need no other types. An app's `wx`, its options and its tasks of miniprogram-api-typings fit,
// and `uni` and `Taro` as the wx.

export interface CreateSessionOptions {
  /** Where the login service is, for example `https://api.example.com/prod`. The token is sent to this origin. */
  baseUrl: string;
  /** Further origins that get the token, for example `['https://files.example.com']`. Never any other. */
  origins?: readonly string[] | undefined;
  /** The AppID sent with the login. Default: the one that wx.getAccountInfoSync names. */
  appId?: string | undefined;
  /** The Mini Program needs WeChat's session_key (decrypt, verify): run wx.checkSession once per launch. */
  sessionKey?: boolean | undefined;
  /** Milliseconds for wx.login and for the library's own requests. Default 15000. */
  timeout?: number | undefined;
  /** The wx to use: for uni-app, Taro, tests and browsers. Default is the global `wx`. */
  wx?: WxForSession | undefined;
  /** Called with each step. Events hold no token, code, ticket, query or body. */
  debug?: ((event: DebugEvent) => void) | undefined;
}

/** The part of wx that the library uses. */
export interface WxForSession {
  login(options: object): unknown;
  request(options: object): unknown;
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, value: unknown): void;
  removeStorageSync?(key: string): unknown;
  uploadFile?(options: object): unknown;
  downloadFile?(options: object): unknown;
  connectSocket?(options: object): unknown;
  checkSession?(options?: object): unknown;
  requestVirtualPayment?(options: object): unknown;
  getAccountInfoSync?(): unknown;
  getDeviceInfo?(): unknown;
  getAppBaseInfo?(): unknown;
}

export interface DebugEvent {
  event: 'request' | 'response' | 'no response' | 'no token' | 'wx.login' | 'replay' | 'signed-in' | 'signed-out' | 'session-ended';
  method?: string;
  /** Without the query. */
  path?: string;
  status?: number;
  code?: string | number;
  ms?: number;
  /** Of `no token`: which origin the option origins has not. The call goes out without the token. */
  hint?: string;
  reason?: SignedOutReason;
  ended?: EndedReason;
}

/** What the app may know about its session: never the token. Times are the server's, in unix seconds. */
export interface SessionInfo {
  user: { id: string; is_new?: boolean };
  session: { id: string };
  expires_at: number;
  absolute_expires_at: number;
  check_after: number;
}

/** Codes of the service. */
export type ServiceCode =
  | 'malformed_request' | 'login_code_invalid' | 'login_code_used' | 'phone_code_invalid' | 'audience_unknown' | 'credentials_missing'
  | 'session_invalid' | 'wrong_app' | 'login_blocked' | 'user_blocked' | 'role_missing' | 'not_for_child' | 'push_refused' | 'not_found' | 'not_enabled' | 'method_not_allowed'
  | 'session_key_stale' | 'ticket_invalid' | 'body_too_large' | 'unsupported_media_type' | 'rate_limited' | 'service_misconfigured'
  | 'internal' | 'upstream_invalid' | 'upstream_unavailable' | 'store_unavailable';

/** Codes of this library. */
export type ClientCode =
  | 'signed_out' | 'not_stored' | 'wx_login_failed' | 'bad_answer' | 'aborted' | 'timeout' | 'network' | 'interrupted'
  | 'domain_not_allowed' | 'tls' | 'pay_cancelled' | 'pay_failed' | 'pay_unsupported';

/** A later service may have more codes, and an app's own API has its own: text or number. */
export type ErrorCode = ServiceCode | ClientCode | `http_${number}` | (string & {}) | number;

/** Why a session ended, as `GET /session` tells the holder of its token. A later service may have more. */
export type EndedReason =
  | 'expired' | 'logged_out' | 'ended_by_user' | 'ended_by_operator' | 'signed_out_everywhere' | 'replaced' | 'evicted'
  | 'deleted' | 'blocked' | 'ticket_reused' | (string & {});

/** Every rejection of this library but a TypeError for options, urls, events and listeners that make no sense. */
export interface SessionError extends Error {
  name: 'SessionError';
  code: ErrorCode;
  /** As in wx, for `fail` callbacks. */
  errMsg: string;
  /** WeChat's own number, when there was no answer and wx gave one; of `pay`, its errCode. */
  errno?: number;
  url?: string;
  method?: string;
  /** HTTP status, when there was an answer. */
  status?: number;
  /** Seconds to wait before trying again, when the service said so. */
  retryAfter?: number;
  /** Why the session ended, when the service said so. */
  ended?: EndedReason;
  /** The JSON in the answer, or what came instead. */
  body?: unknown;
  /** The answer as wx gave it. */
  response?: unknown;
}

/** Whether a caught value is an error of this library. */
export function isSessionError(error: unknown): error is SessionError;

/** A promise with the call's abort(). It works while a login is awaited, too; then() returns one without it. */
export interface Abortable<T> extends Promise<T> {
  abort(): void;
}

/** AbortSignal, or a polyfill of it: Mini Programs have none of their own. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Takes a callback that is typed for what wx hands over as well as one for what this library does. */
type Callback<T> = { of(value: T): void }['of'];

export interface CallOptions<Result, Task, Failure = SessionError> {
  url: string;
  header?: object | undefined;
  /** Milliseconds. The promise settles a second later at the latest; without it, after a minute. */
  timeout?: number | undefined;
  success?: Callback<Result> | undefined;
  fail?: Callback<Failure> | undefined;
  complete?: Callback<Result | Failure> | undefined;
  /** Called with the wx task, and a second time when the request is replayed. */
  onTask?: Callback<Task> | undefined;
  /** Aborts the call, as the promise's abort() does. */
  signal?: AbortSignalLike | undefined;
}

export interface RequestOptions<T = unknown, Failure = SessionError> extends CallOptions<RequestResult<T>, RequestTask, Failure> {
  method?: 'OPTIONS' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'TRACE' | 'CONNECT' | undefined;
  data?: string | object | ArrayBuffer | undefined;
  dataType?: string | undefined;
  responseType?: string | undefined;
  redirect?: 'follow' | 'manual' | undefined;
  enableHttp2?: boolean | undefined;
  enableQuic?: boolean | undefined;
  enableCache?: boolean | undefined;
  enableHttpDNS?: boolean | undefined;
  enableHttpDNSFallback?: boolean | undefined;
  httpDNSServiceId?: string | undefined;
  httpDNSTimeout?: number | undefined;
  enableChunked?: boolean | undefined;
  enableProfile?: boolean | undefined;
  forceCellularNetwork?: boolean | undefined;
  useHighPerformanceMode?: boolean | undefined;
}

export interface UploadOptions extends CallOptions<UploadResult, ProgressTask<UploadProgress>> {
  filePath: string;
  name: string;
  formData?: object | undefined;
  enableHttp2?: boolean | undefined;
  enableQuic?: boolean | undefined;
  enableProfile?: boolean | undefined;
  useHighPerformanceMode?: boolean | undefined;
}

export interface DownloadOptions extends CallOptions<DownloadResult, ProgressTask<DownloadProgress>> {
  filePath?: string | undefined;
  enableHttp2?: boolean | undefined;
  enableQuic?: boolean | undefined;
  enableProfile?: boolean | undefined;
  useHighPerformanceMode?: boolean | undefined;
}

export interface SocketOptions extends CallOptions<unknown, SocketTask> {
  protocols?: readonly string[] | undefined;
  tcpNoDelay?: boolean | undefined;
  perMessageDeflate?: boolean | undefined;
  forceCellularNetwork?: boolean | undefined;
}

export interface RequestResult<T = unknown> {
  data: T;
  statusCode: number;
  header: Record<string, string>;
  cookies?: string[];
  errMsg: string;
}

export interface UploadResult {
  /** Always text, whatever the service answered. */
  data: string;
  statusCode: number;
  errMsg: string;
}

export interface DownloadResult {
  tempFilePath: string;
  filePath?: string;
  statusCode: number;
  errMsg: string;
}

/** Tasks are wx's own. */
export interface RequestTask {
  abort(): void;
  onHeadersReceived(listener: (result: HeadersReceived) => void): void;
  offHeadersReceived(listener?: (result: HeadersReceived) => void): void;
  onChunkReceived(listener: (result: { data: ArrayBuffer }) => void): void;
  offChunkReceived(listener?: (result: { data: ArrayBuffer }) => void): void;
}

export interface ProgressTask<Progress> {
  abort(): void;
  onProgressUpdate(listener: (result: Progress) => void): void;
  offProgressUpdate(listener?: (result: Progress) => void): void;
  onHeadersReceived(listener: (result: HeadersReceived) => void): void;
  offHeadersReceived(listener?: (result: HeadersReceived) => void): void;
}

export interface SocketTask {
  readonly readyState: number;
  send(options: { data: string | ArrayBuffer; success?: (result: any) => void; fail?: (error: any) => void; complete?: (result: any) => void }): void;
  close(options?: { code?: number; reason?: string; success?: (result: any) => void; fail?: (error: any) => void; complete?: (result: any) => void }): void;
  onOpen(listener: (result: { header: Record<string, string>; profile: any }) => void): void;
  onMessage(listener: (result: { data: string | ArrayBuffer }) => void): void;
  onError(listener: (result: { errMsg: string }) => void): void;
  onClose(listener: (result: { code: number; reason: string }) => void): void;
}

interface HeadersReceived {
  header: Record<string, string>;
  statusCode: number;
  cookies: string[];
}

export interface UploadProgress {
  progress: number;
  totalBytesSent: number;
  totalBytesExpectedToSend: number;
}

export interface DownloadProgress {
  progress: number;
  totalBytesWritten: number;
  totalBytesExpectedToWrite: number;
}

/** What the app's own backend had signed, as the function `wechat` answers it. More members are no harm. */
export interface SignedPayment {
  mode: PaymentMode;
  /** The text that was signed, byte for byte. */
  sign_data: string;
  pay_sig: string;
  signature: string;
}

/** The same in WeChat's spelling. */
export interface SignedPaymentOfWx {
  mode: PaymentMode;
  signData: string;
  paySig: string;
  signature: string;
}

/** A product, or coins. WeChat may have more. */
export type PaymentMode = 'short_series_goods' | 'short_series_coin' | (string & {});

export interface PayOptions {
  /**
   * Asks the app's backend. Called once more, with `again`, when WeChat finds the session_key stale or this rejects with an error
   * whose `code` is `session_key_stale`: then after a new login, and with a new `out_trade_no`, since the former is never paid.
   */
  sign(context: { again: boolean }): PromiseLike<SignedPayment | SignedPaymentOfWx> | SignedPayment | SignedPaymentOfWx;
}

export interface Session {
  /** Logs in now, or joins the login under way. Also ends a `logout()` or a `deleteAccount()`. */
  login(): Promise<SessionInfo>;
  /** wx.request with the session. `url` may be relative to baseUrl. Rejects for status 400 and above. */
  request<T = unknown>(options: RequestOptions<T>): Abortable<RequestResult<T>>;
  /** With options that are typed for wx.request; `fail` gets a SessionError all the same. */
  request<T = unknown>(options: RequestOptions<T, any>): Abortable<RequestResult<T>>;
  request<T = unknown>(url: string, options?: Omit<RequestOptions<T>, 'url'>): Abortable<RequestResult<T>>;
  uploadFile(options: UploadOptions): Abortable<UploadResult>;
  uploadFile(url: string, options: Omit<UploadOptions, 'url'>): Abortable<UploadResult>;
  downloadFile(options: DownloadOptions): Abortable<DownloadResult>;
  downloadFile(url: string, options?: Omit<DownloadOptions, 'url'>): Abortable<DownloadResult>;
  /** The options with a good token in their header, and an absolute `url`: put no base before it. */
  authorize<O extends AuthorizeOptions>(options: O): Abortable<O & { url: string }>;
  /**
   * For an app with a request layer of its own: `send` gets the options with the token and an absolute `url` and sends them,
   * with no base before it; it is called once more after the service ended the session. Its outcome is the outcome.
   */
  authorize<O extends AuthorizeOptions, R>(options: O, send: (options: O & { url: string }) => PromiseLike<R>): Abortable<R>;
  /** wx.connectSocket with the token in the handshake's header, after a look whether the session is good. */
  connectSocket(options: SocketOptions): Abortable<SocketTask>;
  connectSocket(url: string, options?: Omit<SocketOptions, 'url'>): Abortable<SocketTask>;
  /**
   * For onLaunch and onShow. Asks nothing when nothing is due; null when there is no session. Logs in only with
   * `login: true`, and never after a logout or a deletion. `force` asks anyway, whenever there is a session on the device. Rejects, and keeps
   * the session, when it asked and nobody can tell.
   */
  check(options?: { force?: boolean | undefined; login?: boolean | undefined }): Promise<SessionInfo | null>;
  /**
   * Signed out here at once; rejects when the service could not be told, or with `not_stored` when the storage keeps no note of it, so
   * that a relaunch may undo it (call it again).
   */
  logout(): Promise<void>;
  /** Ends every session of the user. Rejects, and leaves this one, when the service did not confirm; `not_stored` as `logout()`. */
  logoutEverywhere(): Promise<void>;
  /** Deletes the user's record and stays signed out until `login()`. Rejects when the service did not confirm, or with `not_stored`: call it again. */
  deleteAccount(): Promise<void>;
  /**
   * `url` with a one-time ticket for the page of a <web-view>, in the fragment: `#wxt=...`. The page has a minute to redeem it.
   * `audience` is the page's origin, and by default that of `url`. https, or http on localhost.
   */
  webviewUrl(url: string, audience?: string): Promise<string>;
  /**
   * wx.requestVirtualPayment with what `sign` gave; logs in and signs once more when WeChat or the backend finds the session_key
   * stale. Resolves when wx says success, and only then.
   */
  pay(options: PayOptions): Promise<unknown>;
  /** A copy of what is known without asking; null when signed out. */
  current(): SessionInfo | null;
  /** Returns the function that stops listening. */
  on(event: 'signed-in', listener: (info: SessionInfo) => void): () => void;
  on(event: 'signed-out', listener: (detail: { reason: SignedOutReason; code?: ErrorCode }) => void): () => void;
  /** The service ended the session. Told before the silent login; a logout() in the listener prevents it. */
  on(event: 'session-ended', listener: (detail: { ended: EndedReason | undefined }) => void): () => void;
}

export interface AuthorizeOptions {
  /** Optional only for the sake of axios' type: without one `authorize` rejects with a TypeError. */
  url?: string | undefined;
  baseURL?: string | undefined;
  header?: object | undefined;
  headers?: object | undefined;
  signal?: unknown | undefined;
}

/** `refused`: the session was over and the service refused a new one (blocked user, rejected code); `code` says which. */
export type SignedOutReason = 'logout' | 'logout-everywhere' | 'account-deleted' | 'refused';

export function createSession(options: CreateSessionOptions): Session;
