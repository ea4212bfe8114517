// Builds dist/: the program as one CommonJS file, and beside it what few runs need (see BESIDES), the parser's
// WebAssembly and the lockfile that Squawk is fetched by. The output is the same byte for byte on every machine (npm run check:dist proves it), so that what is committed can be
// compared with what the sources give.
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';

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
  platform: 'node',
  target: 'node20',
  format: 'cjs',
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
  write: false,
};
/**
 * What few runs need, each in a file of its own which the program loads when it comes to it: every run reads all of the
 * program. By the file's name the module's. A module that keeps a state, or throws errors that somebody tells apart by their
 * class, cannot be among them: the program would have another copy of it.
 */
const BESIDES = { 'through-proxy': 'src/services/through-proxy.ts', 'html-page': 'src/report/html/page.ts' };
const built = await Promise.all([
  build({
    ...options,
    entryPoints: ['src/main.ts'],
    outfile: `${outdir}/index.cjs`,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [...Object.entries(BESIDES).map(besides), withoutOidc],
  }),
  ...Object.entries(BESIDES).map(([name, module]) =>
    build({ ...options, entryPoints: [module], outfile: `${outdir}/${name}.cjs` }),
  ),
]);
for (const { path, text } of built.flatMap(({ outputFiles }) => outputFiles)) await writeFile(path, inAscii(text));
await copyFile('node_modules/libpg-query/wasm/libpg-query.wasm', `${outdir}/libpg-query.wasm`);
await cp('src/lint/squawk', `${outdir}/squawk`, { recursive: true });

function besides([name, module]) {
  const whole = resolve(module);
  return {
    name: `besides-${name}`,
    setup: ({ onResolve }) =>
      onResolve({ filter: new RegExp(`/${basename(module).replaceAll('.', '\\.')}$`) }, ({ path, resolveDir }) =>
        resolve(resolveDir, path) === whole ? { path: `./${name}.cjs`, external: true } : undefined,
      ),
  };
}

/**
 * What esbuild leaves as it is, in regular expressions and tagged templates: escapes mean the same there. One other
 * character in two megabytes, and Node reads all of it half as fast, at each start.
 */
function inAscii(text) {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
