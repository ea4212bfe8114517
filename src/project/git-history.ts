import { LockstepError } from '../errors.ts';
import { historyMissing, unknownRef } from './git-errors.ts';
import { type Clone, type FetchFailure, fetchFrom } from './git-fetch.ts';

/**
 * Commits that a shallow or single-branch clone may lack, fetched where git may: without prompts, within limits.
 * What cannot be had is `git-history-missing` with the lines that fix the checkout.
 */

/** Commits to add at each step. The sum is far beyond any branch that is still to be merged. */
const STEPS = [50, 200, 1_000, 5_000];
const NO_REMOTE: FetchFailure = { reason: 'It has no remote to fetch from.', gone: false };

/** The sha of a ref; fetched from the remote when it is not here. Throws `git-unknown-ref` or `git-history-missing`. */
export async function ensureCommit(clone: Clone, ref: string): Promise<string> {
  const { sha, failure } = await findCommit(clone, ref);
  if (sha !== undefined) return sha;
  if (await clone.git.isShallow()) throw historyMissing(`"${ref}"`, failure?.reason);
  throw unknownRef(ref);
}

/** As `ensureCommit`, for a commit that is not indispensable: undefined when it cannot be had, whatever the reason. */
export async function commitIfAny(clone: Clone, sha: string): Promise<string | undefined> {
  return (await findCommit(clone, sha)).sha;
}

/** As `ensureCommit`, for a commit that may be gone: undefined when neither the clone nor the remote has it. */
export async function commitUnlessGone(clone: Clone, sha: string): Promise<string | undefined> {
  const found = await findCommit(clone, sha);
  if (found.sha !== undefined) return found.sha;
  // A whole clone that lacks it needs no remote to tell that it is gone.
  if (found.failure?.gone || !(await clone.git.isShallow())) return undefined;
  throw historyMissing(`"${sha}"`, found.failure?.reason);
}

/** A best common ancestor of two commits. Throws `git-history-missing` or `git-unrelated-histories`. */
export async function ensureMergeBase(clone: Clone, a: string, b: string): Promise<string> {
  const { git } = clone;
  // No history is needed to see that one was made upon the other.
  if (a === b || (await git.parents(b)).includes(a)) return a;
  const failure = await deepenUntil(clone, [a, b], STEPS, async () => (await git.mergeBase(a, b)) !== undefined);
  const base = await git.mergeBase(a, b);
  if (base !== undefined) return base;
  const what = `The commit where ${short(a)} and ${short(b)} part`;
  if (await git.isShallow()) throw historyMissing(what, failure?.reason);
  throw new LockstepError('git-unrelated-histories', `${short(a)} and ${short(b)} have no commit in common.`, {
    hint: 'Set `base` (on the command line `--base`) to the branch that this change is to be merged into.',
  });
}

/**
 * Whether a commit is the other one or descends from it, looked for in a limited history: a branch grows by hundreds of
 * commits at most between an event and the run that it starts.
 */
export async function contains(clone: Clone, commit: string, inside: string): Promise<boolean> {
  const { git } = clone;
  const shown = async (): Promise<boolean> =>
    commit === inside ||
    (await git.parents(inside)).includes(commit) ||
    (await git.mergeBase(commit, inside)) === commit;
  await deepenUntil(clone, [commit, inside], STEPS.slice(0, 2), shown);
  return shown();
}

/** A commit's first parent; undefined for the very first commit. Throws `git-history-missing`. */
export async function ensureFirstParent(clone: Clone, sha: string): Promise<string | undefined> {
  const { git } = clone;
  const [parent] = await git.parents(sha);
  if (parent === undefined) return undefined;
  const here = async (): Promise<boolean> => (await git.resolve(parent)) !== undefined;
  const failure = await deepenUntil(clone, [sha], [1, ...STEPS], here);
  if (await here()) return parent;
  throw historyMissing(`${short(parent)}, the first parent of ${short(sha)},`, failure?.reason, 2);
}

export function short(sha: string): string {
  return sha.slice(0, 7);
}

/** Deepens a shallow clone step by step. Returns why it had to stop, if it had to. */
export async function deepenUntil(
  clone: Clone,
  commits: readonly string[],
  steps: readonly number[],
  done: () => Promise<boolean>,
): Promise<FetchFailure | undefined> {
  if (await done()) return undefined;
  const { git } = clone;
  const remote = await git.remote();
  for (const step of steps) {
    if (!(await git.isShallow())) return undefined;
    if (remote === undefined) return NO_REMOTE;
    const deepen = [`--deepen=${step}`];
    // Just these histories; a server that hands out branches only, or a commit that only we have, needs the branches.
    const failure = (await fetchFrom(clone, remote, deepen, commits)) && (await fetchFrom(clone, remote, deepen, []));
    if (failure !== undefined) return failure;
    if (await done()) return undefined;
  }
  return undefined;
}

interface Found {
  /** undefined: neither the clone nor the remote has it. */
  readonly sha: string | undefined;
  /** Why it could not be fetched, when that was tried in vain. */
  readonly failure?: FetchFailure | undefined;
}

/** As `ensureCommit`, and never throws for want of the commit. */
export async function findCommit(clone: Clone, ref: string): Promise<Found> {
  const here = await clone.git.resolve(ref);
  if (here !== undefined) return { sha: here };
  const failure = await fetchRef(clone, ref);
  return { sha: await clone.git.resolve(ref), failure };
}

/** Fetches one branch or commit. Returns why it failed, if it did. */
async function fetchRef(clone: Clone, ref: string): Promise<FetchFailure | undefined> {
  const remote = await clone.git.remote();
  if (remote === undefined) return NO_REMOTE;
  // In a full clone `--depth` would cut off history that is here.
  const depth = (await clone.git.isShallow()) ? ['--depth=50'] : [];
  const prefix = ['refs/heads/', `refs/remotes/${remote}/`, `${remote}/`].find((start) => ref.startsWith(start)) ?? '';
  const branch = ref.slice(prefix.length);
  if (/^[0-9a-f]{40,64}$/.test(ref)) return fetchFrom(clone, remote, depth, [ref]);
  // What a branch's name may not hold (git help check-ref-format) would mean something else in a refspec.
  if (/[\s~^:?*[\\]|\.\.|@\{|^refs\//.test(branch)) return undefined;
  return fetchFrom(clone, remote, depth, [`+refs/heads/${branch}:refs/remotes/${remote}/${branch}`]);
}
