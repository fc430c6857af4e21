// An app that keeps luch-request: the session adds the token, renews it and replays once.
import Request, { type HttpRequestConfig, type HttpResponse } from 'luch-request';
import { createSession } from 'wxsession-miniprogram';

const session = createSession({ baseUrl: 'https://api.example.com', wx: uni });
const http = new Request({ baseURL: 'https://api.example.com' });

export const request = <T>(config: HttpRequestConfig): Promise<HttpResponse<T>> => (
  session.authorize(config, (sealed) => http.request<T>(sealed as HttpRequestConfig))
);
