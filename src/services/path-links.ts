import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from 'node:path';

/** Where a path leads, link by link. A pull request may commit symbolic links: each is known by the folder that holds it. */

interface Way {
  /** Without symbolic links. What is not there (yet) is taken as it is written. */
  readonly real: string;
  readonly exists: boolean;
  /** Every link on the way, by its own real path. */
  readonly links: readonly string[];
}

const MOST_LINKS = 40;

/** Follows a path as the system would. */
export function wayOf(path: string): Way {
  const absolute = resolve(path);
  let at = parse(absolute).root;
  let exists = true;
  const left = absolute.slice(at.length).split(sep);
  const links: string[] = [];
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = dirname(at);
      continue;
    }
    const next = join(at, name);
    const stats: Stats | undefined = exists ? stat(next) : undefined;
    exists = stats !== undefined;
    if (!stats?.isSymbolicLink()) {
      at = next;
      continue;
    }
    // They go round in circles.
    if (links.push(next) > MOST_LINKS) return { real: next, exists: false, links };
    const target = readlinkSync(next);
    if (isAbsolute(target)) at = parse(target).root;
    left.unshift(...target.split(sep));
  }
  return { real: at, exists, links };
}

/** Whether a path is a folder or lies in it. Both without symbolic links. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/** The links that a folder holds on the way to a path; the folder's own name may be a link. */
export function linksInside(folder: string, path: string): readonly string[] {
  const { real } = wayOf(folder);
  return wayOf(path).links.filter((link) => isWithin(real, dirname(link)));
}

/** undefined: there is nothing, or nothing that we could reach. */
function stat(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw error;
  }
}
