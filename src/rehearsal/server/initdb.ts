import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LockstepError } from '../../errors.ts';
import { killGroup } from '../../services/process.ts';
import type { Binaries } from './binaries.ts';
import { serverEnvironment } from './os-user.ts';
import type { Run } from './run.ts';

/** Makes an empty cluster. */

/**
 * The bootstrap superuser: ours alone, it has no password and comes in by the socket only. Not `postgres`: many histories
 * give their objects to a role of that name, and what the bootstrap role owns nobody else may change.
 */
export const SUPERUSER = 'lockstep_superuser';

/**
 * UTF8, ordered by code point, with Unicode's letters where the C library knows C.UTF-8; plain C elsewhere. WAL segments
 * of 1 MB: a copy of the cluster has 28 MB instead of 39.
 */
const FLAGS = ['-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--wal-segsize=1', '-N'];
const UNICODE_LETTERS = '--lc-ctype=C.UTF-8';

/**
 * Whoever gets at the socket is us: its directory is private. Others come by TCP from this machine, with a password. A program
 * of the project's runs as we do, and no password would keep it out: it could read ours, or write this file.
 */
const ACCESS = 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n';

/** `data` does not exist yet. Throws LockstepError with what initdb said. */
export async function initdb(binaries: Binaries, run: Run, data: string, signal: AbortSignal): Promise<void> {
  let failed = await attempt(binaries, run, data, [...FLAGS, UNICODE_LETTERS], signal);
  if (failed !== undefined && /invalid locale name/.test(failed))
    failed = await attempt(binaries, run, data, FLAGS, signal);
  if (failed !== undefined) {
    throw new LockstepError('postgres-initdb-failed', `${binaries.directory}/initdb failed: ${failed}`, {
      hint: hintFor(failed),
    });
  }
  await writeFile(join(data, 'pg_hba.conf'), ACCESS);
}

const ABORT_LIMIT_MS = 2_000;

/** undefined: it worked; else the end of what it said. */
async function attempt(
  { directory }: Binaries,
  run: Run,
  data: string,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  signal.throwIfAborted();
  const child = await run.reaper.spawn(join(directory, 'initdb'), ['-D', data, ...flags], {
    cwd: run.directory,
    env: serverEnvironment(directory),
    stdio: ['pipe', 'ignore', 'pipe'],
    ...run.user,
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const exitCode = await ended(child, signal);
  if (exitCode === 0) return undefined;
  return said.trim().split('\n').slice(-5).join('\n') || `exit status ${exitCode}`;
}

/**
 * Waits until the program and all that it started have ended (they share its error output). When nobody wants it any
 * more, initdb alone is killed: its servers then find the end of their input and end with their shared memory removed.
 */
async function ended(child: ChildProcess, signal: AbortSignal): Promise<number | null> {
  let limit: NodeJS.Timeout | undefined;
  const abort = (): void => {
    child.kill('SIGKILL');
    limit = setTimeout(() => killGroup(child, 'SIGKILL'), ABORT_LIMIT_MS);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    signal.throwIfAborted();
    return exitCode;
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', abort);
  }
}

function hintFor(said: string): string {
  if (/could not look up effective user ID/.test(said)) {
    return 'Postgres needs a user with an entry in /etc/passwd. Run the container as such a user, or as root (Postgres then runs as `nobody`).';
  }
  if (/No space left on device/.test(said)) return 'The disk (or /dev/shm) is full.';
  return 'A server of another kind can be given by rehearsal_url, another build by LOCKSTEP_PG_BIN.';
}
