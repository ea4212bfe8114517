import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProcess } from './process.ts';

/** Temporary files whose names tell whose they are, so that a later run can remove what a dead one left. */

/** What another machine (or container) left in a shared folder cannot be asked for its process: it is old after a day. */
const FOREIGN_AGE_MS = 24 * 3_600_000;

const PATIENCE_MS = 500;
const POLL_MS = 10;

/** A new name that begins with `kind` and holds this process: 'lockstep-1a2b3c4d-4711-88123-9f8e7d'. */
export function ownName(kind: string): string {
  return `${kind}-${processSpace()}-${process.pid}-${startOf(process.pid) ?? 0}-${randomBytes(3).toString('hex')}`;
}

/** Removes what `ownName(kind)` named in `parent` for a process that is dead; only what is one of `owners`' (uids). */
export async function sweepLeftovers(
  parent: string,
  kind: string,
  owners: readonly number[] = ownUid(),
): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(`${kind}-`))) {
    const path = join(parent, name);
    const stats = await lstat(path).catch(() => undefined);
    if (!(stats?.isDirectory() || stats?.isFile()) || !owners.includes(stats.uid)) continue;
    if (!isLeftover(name.slice(kind.length + 1), Date.now() - stats.mtimeMs)) continue;
    await endProcessesIn(path);
    await removeTree(path).catch(() => {});
  }
}

/**
 * Removes a directory and all in it. By `rm`, which never follows a link that is put in its way: as root we remove what
 * a less trusted user could write. Missing: fine. Throws when something remains.
 */
export async function removeTree(path: string): Promise<void> {
  const { exitCode } = await runProcess('rm', ['-rf', '--', path]);
  // A program that was still writing while `rm` ran has ended by now.
  if (exitCode !== 0) await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/**
 * Ends every process that works in a directory, also one that let go of its parent. Does nothing without /proc. Asked
 * first, a Postgres removes its shared memory, which nobody does after a SIGKILL.
 */
export async function endProcessesIn(directory: string): Promise<void> {
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    for (const pid of processesIn(directory)) read(() => process.kill(pid, signal));
    for (let waited = 0; waited < PATIENCE_MS && processesIn(directory).length > 0; waited += POLL_MS)
      await sleep(POLL_MS);
  }
}

function processesIn(directory: string): readonly number[] {
  const pids = read(() => readdirSync('/proc'))?.filter((name) => /^\d+$/.test(name)) ?? [];
  return pids.map(Number).filter((pid) => {
    const at = read(() => readlinkSync(`/proc/${pid}/cwd`));
    return at === directory || at?.startsWith(`${directory}/`);
  });
}

/** Ours, as a list; empty on a system without such numbers. */
export function ownUid(): readonly number[] {
  return process.getuid ? [process.getuid()] : [];
}

function isLeftover(owner: string, ageMs: number): boolean {
  const [, space, pid, started] = owner.match(/^([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{6}$/) ?? [];
  if (space === undefined) return false;
  if (space !== processSpace()) return ageMs > FOREIGN_AGE_MS;
  const now = startOf(Number(pid));
  return now === undefined || now !== started;
}

let space: string | undefined;

/** Where a process id means the same process: this boot of this machine, this container. */
function processSpace(): string {
  space ??= createHash('sha256')
    .update(`${read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) ?? hostname()}`)
    .update(`${read(() => readlinkSync('/proc/self/ns/pid'))}`)
    .digest('hex')
    .slice(0, 8);
  return space;
}

/** When a process started, in a unit that only serves to tell it from a later one with its number; '0': not known here. */
function startOf(pid: number): string | undefined {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The 22nd field; the second one is the program's name in parentheses and may hold anything.
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  if (process.platform === 'linux') return undefined;
  try {
    process.kill(pid, 0);
    return '0';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '0' : undefined;
  }
}

function read<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}
