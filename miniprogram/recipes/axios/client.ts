// An app that keeps axios: its Mini Program adapter sends, the session adds the token, renews it and replays once.
import axios, { type AxiosAdapter, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { createSession } from 'wxsession-miniprogram';

const session = createSession({ baseUrl: 'https://api.example.com' });

export const client = (adapter: AxiosAdapter) => axios.create({
  baseURL: 'https://api.example.com',
  adapter: (config) => session.authorize(config, (sealed) => adapter(sealed))
});

/** The adapter that the app has, for example of the package axios-miniprogram; here one in ten lines. */
export const adapter: AxiosAdapter = (config) => new Promise((resolve, reject) => wx.request({
  url: axios.getUri(config as AxiosRequestConfig),
  method: (config.method ?? 'get').toUpperCase() as 'GET',
  header: { ...config.headers },
  data: config.data,
  success: ({ statusCode, data, header }) => {
    const response = { status: statusCode, statusText: '', data, headers: header, config } as AxiosResponse;
    const ok = !config.validateStatus || config.validateStatus(statusCode);
    if (ok) resolve(response);
    else reject(new axios.AxiosError(`status ${statusCode}`, 'ERR_BAD_RESPONSE', config, null, response));
  },
  fail: ({ errMsg }) => reject(new axios.AxiosError(errMsg, 'ERR_NETWORK', config))
}));
