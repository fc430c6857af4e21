// Builds the forms of the library. One of them is committed, because the demo must open in DevTools as it lies there and
// because people copy it: demo/lib/wxsession.js. `node build.mjs --check` fails when it is not what src/ gives.

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';

const root = fileURLToPath(new URL('.', import.meta.url));
const { version, license } = JSON.parse(await readFile(root + 'package.json', 'utf8'));

/** The file that people copy. */
export const COMMITTED = 'demo/lib/wxsession.js';

/** async functions, Object.entries: README says where they run. */
export const LANGUAGE = 2017;

// Members that neither the app nor wx nor its storage ever sees.
const INNER = new RegExp('^(pausedUntil|lastError|logouts|closing|closingPath|keyCheck|asking|answer|listeners|listener|epoch|spent'
  + '|sure|at|owed|unread|kept|key|base|dead|emit|over|task|sent|secret|ours)$');

/** @param {import('esbuild').BuildOptions} options */
async function bundle(options) {
  const result = await build({
    absWorkingDir: root, entryPoints: ['src/index.js'], bundle: true, write: false, target: 'es' + LANGUAGE, charset: 'utf8', ...options
  });
  return result.outputFiles[0].text;
}

async function small() {
  const module = await bundle({ format: 'esm', mangleProps: INNER, minifySyntax: true });
  const script = module.replace(/export \{\s*createSession,\s*isSessionError\s*\};\s*$/, 'module.exports={createSession,isSessionError};');
  const { code } = await minify(script, {
    module: true, ecma: LANGUAGE, compress: { passes: 3, pure_getters: true, unsafe: true, unsafe_arrows: true, hoist_funs: true }, format: { preamble: `/*! wxsession-miniprogram ${version}, ${license} */` }
  });
  return code + '\n';
}

/** Every file that is made, by its path. */
export async function outputs() {
  const banner = { js: `// wxsession-miniprogram ${version}, ${license}. Built from src/, which is in the repository.` };
  const minified = await small();
  const types = await readFile(root + 'index.d.ts', 'utf8');
  return {
    [COMMITTED]: minified,
    'demo/lib/wxsession.d.ts': types,
    'miniprogram_dist/index.js': await bundle({ format: 'cjs', banner }),
    'miniprogram_dist/index.d.ts': types,
    'dist/wxsession.mjs': await bundle({ format: 'esm', banner }),
    'dist/wxsession.d.mts': types,
    'dist/wxsession.min.js': minified,
    'dist/wxsession.global.js': await bundle({ format: 'iife', globalName: 'wxsession', banner }),
    // For what still calls require(); browsers and bundlers take browser/ as it is.
    'dist/page.js': await bundle({ format: 'cjs', entryPoints: ['browser/wxsession-page.js'], banner: { js: banner.js.replace('src/', 'browser/') } }),
    'dist/page.d.ts': await readFile(root + 'browser/wxsession-page.d.ts', 'utf8')
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = await outputs();
  if (process.argv.includes('--check')) {
    if (await readFile(root + COMMITTED, 'utf8').catch(() => '') !== made[COMMITTED]) {
      console.error(`${COMMITTED} is not built from src/. Run \`npm run build\`.`);
      process.exitCode = 1;
    }
  } else {
    for (const [path, text] of Object.entries(made)) {
      await mkdir(dirname(root + path), { recursive: true });
      await writeFile(root + path, text);
    }
    for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) await copyFile(`${root}../${name}`, root + name);
  }
}
