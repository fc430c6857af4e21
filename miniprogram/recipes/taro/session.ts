// src/session.ts of a Taro project, for weapp. Taro has wx's calls.
import Taro from '@tarojs/taro';
import { createSession, isSessionError } from 'wxsession-miniprogram';

export const session = createSession({ baseUrl: 'https://api.example.com', wx: Taro });

export interface Order {
  id: string;
}

// In a component: useEffect(() => { const call = orders(); call.catch(show); return () => call.abort(); }, []);
export const orders = () => session.request<{ orders: Order[] }>({ url: '/orders' });

export const show = (error: unknown): void => {
  if (isSessionError(error) && error.code === 'aborted') return;
  void Taro.showToast({ title: isSessionError(error) && error.retryAfter ? `请 ${error.retryAfter} 秒后再试` : '加载失败', icon: 'none' });
};
