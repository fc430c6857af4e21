// Random histories of a web-view: users change, pages reload, answers get lost, storage breaks. And broken modules, which they catch.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeApi, H5, WebView, html, json, offline, settle } from './web.mjs';

const HISTORIES = 600;
const STEPS = 20;

/** mulberry32: a seed makes a history repeatable. */
function randomOf(seed) {
  return (limit) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const FAULTS = [
  () => offline(), () => ({ lost: true }), () => json(503, { code: 'store_unavailable' }), () => html(401), () => json(403, { message: 'Forbidden' }), () => html(502),
  () => json(429, { message: 'Too Many Requests' }), () => html(200)
];

async function history(seed, edits) {
  const random = randomOf(seed);
  const api = new FakeApi();
  const view = new WebView(api, { edits, early: seed % 2 > 0 });
  const wrong = [];
  // Half of the histories have no fault in them, a third no storage that breaks: there, more must hold.
  const faulty = random(2) > 0;
  const breaks = faulty && random(3) > 0;
  let user = '';
  let lastHref = '';
  // Whether a session must be there, and a count of what changes that.
  let signedIn = false;
  let round = 0;
  api.slow = () => 1 + random(5);
  /** A call belongs to the user whose ticket came last, and to nobody who was there before. DELETE ends what was overtaken. */
  const watch = (call) => {
    const [mine, at, must] = [user, round, signedIn && !faulty];
    const sent = api.log.length;
    view.calls.push(settle(call).then((outcome) => {
      for (const each of api.log.slice(sent)) if (each.user && each.method !== 'DELETE' && each.user !== mine && at === round) wrong.push(`sent as ${each.user}, who was ${mine}`);
      if (must && outcome.error && at === round) wrong.push('an error out of nothing: ' + (outcome.error.why || outcome.error.code || outcome.error.stack));
    }));
  };
  const reload = (href) => {
    // A reload before the answer of a redemption is here is the one honest loss; without storage each is one.
    if (!view.stored().length) {
      signedIn = false;
      round++;
    }
    view.load(href);
  };
  const open = (how) => () => {
    user = 'user' + random(3);
    signedIn = true;
    round++;
    lastHref = H5 + ['/', '/a?b=1', '/#/orders'][random(3)];
    lastHref += (lastHref.includes('#') ? '&' : '#') + 'wxt=' + api.ticket(user);
    view[how](lastHref);
  };
  const moves = [
    open('load'), open('moveTo'), () => reload(), () => reload(),
    // WeChat loads the src as it was given. Nobody can know a used ticket again when nothing can be kept.
    () => !breaks && lastHref && reload(lastHref),
    () => view.create(),
    ...Array(6).fill(() => watch(view.session.request('/orders'))),
    () => watch(view.session.check()), () => watch(view.session.webSocketProtocols()),
    () => {
      signedIn = false;
      round++;
      view.calls.push(settle(view.session.logout()));
    },
    () => {
      signedIn = false;
      round++;
      api.live.clear();
    },
    () => view.calls.push(settle(view.session.request('https://evil.com/'))),
    () => faulty && api.inject(() => random(2) > 0, FAULTS[random(FAULTS.length)], 1 + random(2)),
    () => breaks && (view.storage.broken = random(2) ? ['setItem'] : [])
  ];
  view.load(H5 + '/');
  for (let step = 0; step < STEPS; step++) {
    moves[random(moves.length)]();
    if (/wxt=/.test(view.href)) wrong.push('a ticket is left in the URL');
    for (let rest = random(4); rest > 0; rest--) await turn();
  }
  await Promise.all(view.calls);
  judge(api, wrong, breaks);
  return wrong;
}

function judge(api, wrong, breaks) {
  const redeemed = api.log.filter(({ path }) => path === '/tickets/redeem').map(({ data }) => data.ticket);
  if (!breaks && new Set(redeemed).size !== redeemed.length) wrong.push('a ticket was redeemed twice');
  for (const { url, authorization } of api.log) {
    if (/wx[st]_/.test(url)) wrong.push('a secret in a URL');
    if (/evil/.test(url) && authorization) wrong.push('a token for another');
  }
}

async function findings(edits, enough = Infinity) {
  const wrong = [];
  for (let seed = 1; seed <= HISTORIES && wrong.length < enough; seed++) {
    for (const what of await history(seed, edits)) wrong.push(`seed ${seed}: ${what}`);
  }
  return wrong;
}

test(`${HISTORIES} random histories: every ticket is redeemed once, every call is the right user's`, async () => {
  assert.deepEqual(await findings([]), []);
});

for (const [name, caughtAs, ...edits] of [
  ['the token that is there wins over a new ticket', /sent as|out of nothing/, ['if (ticket === undefined) return;', 'if (ticket === undefined || page.token) return;']],
  ['the former token stays until the redemption is answered', /sent as|redeemed twice/, ["keep(page, '', mark, { why: 'ticket_used' });", '']],
  ['a used ticket is not known again', /redeemed twice/, ['if (mark && page.marks.indexOf(mark) >= 0) {', 'if (false) {']],
  ['a redemption without an answer is tried again', /redeemed twice/, ["await ask(page, 'POST', '/tickets/redeem', '', { ticket, audience: location.origin });", "await ask(page, 'POST', '/tickets/redeem', '', { ticket, audience: location.origin }).catch(() => ask(page, 'POST', '/tickets/redeem', '', { ticket, audience: location.origin }));"]],
  ['each call redeems for itself', /redeemed twice|sent as|out of nothing/, ['while (page.flight) await page.flight;\n  if (!page.token) throw', "if (page.flight) { page.flight = undefined; await redeem(page, 'wxt_' + 'T'.repeat(35) + page.mark).then((token) => keep(page, token, page.mark), () => {}); }\n  if (!page.token) throw"]],
  ['nobody waits for the redemption', /out of nothing/, ['while (page.flight) await page.flight;\n  if (!page.token) throw', 'if (!page.token) throw']],
  ['a late redemption overwrites a newer one', /sent as/, ['if (page.flight === flight) return keep(page, token, mark);', 'return keep(page, token, mark);']],
  ['the ticket stays in the URL', /left in the URL/, ["history.replaceState(history.state, '', bare + rest);", '']],
  ['the fragment alone is not looked at', /left in the URL/, ["for (const name of ['popstate', 'hashchange']) addEventListener(name, () => take(page, liftTicket()));", '']],
  ['storage that is full keeps the former user', /sent as/, ['/** @type {Storage} */ (storage).removeItem(key);', '']],
  ['a reload starts from nothing', /out of nothing|redeemed twice/, ['  recall(page);\n  //', '  //']],
  ['the token goes anywhere', /a token for another/, ['if (!ours) return page.fetch(href, init);', '']]
]) {
  test(`random histories catch a module in which ${name}`, async () => {
    assert.match((await findings(edits, 1)).join(), caughtAs);
  });
}
