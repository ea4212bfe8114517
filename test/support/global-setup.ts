import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The program as a user runs it; see support/cli.ts. */
    bundle: string;
  }
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Builds the bundle that e2e and system tests run from the sources as they are, beside node_modules as dist/ is.
 * LOCKSTEP_BUNDLE names a finished one instead: dist/index.cjs, to test what is committed.
 */
export async function setup({ name, provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (name === 'integration') return undefined;
  const finished = process.env.LOCKSTEP_BUNDLE;
  if (finished) {
    provide('bundle', finished);
    return undefined;
  }
  const directory = `.cache/bundle-${name}-${process.pid}`;
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', directory], { cwd: root });
  provide('bundle', `${root}${directory}/index.cjs`);
  return () => rm(root + directory, { recursive: true, force: true });
}
