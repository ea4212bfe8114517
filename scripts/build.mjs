// Builds dist/: the program in a few CommonJS files, the parser's WebAssembly and the lockfile that Squawk is fetched by. The
// output is the same byte for byte on every machine (npm run check:dist proves it), so that what is committed can be
// compared with what the sources give.
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programFiles } from './program-files.mjs';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const outdir = process.argv[2] ?? 'dist';

/** GitHub's library could ask for OIDC tokens. We never do, and unless told so esbuild keeps its HTTP client for that. */
const withoutOidc = {
  name: 'without-oidc',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/oidc-utils\.js$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      sideEffects: false,
    })),
};

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
const options = {
  bundle: true,
  // Wherever node_modules leads to: the names of modules are the same.
  preserveSymlinks: true,
  platform: 'node',
  target: 'node20',
  // Identifiers stay as they are, so that a stack trace in a bug report can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  external: ['pg-native'],
  define: {
    __LOCKSTEP_VERSION__: JSON.stringify(version),
    // pg would look for a native driver that is not in the bundle.
    'process.env.NODE_PG_FORCE_NATIVE': 'undefined',
    // Where there is none (Node 20), pg finds out by way of Node's fetch that it is not at Cloudflare: 25 ms at each start.
    navigator: '{"userAgent":"Node.js"}',
  },
  logLevel: 'warning',
};
/**
 * The program's files, and what each is for: what a run does not need it does not read. Most runs are an apply that finds
 * nothing to do.
 */
const FILES = {
  index: ['src/main.ts'],
  target: [
    ...['apply', 'status', 'resolve'].map(command),
    'src/delivery/deliver.ts',
    'src/delivery/deployment.ts',
    'src/report/terminal/report.ts',
  ],
  // What is pending is looked at.
  pending: ['plan', 'forbidden', 'rule-names'].map(command),
  parser: ['node_modules/libpg-query/wasm/index.cjs'],
  check: ['check', 'verify', 'baseline'].map(command),
  'through-proxy': ['src/services/through-proxy.ts'],
  // Surfaces, and what they are brought to: GitHub, Slack, files.
  delivery: [],
};
const banner = { js: '#!/usr/bin/env node' };
for (const { name, text } of await programFiles({ options, plugins: [withoutOidc], files: FILES, banner })) {
  await writeFile(join(outdir, name), inAscii(text));
}
await copyFile('node_modules/libpg-query/wasm/libpg-query.wasm', `${outdir}/libpg-query.wasm`);
await cp('src/lint/squawk', `${outdir}/squawk`, { recursive: true });

function command(name) {
  return `src/commands/${name}.ts`;
}

/**
 * What esbuild leaves as it is, in regular expressions and tagged templates: escapes mean the same there. One other
 * character in two megabytes, and Node reads all of it half as fast, at each start.
 */
function inAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
