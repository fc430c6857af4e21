// Compiled, never run: what an app in TypeScript may write, and what the types must refuse.

import { createSession, isSessionError, type Abortable, type DownloadOptions, type ErrorCode, type RequestOptions, type RequestResult, type Session, type SessionError, type SignedPayment, type SocketOptions, type UploadOptions } from '../../index';

const session: Session = createSession({
  baseUrl: 'https://api.example.com', appId: 'wx0123456789abcdef', sessionKey: true, origins: ['https://files.example.com'],
  debug: ({ event, path, status, ms }) => console.info(event, path, status, ms)
});
// WeChat's own types fit.
createSession({ baseUrl: 'https://api.example.com', wx });

/** Every option of wx is known, so that a literal with it is not refused. */
type Unknown<Theirs, Ours> = Exclude<keyof Theirs, keyof Ours>;
type None = Unknown<WechatMiniprogram.RequestOption, RequestOptions> | Unknown<WechatMiniprogram.UploadFileOption, UploadOptions>
  | Unknown<WechatMiniprogram.DownloadFileOption, DownloadOptions> | Unknown<WechatMiniprogram.ConnectSocketOption, SocketOptions>;
export const allKnown: [None] extends [never] ? true : false = true;

interface Order {
  id: string;
}

export async function uses(): Promise<void> {
  // Any JSON: an object, a list, a text, a number.
  const { data, statusCode } = await session.request<{ orders: Order[] }>({ url: '/orders', method: 'GET', timeout: 5000 });
  const first: string = data.orders[0].id;
  const list: Order[] = (await session.request<Order[]>('/orders')).data;
  const count: number = (await session.request<number>('/count', { method: 'POST', data: { a: 1 } })).data;
  const nothing: null = (await session.request<null>('/nothing')).data;
  const untyped: unknown = (await session.request('/orders')).data;
  const promise = session.request({ url: '/orders' });
  promise.abort();
  const task = await session.uploadFile({
    url: '/photos', filePath: 'wxfile://a', name: 'photo', onTask: (each) => each.onProgressUpdate(({ progress }) => progress + 1)
  });
  await session.request({ url: '/stream', enableChunked: true, onTask: (each) => each.onChunkReceived(({ data: bytes }) => bytes.byteLength) });
  const file: string = (await session.downloadFile({ url: '/invoice.pdf' })).tempFilePath;
  const socket = await session.connectSocket({ url: 'wss://api.example.com/ws', onTask: (each) => each.onOpen(() => {}) });
  socket.send({ data: 'hello' });
  const sealed = await session.authorize({ url: '/orders', custom: 7 });
  const seven: number = sealed.custom;
  const theirs: Order = await session.authorize({ url: '/orders' }, async ({ url }) => ({ id: url }));
  const info = await session.check({ force: true, login: true });
  const stop: () => void = session.on('signed-out', ({ reason, code }) => reason === 'account-deleted' || code === 'user_blocked');
  session.on('signed-in', ({ user }) => user.id);
  session.on('session-ended', ({ ended }) => ended === 'deleted' && session.logout());
  session.request({ url: '/orders', success: (result) => result.statusCode, fail: (error) => error.errMsg });
  const controller: { aborted: boolean; addEventListener(): void; removeEventListener(): void } = { aborted: false, addEventListener() {}, removeEventListener() {} };
  session.request({ url: '/orders', signal: controller });
  await session.deleteAccount();
  const url: string = await session.webviewUrl('https://h5.example.com/', 'https://h5.example.com') + await session.webviewUrl('https://h5.example.com/');
  await session.pay({ sign: async () => (await session.request<SignedPayment>('/orders/1/payment')).data });
  await session.pay({ sign: () => ({ mode: 'short_series_coin', sign_data: '', pay_sig: '', signature: '' }) }).catch((error: SessionError) => error.code === 'pay_cancelled');
  await session.pay({ sign: async ({ again }) => ({ mode: 'short_series_goods', signData: String(again), paySig: '', signature: '' }) });
  await session.logout().catch((error: SessionError) => error.retryAfter);
  try {
    await session.login();
  } catch (error) {
    if (isSessionError(error)) {
      const code: ErrorCode = error.code;
      if (code === 'rate_limited' || code === 1001 || code === 'http_502' || code === 'OUT_OF_STOCK') void [error.status, error.url, error.method, error.body, error.errno, error.ended];
    }
  }
  void [first, list, count, nothing, untyped, statusCode, task.data, file, seven, theirs, info?.session.id, stop, url];

  // WeChat's own option types fit, too.
  const option: WechatMiniprogram.RequestOption = { url: '/orders', method: 'PUT' };
  session.request({ url: option.url, method: option.method, data: option.data });
  const request: Abortable<RequestResult> = session.request(option);
  session.uploadFile({ url: '/', filePath: '', name: '' } as WechatMiniprogram.UploadFileOption);
  session.downloadFile({ url: '/' } as WechatMiniprogram.DownloadFileOption);
  session.connectSocket({ url: '/' } as WechatMiniprogram.ConnectSocketOption);
  const own = await session.authorize(option, (sealed) => new Promise<WechatMiniprogram.RequestSuccessCallbackResult>((success, fail) => wx.request({ ...sealed, success, fail })));
  // And its tasks.
  const theirs2: WechatMiniprogram.SocketTask = await session.connectSocket('/ws');
  const state: number = (await session.connectSocket('/ws')).readyState;
  session.request({ url: '/', onTask: (each: WechatMiniprogram.RequestTask) => each.abort() });
  session.uploadFile({ url: '/', filePath: '', name: '', onTask: (each: WechatMiniprogram.UploadTask) => each.abort() });
  session.downloadFile({ url: '/', onTask: (each: WechatMiniprogram.DownloadTask) => each.abort() });
  session.connectSocket({ url: '/ws', onTask: (each: WechatMiniprogram.SocketTask) => each.close({}) });
  session.request({
    url: '/', onTask: (each) => {
      const request: WechatMiniprogram.RequestTask = each;
      void request;
    }
  });
  session.uploadFile({
    url: '/', filePath: '', name: '', onTask: (each) => {
      const upload: WechatMiniprogram.UploadTask = each;
      void upload;
    }
  });
  session.downloadFile({
    url: '/', onTask: (each) => {
      const download: WechatMiniprogram.DownloadTask = each;
      void download;
    }
  });
  void [request, own.cookies, theirs2, state];
  // In a list of constants, and with settings that may be missing (exactOptionalPropertyTypes).
  const origins = ['https://files.example.com'] as const;
  const maybe: { timeout: number | undefined; debug: undefined; signal: undefined; success: undefined } = { timeout: undefined, debug: undefined, signal: undefined, success: undefined };
  createSession({ baseUrl: 'https://api.example.com', origins, timeout: maybe.timeout, debug: maybe.debug });
  session.request({ url: '/', timeout: maybe.timeout, signal: maybe.signal, success: maybe.success });
  session.connectSocket({ url: '/ws', protocols: ['a'] as const });
  session.request({ url: '/', fail: ({ code }) => code === 'role_missing' });

  // @ts-expect-error url is required
  session.request({ method: 'GET' });
  // @ts-expect-error wx knows no such method
  session.request({ url: '/', method: 'get' });
  // @ts-expect-error an option that is misspelt
  session.request({ url: '/', timeOut: 5 });
  // @ts-expect-error an upload needs a file
  session.uploadFile({ url: '/photos' });
  // @ts-expect-error nobody knows what is in it
  (await session.request('/orders')).data.orders;
  // @ts-expect-error baseUrl is required
  createSession({});
  // @ts-expect-error not baseURL
  createSession({ baseURL: 'https://api.example.com' });
  // @ts-expect-error no such event
  session.on('signedout', () => {});
  // @ts-expect-error the token is nobody's business
  session.current()?.token;
  // @ts-expect-error may be null after a logout
  (await session.check()).user;
  // @ts-expect-error then() gives an ordinary promise
  session.request('/orders').then(() => 1).abort();
  // @ts-expect-error signData is the text that was signed
  session.pay({ sign: () => ({ mode: 'short_series_goods', signData: {}, paySig: '', signature: '' }) });
  // @ts-expect-error of the answer, its body
  session.pay({ sign: () => session.request<SignedPayment>('/orders/1/payment') });
  // @ts-expect-error half in one spelling, half in the other
  session.pay({ sign: () => ({ mode: 'short_series_goods', sign_data: '', paySig: '', signature: '' }) });
}
