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

/** A client that believes what it was told without asking `GET /session`. */
const believes = ['requests.js', 'if (verdict === \'accepted\')', "if (verdict === 'refused') core.dead = true;\n    if (verdict === 'accepted')"];
const noPause = ['login.js', 'if (!byApp && pause > 0 && pause <= LONGEST_PAUSE_SECONDS)', 'if (false)'];

export const mutants = [
  mutant('a 5xx or 429 logs out', /although the session was alive/,
    ['answers.js', "status >= 500 || status === 429 ? 'unknown'", "status >= 500 || status === 429 ? 'refused'"], believes),
  mutant('every 401 counts', /although the session was alive/,
    ['answers.js', "if (status === 401 ||", "if (status === 401) return 'refused';\n  if (status === 401 ||"], believes),
  mutant('a gateway 403 counts without asking', /although the session was alive/,
    ['answers.js', "if (status === 401 ||", "if (status === 403 && onlyMessage) return 'refused';\n  if (status === 401 ||"], believes),
  mutant('asking takes any bad answer for a no', /although the session was alive/,
    ['session.js', 'if (isSessionOver(reply)) {', 'if (reply.status !== 200) {']),
  mutant('a failed login forgets the token', /no recovery|false logout/,
    ['login.js', 'if (final && core.dead) leave', 'if (Number(error.status) >= 500) leave'],
    ['login.js', "leave(core, 'refused', false, error.code)", "leave(core, 'refused', true, error.code)"]),
  mutant('each request logs in for itself', /logins that nobody needed/,
    ['login.js', 'if (core.login) return core.login;', '']),
  mutant('replays and logins never stop', /loop: \d+ wx.login/, noPause,
    ['requests.js', "if (verdict !== 'refused' || replayed) return reply;", "if (verdict !== 'refused' || (core.replays = (core.replays || 0) + 1) > 98) return reply;"]),
  mutant('an incident has no limit', /loop: \d+ wx.login/, noPause),
  mutant('a rejected code is tried for ever', /loop: \d+ wx.login/,
    ['login.js', 'const LOGINS_PER_INCIDENT = 2;', 'const LOGINS_PER_INCIDENT = 5;']),
  mutant('a late 401 kills the new token', /logins that nobody needed/,
    ['session.js', 'tokenOf(core) === token && !core.dead', '!!tokenOf(core) && !core.dead']),
  mutant('Retry-After is dropped', /no retryAfter/,
    ['errors.js', 'const retryAfter = retryAfterOf(response);', 'const retryAfter = undefined;']),
  mutant('a handshake is made without a look', /a socket with a dead token/,
    ['session.js', "if (token === before && (await renew(core, token).catch(ignore)) === 'refused') return ready(core);", '']),
  mutant('an answer without a status counts as refused', /although the session was alive/,
    ['answers.js', "return !status || status >= 500 || status === 429 ? 'unknown'", "return !status ? 'refused' : status >= 500 || status === 429 ? 'unknown'"], believes),
  mutant('a failure without our code counts as refused', /although the session was alive/,
    ['answers.js', "status === 401 && SESSION_IS_OVER.indexOf(/** @type {string} */ (code)) >= 0", 'status === 401']),
  mutant('a NaN status becomes a code', /bad error/,
    ['errors.js', "code = failed ? code || 'http_' + status : 'bad_answer';", "code = 'http_' + Number(response.statusCode);"])
];

/** Mistakes in time: what a logout overtakes must stay overtaken, and a deletion deleted. */
export const races = [
  mutant('a silent login does not mind a deletion', /a deletion was undone/,
    ['login.js', 'if (core.kept.out || core.kept.deleting)', 'if (core.kept.out)'],
    ['session.js', 'else if (core.kept.deleting || (core.closing && isDeleted))', 'else if (core.closing && isDeleted)']),
  mutant('a 429 says that nothing was deleted', /a deletion was undone/,
    ['answers.js', "status !== 429 && typeof code", 'typeof code']),
  mutant('a plain no forgets an earlier deletion', /a deletion was undone/,
    ['signout.js', ' && !isSessionOver(reply) && !core.owed', '']),
  mutant('a logout remembers one session only', /a session is left on the service/,
    ['login.js', 'core.kept.ending.push(token);', 'core.kept.ending[0] = core.kept.ending[0] || token;']),
  mutant('a request that was about to log in does not notice the logout', /a logout was undone|a deletion was undone|loop/,
    ['login.js', 'if (core.kept.out || core.kept.deleting) throw signedOut();', '']),
  mutant('a login that waited does not notice the logout', /a logout was undone/,
    ['signout.js', 'if (core.logouts !== logouts) throw signedOut();', '']),
  mutant('a login that a logout overtook is kept', /a logout was undone|a session is left on the service/,
    ['login.js', "if (core.epoch !== epoch) {\n    // A logout came", "if (false) {\n    // A logout came"]),
  mutant('a login that a logout overtook is forgotten, but lives on', /a session is left on the service/,
    ['login.js', 'core.kept.ending.push(token);', '']),
  mutant('a renewal writes an old record back', /a logout was undone|no login|signed out/,
    ['session.js', 'if (record && isCurrent(core, token)) {', 'if (true) {'],
    ['session.js', 'info.check_after !== record.info.check_after', 'true'])
];
