import { lstatSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { LockstepError, messageOf } from '../errors.ts';
import { isWithin, wayOf } from '../services/path-links.ts';
import { directoryMissing, notARepository } from './git-errors.ts';

/**
 * Which checkout a folder of a workflow's workspace belongs to, found without asking git: git would also take what a pull
 * request can commit for a repository (a folder with HEAD, config, objects and refs is one to it, configuration included).
 * A `.git` cannot be committed; git refuses the name.
 */

interface Checkout {
  /** Without symbolic links. */
  readonly root: string;
  /** The folder, relative to the root: '' or 'packages/api'. */
  readonly prefix: string;
  /** The checkouts that the root lies in, innermost first: a step may have put one into another, or a commit has. */
  readonly around: readonly string[];
}

/**
 * undefined: the folder lies outside of the workspace, and no link of the workspace has led there; nothing is said about it.
 * Throws `directory-missing`, `git-not-a-repository`, `git-other-repository`.
 */
export function checkoutOf(workspace: string, directory: string): Checkout | undefined {
  const outermost = wayOf(workspace).real;
  const { real, exists, links } = reached(directory);
  const holders = links.map((link) => dirname(link)).filter((holder) => isWithin(outermost, holder));
  if (!isWithin(outermost, real) && holders.length === 0) return undefined;
  const [root, ...around] = checkoutsAround(outermost, real);
  // Each commit may point its own links wherever it likes, but only into its own files.
  if (holders.some((holder) => checkoutsAround(outermost, holder)[0] !== root)) throw ledAway(directory, real);
  if (!exists) throw directoryMissing(directory);
  if (root === undefined) throw notARepository(directory);
  return { root, prefix: relative(root, real).split(sep).join('/'), around };
}

/** Folders with a `.git`, from a folder up to the workspace, no further. Both without symbolic links. */
export function checkoutsAround(workspace: string, folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; isWithin(workspace, at); at = dirname(at)) {
    if (isCheckout(at)) found.push(at);
    if (at === dirname(at)) break;
  }
  return found;
}

/** A directory, or the file of a worktree or submodule. A link to one is nobody's usual work. */
function isCheckout(folder: string): boolean {
  try {
    const stats = lstatSync(join(folder, '.git'));
    return stats.isDirectory() || stats.isFile();
  } catch {
    return false;
  }
}

function reached(directory: string): ReturnType<typeof wayOf> {
  try {
    return wayOf(directory);
  } catch (error) {
    throw directoryMissing(directory, messageOf(error));
  }
}

const REMEDY = [
  'A commit can bring a link, a submodule or a repository in a folder; what is in them is not what the event is about.',
  'Name a folder of the checkout itself. To check another repository, let a step check it out beside or into this one:',
  '  - uses: actions/checkout # in the version you have',
  '    with:',
  '      repository: owner/name',
  '      path: name',
].join('\n');

function ledAway(directory: string, real: string): LockstepError {
  return other(`${directory} leads to ${real}, out of the checkout that it lies in.`);
}

/** git, or the checkout around it, knows the folder as something else than a checkout that a step has made. */
export function notOwnCheckout(root: string, why: string): LockstepError {
  return other(`${root} is not looked at: ${why}.`);
}

function other(message: string): LockstepError {
  return new LockstepError('git-other-repository', message, { hint: REMEDY });
}
