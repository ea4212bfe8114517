// Builds dist/: one CommonJS file, and beside it the parser's WebAssembly and the lockfile that Squawk is fetched by. The
// output is the same byte for byte on every machine (npm run check:dist proves it), so that what is committed can be
// compared with what the sources give.
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const outdir = process.argv[2] ?? 'dist';

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
const { outputFiles } = await build({
  entryPoints: ['src/main.ts'],
  outfile: `${outdir}/index.cjs`,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // The wrappers keep their names, so that a stack trace in a bug report can be read.
  keepNames: true,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  external: ['pg-native'],
  banner: { js: '#!/usr/bin/env node' },
  define: {
    __LOCKSTEP_VERSION__: JSON.stringify(version),
    // pg would look for a native driver that is not in the bundle.
    'process.env.NODE_PG_FORCE_NATIVE': 'undefined',
    // Where there is none (Node 20), pg finds out by way of Node's fetch that it is not at Cloudflare: 25 ms at each start.
    navigator: '{"userAgent":"Node.js"}',
  },
  logLevel: 'warning',
  write: false,
});
for (const { path, text } of outputFiles) await writeFile(path, inAscii(text));
await copyFile('node_modules/libpg-query/wasm/libpg-query.wasm', `${outdir}/libpg-query.wasm`);
await cp('src/lint/squawk', `${outdir}/squawk`, { recursive: true });

/**
 * What esbuild leaves as it is, in regular expressions and tagged templates: escapes mean the same there. One other
 * character in two megabytes, and Node reads all of it half as fast, at each start.
 */
function inAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
