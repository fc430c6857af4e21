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

  test(`${errCode} is seen beside an errno of wx, and in its place`, async () => {
    for (const numbers of [{ errno: 1, errCode }, { errno: errCode }]) {
      const { session, wx } = await signedIn();
      wx.requestVirtualPayment = ({ fail, ...more }) => fail(wx.payments.push(more) && { ...numbers, errMsg: 'requestVirtualPayment:fail' });
      assert.equal((await settle(session.pay({ sign: () => signed }))).error.errno, errCode);
      assert.deepEqual([wx.payments.length, wx.logins], [2, 1]);
    }
  });
}

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
  const theirs = new Error('no stock');
  assert.equal((await settle(session.pay({ sign: () => Promise.reject(theirs) }))).error, theirs);
  assert.equal((await settle(session.pay({ sign() { throw theirs; } }))).error, theirs);
  assert.equal(wx.payments.length, 0);
});

test('only success is success: not a failure with a status, not a promise of wx, not what it throws', async () => {
  for (const [what, code, errno] of [
    [({ fail }) => fail({ statusCode: 200, errCode: -1, errMsg: 'requestVirtualPayment:fail' }), 'pay_failed', -1],
    [({ fail }) => fail(), 'pay_failed', undefined], [({ fail }) => fail({ errMsg: 'requestVirtualPayment:fail timeout' }), 'timeout', undefined],
    [({ fail, success }) => { fail({ errCode: -4 }); success({ errMsg: 'requestVirtualPayment:ok' }); return Promise.resolve({}); }, 'pay_failed', -4],
    [() => { throw new Error('not in this environment'); }, 'pay_failed', undefined]
  ]) {
    const { session, wx } = await signedIn();
    wx.requestVirtualPayment = what;
    const { error } = await settle(session.pay({ sign: () => signed }));
    assert.deepEqual([isSessionError(error), error && error.code, error && error.errno], [true, code, errno]);
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
