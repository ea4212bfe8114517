import { LockstepError } from '../errors.ts';
import { redact } from '../services/redact.ts';
import type { Git } from './git.ts';
import { historyMissing, unknownRef } from './git-errors.ts';

/**
 * Commits that a shallow or single-branch clone may lack, fetched where git may: without prompts, within limits.
 * What cannot be had is `git-history-missing` with the lines that fix the checkout.
 */

/** Commits to add at each step. The sum is far beyond any branch that is still to be merged. */
const STEPS = [50, 200, 1_000, 5_000];
const FETCH = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules'];
const FETCH_TIMEOUT_MS = 60_000;

/** The sha of a ref; fetched from the remote when it is not here. Throws `git-unknown-ref` or `git-history-missing`. */
export async function ensureCommit(git: Git, ref: string): Promise<string> {
  const here = await git.resolve(ref);
  if (here !== undefined) return here;
  const failure = await fetchRef(git, ref);
  const fetched = await git.resolve(ref);
  if (fetched !== undefined) return fetched;
  if (await git.isShallow()) throw historyMissing(`"${ref}"`, failure);
  throw unknownRef(ref);
}

/** A best common ancestor of two commits. Throws `git-history-missing` or `git-unrelated-histories`. */
export async function ensureMergeBase(git: Git, a: string, b: string): Promise<string> {
  const failure = await deepenUntil(git, [a, b], async () => (await git.mergeBase(a, b)) !== undefined);
  const base = await git.mergeBase(a, b);
  if (base !== undefined) return base;
  const what = `The commit where ${short(a)} and ${short(b)} part`;
  if (await git.isShallow()) throw historyMissing(what, failure);
  throw new LockstepError('git-unrelated-histories', `${short(a)} and ${short(b)} have no commit in common.`, {
    hint: 'Name the branch that this change is to be merged into: --base REF',
  });
}

/** Deepens a shallow clone step by step. Returns why it had to stop, if it had to. */
async function deepenUntil(
  git: Git,
  commits: readonly string[],
  done: () => Promise<boolean>,
): Promise<string | undefined> {
  if (await done()) return undefined;
  const remote = await git.remote();
  for (const step of STEPS) {
    if (!(await git.isShallow())) return undefined;
    if (remote === undefined) return 'It has no remote to fetch from.';
    const deepen = [...FETCH, `--deepen=${step}`, remote];
    // Just these histories; a server that hands out branches only, or a commit that only we have, needs the branches.
    const failure = (await fetch(git, [...deepen, ...commits])) && (await fetch(git, deepen));
    if (failure !== undefined) return failure;
    if (await done()) return undefined;
  }
  return undefined;
}

/** Fetches one branch or commit. Returns why it failed, if it did. */
async function fetchRef(git: Git, ref: string): Promise<string | undefined> {
  const remote = await git.remote();
  if (remote === undefined) return undefined;
  // In a full clone `--depth` would cut off history that is here.
  const depth = (await git.isShallow()) ? ['--depth=50'] : [];
  const prefix = ['refs/heads/', `refs/remotes/${remote}/`, `${remote}/`].find((start) => ref.startsWith(start)) ?? '';
  const branch = ref.slice(prefix.length);
  if (/^[0-9a-f]{40,64}$/.test(ref)) return fetch(git, [...FETCH, ...depth, remote, ref]);
  // What a branch's name may not hold (git help check-ref-format) would mean something else in a refspec.
  if (/[\s~^:?*[\\]|\.\.|@\{|^refs\//.test(branch)) return undefined;
  return fetch(git, [...FETCH, ...depth, remote, `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`]);
}

/** undefined: it worked. */
async function fetch(git: Git, args: readonly string[]): Promise<string | undefined> {
  const { exitCode, timedOut, stderr } = await git.try(args, { timeoutMs: FETCH_TIMEOUT_MS });
  if (exitCode === 0) return undefined;
  if (timedOut) return `Fetching it took more than ${FETCH_TIMEOUT_MS / 1000} s.`;
  const [line = ''] = stderr.split('\n').filter((text) => /^(?:fatal|error):/.test(text));
  return `Fetching it failed${line ? ` (${redact(line)})` : ''}.`;
}

function short(sha: string): string {
  return sha.slice(0, 7);
}
