import { copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';

/** Lockstep as a runner checks it out, as far as it needs it: action.yml, and as dist/ the bundle that the tests run. */
export function ownAction(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-action-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(fileURLToPath(new URL('../../../action.yml', import.meta.url)), join(folder, 'action.yml'));
  mkdirSync(join(folder, 'dist'));
  cpSync(dirname(inject('bundle')), join(folder, 'dist'), { recursive: true });
  return folder;
}
