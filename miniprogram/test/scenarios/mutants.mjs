// The negative control: builds of the library with one deliberate mistake each, the ones teams make by hand.

import { fileURLToPath } from 'node:url';
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const original = () => load([]);

async function load(edits) {
  let applied = 0;
  const plugins = [{
    name: 'mutation',
    setup(plugin) {
      plugin.onLoad({ filter: /\/src\/[a-z]+\.js$/ }, async ({ path }) => {
        let contents = await readFile(path, 'utf8');
        for (const [file, from, to] of edits) {
          if (!path.endsWith('/' + file)) continue;
          if (contents.split(from).length !== 2) throw new Error(`mutation must match once: ${from}`);
          contents = contents.replace(from, () => to);
          applied++;
        }
        return { contents };
      });
    }
  }];
  const result = await build({
    absWorkingDir: root, entryPoints: ['src/index.js'], bundle: true, write: false, format: 'esm', plugins
  });
  if (applied !== edits.length) throw new Error('a mutation names a file that is not there');
  const text = Buffer.from(result.outputFiles[0].contents).toString('base64');
  return import('data:text/javascript;base64,' + text);
}

const mutant = (name, caughtAs, ...edits) => ({ name, caughtAs, load: () => load(edits) });

const noPause = ['login.js', 'if (!byApp && pause > 0 && pause <= LONGEST_PAUSE_SECONDS)', 'if (false)'];

export const mutants = [
  mutant('a 5xx or 429 logs out', /although the session was alive/,
    ['answers.js', "status >= 500 || status === 429 ? 'unknown'", "status >= 500 || status === 429 ? 'refused'"]),
  mutant('every 401 counts', /although the session was alive/,
    ['answers.js', "isSessionOver(response) ? 'refused' : 'unclear'", "'refused'"]),
  mutant('a gateway 403 counts without asking', /although the session was alive/,
    ['answers.js', "onlyMessage ? 'unclear'", "onlyMessage ? 'refused'"]),
  mutant('asking takes any bad answer for a no', /although the session was alive/,
    ['requests.js', 'if (isSessionOver(response)) return', 'if (response.statusCode !== 200) return']),
  mutant('a failed login forgets the token', /no recovery|false logout/,
    ['login.js', 'if (final && core.dead) leave', 'if (status >= 500) leave'],
    ['login.js', "leave(core, 'refused', false)", "leave(core, 'refused', true)"]),
  mutant('each request logs in for itself', /logins that nobody needed/,
    ['login.js', 'if (core.login) return core.login;', '']),
  mutant('replays and logins never stop', /loop: \d+ wx.login/, noPause,
    ['requests.js', 'if (!replayed) continue;', 'if ((core.replays = (core.replays || 0) + 1) < 99) continue;']),
  mutant('an incident has no limit', /loop: \d+ wx.login/, noPause),
  mutant('a rejected code is tried for ever', /loop: \d+ wx.login/,
    ['login.js', 'const LOGINS_PER_INCIDENT = 2;', 'const LOGINS_PER_INCIDENT = 5;']),
  mutant('a late 401 kills the new token', /logins that nobody needed/,
    ['requests.js', 'return !!core.record && core.record.token === token && !core.dead;', 'return !!core.record && !core.dead;']),
  mutant('Retry-After is dropped', /no retryAfter/,
    ['answers.js', 'retryAfter: retryAfterOf(response), response', 'response'])
];

/** Mistakes in time: what a logout overtakes must stay overtaken. */
export const races = [
  mutant('a request that was about to log in does not notice the logout', /a logout was undone|loop/,
    ['login.js', 'if (core.out) return Promise.reject(signedOut());', '']),
  mutant('a login that waited does not notice the logout', /a logout was undone/,
    ['index.js', 'if (core.logouts !== logouts) throw signedOut();', '']),
  mutant('a login that a logout overtook is kept', /a logout was undone/,
    ['login.js', "if (core.epoch !== epoch) {\n    // A logout came", "if (false) {\n    // A logout came"]),
  mutant('a login that a logout overtook is forgotten, but lives on', /a session is left on the service/,
    ['login.js', 'await end(core, body.token).catch', 'await Promise.resolve().catch']),
  mutant('a renewal writes an old record back', /a logout was undone|no login|signed out/,
    ['requests.js', 'if (isCurrent(core, token)) {\n    Object.assign(core.record,', 'if (true) {\n    core.record = Object.assign(core.record || { token },'])
];
