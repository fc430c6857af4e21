// Compiled, never run: what an app in TypeScript may write, and what the types must refuse.

import { createSession, Session, SessionError } from '../../index';

const session: Session = createSession({ baseUrl: 'https://api.example.com', appId: 'wx0123456789abcdef', sessionKey: true });
createSession({ baseUrl: 'https://api.example.com', wx });

interface Order {
  id: string;
}

export async function uses(): Promise<void> {
  const { data, statusCode } = await session.request<{ orders: Order[] }>({ url: '/orders', method: 'GET', timeout: 5000 });
  const first: string = data.orders[0].id;
  const task = await session.uploadFile({ url: '/photos', filePath: 'wxfile://a', name: 'photo', onTask: (each) => each.abort() });
  const file: string = (await session.downloadFile({ url: '/invoice.pdf' })).tempFilePath;
  const info = await session.check({ force: true });
  const stop: () => void = session.on('signed-out', ({ reason }) => reason === 'logout');
  session.on('signed-in', ({ user }) => user.id);
  session.request({ url: '/orders', success: (result) => result.statusCode, fail: (error) => error.errMsg });
  await session.logout().catch((error: SessionError) => error.retryAfter);
  void [first, statusCode, task.data, file, info?.session.id, stop];

  // @ts-expect-error url is required
  session.request({ method: 'GET' });
  // @ts-expect-error wx knows no such method
  session.request({ url: '/', method: 'get' });
  // @ts-expect-error baseUrl is required
  createSession({});
  // @ts-expect-error no such event
  session.on('signedout', () => {});
  // @ts-expect-error the token is nobody's business
  session.current()?.token;
  // @ts-expect-error may be null after a logout
  (await session.check()).user;
}
