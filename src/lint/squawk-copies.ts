import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockstepError, messageOf } from '../errors.ts';
import { ownName, sweepLeftovers } from '../services/leftovers.ts';

/** Files for Squawk in a directory of their own, readable by us alone and gone afterwards. */

const KIND = 'lockstep-squawk';
/** Where there is memory for files: a thousand of them take milliseconds there, and a second on a slow disk. */
const MEMORY = '/dev/shm';

/** Runs `work` in a directory that holds the files, by their names. */
export async function withFiles<T>(
  files: ReadonlyMap<string, string>,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const { directory, parent } = await place(files);
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
    // What a run left that was killed: its copies hold the project's SQL.
    await sweepLeftovers(parent, KIND);
  }
}

async function place(files: ReadonlyMap<string, string>): Promise<{ directory: string; parent: string }> {
  const inMemory = join(MEMORY, ownName(KIND));
  try {
    write(inMemory, files);
    return { directory: inMemory, parent: MEMORY };
  } catch {
    // There is none, it may not be written, or it is too small.
    await rm(inMemory, { recursive: true, force: true });
    return { directory: onDisk(files), parent: tmpdir() };
  }
}

function onDisk(files: ReadonlyMap<string, string>): string {
  const directory = join(tmpdir(), ownName(KIND));
  try {
    write(directory, files);
    return directory;
  } catch (error) {
    throw new LockstepError('squawk-failed', `there is no place for Squawk's files: ${messageOf(error)}`, {
      hint: 'Set TMPDIR to a directory that can be written.',
      cause: error,
    });
  }
}

// Not asynchronously, here and when they go: for small files the detour through a pool of threads takes ten times as long.
function write(directory: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(directory, { mode: 0o700 });
  for (const [name, text] of files) writeFileSync(join(directory, name), text);
}
