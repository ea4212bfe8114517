// Writes what is generated from the sources: docs/*.md, the JSON Schemas, README's table (npm run docs).
// The sources are TypeScript, so they are bundled first; Node 20 runs no types.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

// Inside node_modules, because the bundle leaves packages outside and they are looked up from where it lies.
const bundle = `node_modules/.cache/lockstep/generated-files-${process.pid}.mjs`;
await build({
  entryPoints: ['scripts/docs/generated-files.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
try {
  const { generatedFiles } = await import(pathToFileURL(bundle).href);
  const files = await generatedFiles(process.cwd());
  // Pages of rules that are no more.
  await rm('docs/rules', { recursive: true, force: true });
  for (const [path, content] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    console.log(path);
  }
} finally {
  await rm(bundle);
}
