// What the files of this folder hand each other. The app never sees any of it.

import type { DebugEvent, EndedReason, SessionError, SessionInfo, SignedOutReason } from '../index';

export type Api = 'login' | 'checkSession' | 'request' | 'uploadFile' | 'downloadFile' | 'connectSocket' | 'requestVirtualPayment';

/** What wx returns beside its callbacks. */
export interface Task {
  abort?(): void;
  close?(options: object): void;
  catch?(ignore: () => void): unknown;
}

type Calls = { [A in Api]: (options: object) => Task | undefined };

export interface Device {
  platform?: unknown;
  model?: unknown;
  version?: unknown;
}

/** The part of wx that is used; the optional calls only when the app uses what needs them. */
export interface Wx extends Calls {
  getStorageSync(key: string): Partial<Kept> | undefined | '';
  setStorageSync(key: string, value: unknown): void;
  removeStorageSync(key: string): void;
  getAccountInfoSync?(): { miniProgram: { appId?: string; envVersion?: string } };
  getDeviceInfo?(): Device;
  getAppBaseInfo?(): Device;
}

/** An answer as wx hands it over, before anything is believed of it. */
export interface Response {
  statusCode?: unknown;
  data?: unknown;
  header?: { [name: string]: unknown };
}

/** The answer of another request layer: axios writes `status` and `headers`. */
export interface Foreign extends Response {
  status?: unknown;
  headers?: { [name: string]: unknown };
  response?: unknown;
}

/** An answer as it was read. `status` 0: nobody says it. */
export interface Reply {
  sent: Sent;
  response: Response;
  body: { [name: string]: unknown };
  status: number;
  code: string | number | undefined;
  /** A good answer of this kind holds a token or a ticket. */
  secret?: boolean;
}

export interface Times {
  expires_at: number;
  absolute_expires_at: number;
  check_after: number;
}

/** `GET /session` */
export interface SessionBody {
  session: Times & { id: string };
  user: { id: string };
}

/** The session on this device. */
export interface Stored {
  token: string;
  /** Seconds that this device's clock is ahead of the service's. */
  skew: number;
  /** When they were told, by this device's clock. */
  taken: number;
  /** What the app may know. */
  info: SessionInfo;
}

/** What lies in wx storage. */
export interface Kept {
  record?: Stored;
  /** Tokens that the service has still to be told are over. */
  ending: string[];
  /** Signed out until the app calls login(). */
  out: boolean;
  /** The account may be gone: a deletion was sent, and nobody knows whether it happened. Until login(), nothing logs in. */
  deleting: boolean;
  /** Sent with each login, so that it ends this app's former session. */
  install: string;
}

/** What the app hands in. */
export interface Given {
  url?: unknown;
  method?: string;
  timeout?: number;
  baseURL?: string;
  header?: { [name: string]: unknown };
  headers?: { [name: string]: unknown };
  success?: (result: unknown) => void;
  fail?: (error: unknown) => void;
  complete?: (result: unknown) => void;
  onTask?: (task: Task) => void;
  signal?: import('../index').AbortSignalLike;
}

/** What wx gets. */
export interface WxOptions {
  url: string;
  method?: string;
  timeout?: number;
  header?: { [name: string]: unknown };
  headers?: { [name: string]: unknown };
  data?: unknown;
  redirect?: string;
}

/** A call that the app may abort. `over`: nothing more is to be sent for it. */
export interface Job {
  over: boolean;
  abort?: () => void;
  task?: Task;
}

/** What wx hands to `fail`, or throws. */
export interface Failure {
  errMsg?: string;
  message?: string;
  errno?: number;
  errCode?: number;
}

/** What an error says about its request. */
export interface Sent {
  url: string;
  method: string;
}

export interface Core {
  readonly wx: Wx;
  readonly base: string;
  readonly origins: (string | undefined)[];
  readonly appId: string | undefined;
  /** Of the entry in wx storage. */
  readonly key: string;
  readonly timeout: number;
  readonly sessionKey: boolean;
  listeners: { event: string; listener: (detail: unknown) => void }[];
  kept: Kept;
  /** The storage could not be read yet. */
  unread: boolean;
  /** The service refused the record's token. */
  dead?: boolean;
  reason?: SignedOutReason;
  login?: Promise<SessionInfo> | null;
  closing?: Promise<void> | null;
  closingPath?: string;
  /** Whether an earlier deletion may have happened already when the one under way began. */
  owed?: boolean;
  asking?: { token: string; at: number; answer: Promise<'accepted' | 'refused'> } | null;
  sure?: { token: string; at: number };
  keyCheck?: Promise<boolean> | true;
  epoch: number;
  logouts: number;
  /** Whether a route has taken the token of this session. */
  served?: boolean;
  /** wx.login calls of this incident. */
  spent: number;
  /** The last of them. Unix seconds of this device's clock, as below. */
  spentAt: number;
  pausedUntil: number;
  lastError?: SessionError;
  emit(event: 'signed-in', detail: SessionInfo): void;
  emit(event: 'signed-out', detail: { reason: SignedOutReason; code?: string | number }): void;
  emit(event: 'session-ended', detail: { ended: EndedReason | undefined }): void;
  debug(event: DebugEvent): void;
}
