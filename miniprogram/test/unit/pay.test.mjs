// Virtual payments: what reaches WeChat, and what is tried again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../fake.mjs';
import { isSessionError, paths, signedIn } from './start.mjs';

const signed = { mode: 'short_series_goods', signData: '{"offerId":"1", "buyQuantity":1}', paySig: 'aa', signature: 'bb' };
/** As the function `wechat` answers. */
const answered = { mode: signed.mode, sign_data: signed.signData, pay_sig: signed.paySig, signature: signed.signature };

test('a payment goes to WeChat exactly as the backend signed it, in either spelling of the names', async () => {
  for (const given of [signed, answered, { ...signed, more: 'is not WeChat\'s' }, { ...answered, expires_in: 60 }]) {
    const { session, wx } = await signedIn();
    assert.deepEqual(await session.pay({ sign: async () => given }), { errMsg: 'requestVirtualPayment:ok' });
    assert.deepEqual(wx.payments, [signed]);
  }
});

test('not one byte of what was signed changes', async () => {
  const { session, wx } = await signedIn();
  const sign_data = ' {"attach":"\\u4f1a员 \\/",\n"env":0.0 , "buyQuantity":1}\t';
  await session.pay({ sign: () => ({ ...answered, sign_data }) });
  assert.equal(wx.payments[0].signData, sign_data);
});

for (const errCode of [-15005, -15007]) {
  test(`WeChat's ${errCode} is healed by one login and one more signature`, async () => {
    const { session, service, wx } = await signedIn();
    const asked = [];
    wx.paymentCodes = [errCode];
    await session.pay({ sign: ({ again }) => asked.push(again) && { ...answered, signature: 'n' + asked.length } });
    assert.deepEqual([asked, wx.payments.map(({ signature }) => signature), wx.logins], [[false, true], ['n1', 'n2'], 1]);
    assert.deepEqual(paths(service), ['POST /login']);
  });

  test(`${errCode} twice is handed on`, async () => {
    const { session, wx } = await signedIn();
    wx.paymentCodes = [errCode, errCode];
    const { error } = await settle(session.pay({ sign: () => signed }));
    assert.deepEqual([error.code, error.errno, wx.payments.length, wx.logins], ['pay_failed', errCode, 2, 1]);
  });

  test(`${errCode} is seen beside an errno of wx, in its place, and as text`, async () => {
    for (const numbers of [{ errno: 1, errCode }, { errno: errCode }, { errCode: String(errCode) }, { errno: String(errCode) }]) {
      const { session, wx } = await signedIn();
      wx.requestVirtualPayment = ({ fail, ...more }) => fail(wx.payments.push(more) && { ...numbers, errMsg: 'requestVirtualPayment:fail' });
      assert.equal((await settle(session.pay({ sign: () => signed }))).error.errno, errCode);
      assert.deepEqual([wx.payments.length, wx.logins], [2, 1]);
    }
  });
}

const stale = () => Object.assign(new Error('409'), { code: 'session_key_stale' });

test('a backend that finds the session_key stale is asked once more after one login, exactly as when WeChat finds it', async () => {
  const { session, service, wx } = await signedIn();
  const asked = [];
  await session.pay({ sign: ({ again }) => (asked.push(again), again ? signed : Promise.reject(stale())) });
  assert.deepEqual([asked, wx.payments, wx.logins, paths(service)], [[false, true], [signed], 1, ['POST /login']]);
});

test('session_key_stale twice, or after WeChat said it, is handed on: one login in all', async () => {
  for (const [first, payments] of [[() => Promise.reject(stale()), 0], [() => signed, 1]]) {
    const { session, wx } = await signedIn();
    wx.paymentCodes = [-15005];
    const second = stale();
    const { error } = await settle(session.pay({ sign: ({ again }) => (again ? Promise.reject(second) : first()) }));
    assert.deepEqual([error === second, wx.logins, wx.payments.length], [true, 1, payments]);
  }
  const { session, wx } = await signedIn();
  wx.paymentCodes = [-15005];
  const { error } = await settle(session.pay({ sign: ({ again }) => (again ? signed : Promise.reject(stale())) }));
  assert.deepEqual([error.code, error.errno, wx.logins, wx.payments.length], ['pay_failed', -15005, 1, 1]);
});

test('where the login fails, nothing is signed or paid a second time', async () => {
  const { session, wx } = await signedIn();
  wx.paymentCodes = [-15005];
  wx.loginFails = 1;
  const { error } = await settle(session.pay({ sign: () => signed }));
  assert.deepEqual([error.code, wx.payments.length], ['wx_login_failed', 1]);
});

