import { lstat, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LockstepError, messageOf } from '../errors.ts';
import { ownName } from './leftovers.ts';
import { makeDirectory } from './make-directory.ts';
import { isWithin, linksInside, wayOf } from './path-links.ts';

interface WriteOptions {
  /** A folder whose content is somebody's proposal: nothing in it leads a text to another place. undefined: there is none. */
  readonly workspace?: string | undefined;
}

/**
 * Writes a text, its directory too. Throws `report-not-written`. Straight into place: the path may be a pipe or a device.
 * In a workspace it may not, and no symbolic link is followed: a pull request can commit one that leads to a file of the
 * machine, or to the standard output that the runner reads commands from.
 */
export async function writeText(path: string, text: string, { workspace }: WriteOptions = {}): Promise<void> {
  try {
    const place = workspace === undefined ? undefined : placeWithin(workspace, path);
    await makeDirectory(dirname(place ?? path));
    if (place === undefined) await writeFile(path, text);
    else await replace(place, text);
  } catch (cause) {
    if (cause instanceof LockstepError) throw cause;
    throw new LockstepError('report-not-written', `the report could not be written: ${messageOf(cause)}`, { cause });
  }
}

/** The path without symbolic links when it lies in the workspace; undefined: it lies elsewhere. */
function placeWithin(workspace: string, path: string): string | undefined {
  const [link] = linksInside(workspace, path);
  if (link !== undefined) throw refused(path, `${link} is a symbolic link`);
  const { real } = wayOf(path);
  return isWithin(wayOf(workspace).real, real) ? real : undefined;
}

/** A new file takes the old one's place: whatever else has the old one's content keeps it. */
async function replace(path: string, text: string): Promise<void> {
  const before = await lstat(path).catch(() => undefined);
  if (before?.isDirectory()) throw new Error(`${path} is a directory`);
  if (before !== undefined && !before.isFile()) throw refused(path, 'it is no ordinary file');
  const temporary = join(dirname(path), ownName(`.${basename(path)}`));
  try {
    await writeFile(temporary, text, { flag: 'wx', ...(before === undefined ? {} : { mode: before.mode & 0o777 }) });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

function refused(path: string, why: string): LockstepError {
  return new LockstepError('report-not-written', `the report is not written to ${path}: ${why}.`, {
    hint: 'In a workflow the checkout may hold links that the change itself has brought. Name a path without them, or one outside of the checkout, in runner.temp.',
  });
}
