// Builds the three forms of the library. `node build.mjs --check` fails when the committed files are not those.

import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Every committed file that is made from src/. */
export async function outputs() {
  const bundle = async (/** @type {import('esbuild').BuildOptions} */ options) => {
    const banner = { js: '// wxsession-miniprogram: generated from src/ by `npm run build`, do not edit.' };
    const result = await build({
      absWorkingDir: root, entryPoints: ['src/index.js'], bundle: true, write: false,
      target: 'es2018', charset: 'utf8', banner, ...options
    });
    return result.outputFiles[0].text;
  };
  const commonjs = await bundle({ format: 'cjs' });
  const types = await readFile(root + 'index.d.ts', 'utf8');
  return {
    'miniprogram_dist/index.js': commonjs,
    'miniprogram_dist/index.d.ts': types,
    'demo/lib/wxsession.js': commonjs,
    'demo/lib/wxsession.d.ts': types,
    'dist/wxsession.mjs': await bundle({ format: 'esm' }),
    'dist/wxsession.min.js': await bundle({ format: 'cjs', minify: true }),
    'dist/wxsession.global.js': await bundle({ format: 'iife', globalName: 'wxsession' })
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = [];
  for (const [path, text] of Object.entries(await outputs())) {
    if (process.argv.includes('--check')) {
      if (await readFile(root + path, 'utf8').catch(() => '') !== text) stale.push(path);
    } else {
      await mkdir(dirname(root + path), { recursive: true });
      await writeFile(root + path, text);
    }
  }
  if (stale.length) {
    console.error('not built from src/: ' + stale.join(', ') + '. Run `npm run build`.');
    process.exitCode = 1;
  }
}