test('a user who cancels is no failure to report; other codes of WeChat are handed on at once', async () => {
  for (const [errCode, code] of [[-2, 'pay_cancelled'], [-1, 'pay_failed'], [-15006, 'pay_failed'], [-15002, 'pay_failed'], [1001, 'pay_failed']]) {
    const { session, wx } = await signedIn();
    wx.paymentCodes = [errCode];
    const { error } = await settle(session.pay({ sign: () => signed }));
    assert.deepEqual([error.code, error.errno, wx.payments.length, wx.logins], [code, errCode, 1, 0]);
  }
});

test('what is no signed payment is an error and never paid', async () => {
  const { session, wx } = await signedIn();
  const without = (name) => ({ ...answered, [name]: undefined });
  for (const given of [
    undefined, null, '', 'ok', 7, {}, [], { error: 'no_stock' }, { error: { code: 'session_key_stale' } }, { data: answered, statusCode: 200 }, JSON.stringify(answered),
    ...Object.keys(answered).map(without), { ...answered, sign_data: JSON.parse(answered.sign_data) }, { ...answered, pay_sig: '' }, { ...answered, signature: 5 },
    { ...answered, signData: '' }, { ...answered, mode: null }
  ]) {
    const { error } = await settle(session.pay({ sign: async () => given }));
    assert.deepEqual([isSessionError(error), error && error.code], [true, 'bad_answer'], JSON.stringify(given));
    assert.doesNotMatch(error.message, /no_stock/);
  }
  for (const theirs of [new Error('no stock'), undefined, null, 'no stock', { code: 'no_stock' }, { errno: -15005 }]) {
    assert.deepEqual(await settle(session.pay({ sign: () => Promise.reject(theirs) })), { error: theirs });
    assert.deepEqual(await settle(session.pay({ sign() { throw theirs; } })), { error: theirs });
  }
  assert.deepEqual([wx.payments.length, wx.logins], [0, 0]);
});

test('only success is success: not a failure with a status, not a promise of wx, not what it throws', async () => {
  for (const [what, code, errno] of [
    [({ fail }) => fail({ statusCode: 200, errCode: -1, errMsg: 'requestVirtualPayment:fail' }), 'pay_failed', -1],
    [({ fail }) => fail(), 'pay_failed', undefined], [({ fail }) => fail({ errMsg: 'requestVirtualPayment:fail timeout' }), 'timeout', undefined],
    // Where there is a number of WeChat's, it refused: whatever words stand beside it.
    [({ fail }) => fail({ errCode: -15003, errMsg: 'requestVirtualPayment:fail system timeout' }), 'pay_failed', -15003],
    [({ fail }) => fail({ errCode: '-15003', errMsg: 'requestVirtualPayment:fail system timeout' }), 'pay_failed', -15003],
    [({ fail }) => fail({ errno: -15003, errMsg: 'requestVirtualPayment:fail system timeout' }), 'pay_failed', -15003],
    [({ fail }) => fail({ errCode: 5, errMsg: 'requestVirtualPayment:fail' }), 'pay_failed', 5], [({ fail }) => fail({ errCode: '-2', errMsg: 'timeout' }), 'pay_cancelled', -2],
    [({ fail }) => fail({ errno: 5, errMsg: 'requestVirtualPayment:fail' }), 'timeout', 5], [({ fail }) => fail({ errCode: '', errMsg: 'requestVirtualPayment:fail' }), 'pay_failed', undefined],
    [({ fail, success }) => { fail({ errCode: -4 }); success({ errMsg: 'requestVirtualPayment:ok' }); return Promise.resolve({}); }, 'pay_failed', -4],
    [() => { throw new Error('not in this environment'); }, 'pay_failed', undefined]
  ]) {
    const { session, wx } = await signedIn();
    wx.requestVirtualPayment = what;
    const { error } = await settle(session.pay({ sign: () => signed }));
    assert.deepEqual([isSessionError(error), error && error.code, error && error.errno], [true, code, errno]);
    assert.match(error.message, new RegExp(': ' + code + '\\b'));
  }
  const { session, wx } = await signedIn();
  wx.requestVirtualPayment = () => Promise.resolve({ errMsg: 'requestVirtualPayment:ok' });
  let settled = false;
  session.pay({ sign: () => signed }).then(() => (settled = true), () => (settled = true));
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  assert.equal(settled, false);
});

test('a base library without payments is told before anything is signed', async () => {
  const { session, wx } = await signedIn();
  wx.requestVirtualPayment = undefined;
  let asked = 0;
  const { error } = await settle(session.pay({ sign: () => asked++ && signed }));
  assert.deepEqual([isSessionError(error), error.code, asked], [true, 'pay_unsupported', 0]);
});
