import { readFileSync } from 'node:fs';

/** Put in by the build, so that the bundle needs no file beside it to know its version. */
declare const __LOCKSTEP_VERSION__: string | undefined;

/** '0.1.0' */
export const version: string = typeof __LOCKSTEP_VERSION__ === 'string' ? __LOCKSTEP_VERSION__ : versionOfSources();

/** The repository's public address, as package.json has it; a test keeps the two the same. */
export const repositoryUrl = 'https://github.com/lockstep-dev/lockstep';

function versionOfSources(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
