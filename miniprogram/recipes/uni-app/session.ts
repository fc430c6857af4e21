// src/session.ts of a uni-app project, for mp-weixin. `uni` has wx's calls.
import { createSession } from 'wxsession-miniprogram';

export const session = createSession({ baseUrl: 'https://api.example.com', wx: uni });

export interface Order {
  id: string;
}

export const orders = (): Promise<Order[]> => session.request<{ orders: Order[] }>('/orders').then(({ data }) => data.orders);

// App.vue: onShow(() => keep());
export const keep = (): Promise<unknown> => session.check().catch(() => null);
