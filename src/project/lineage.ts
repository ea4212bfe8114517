import { LockstepError } from '../errors.ts';
import { type Comparison, type Github, GithubError } from '../services/github/github.ts';
import { inWords } from '../services/github/in-words.ts';
import { redact } from '../services/redact.ts';
import type { Clone } from './git-fetch.ts';
import { deepenUntil, findCommit, short } from './git-history.ts';

/** How a commit that somebody has recorded stands to ours. A clone that was made before it need not have it. */

type Lineage = Known | Unknown;

interface Known {
  /** What the recorded commit is, seen from ours. */
  readonly kind: 'same' | 'descendant' | 'ancestor' | 'diverged';
}

interface Unknown {
  readonly kind: 'unknown';
  /** Whole sentences, on one line: why git and why GitHub could not tell. */
  readonly reason: string;
}

/** GitHub's comparison of two commits, as its client makes it. */
export type CompareCommits = Github['compare'];

interface Pair {
  readonly recorded: string;
  readonly ours: string;
}

const SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Together they bound the whole question. What git may do after GitHub's answer is within its own time. */
const GIT_MS = 20_000;
const GITHUB_MS = 10_000;

/** Commits to add before GitHub is asked, which costs less than a long history; and after it could not tell. */
const NEAR = [50, 200];
const FAR = [1_000, 5_000, 2_147_483_647];

/**
 * Asks git, which fetches what the clone lacks, and then GitHub. `recorded` may be anything: it comes from a database.
 * `compare` undefined: there is nobody else to ask. Takes 30 s at most, and writes nothing but what a fetch does. Rejects
 * only when git's own signal aborts, with its reason.
 */
export async function lineageOf(
  clone: Clone,
  recorded: string,
  ours: string,
  compare?: CompareCommits,
): Promise<Lineage> {
  for (const sha of [recorded, ours]) {
    if (!SHA.test(sha)) return unknown(`${quoted(sha)} is not the full sha of a commit.`);
  }
  if (recorded === ours) return { kind: 'same' };
  const pair = { recorded, ours };
  const limit = AbortSignal.timeout(GIT_MS);
  const near = await askGit(clone, pair, NEAR, limit);
  if (near.kind !== 'unknown' && near.kind !== 'too-short') return near;
  const github = await askGithub(clone, pair, compare);
  if (github.kind !== 'unknown') return github;
  const far = near.kind === 'too-short' ? await askGit(clone, pair, FAR, limit) : near;
  if (far.kind !== 'unknown' && far.kind !== 'too-short') return far;
  return unknown(`git cannot tell how ${short(recorded)} stands to ${short(ours)}. ${far.reason} ${github.reason}`);
}

/** The clone is shallow, and all that was asked for did not suffice. */
interface TooShort {
  readonly kind: 'too-short';
  readonly reason: string;
}

type GitSays = Lineage | TooShort;

async function askGit(clone: Clone, pair: Pair, steps: readonly number[], limit: AbortSignal): Promise<GitSays> {
  try {
    return await compareByGit({ ...clone, git: clone.git.within(limit) }, pair, steps);
  } catch (error) {
    clone.git.signal?.throwIfAborted();
    if (limit.aborted) return unknown(`It was not done after ${GIT_MS / 1_000} s.`);
    if (error instanceof LockstepError) return unknown(error.message.replace(/\s+/g, ' '));
    throw error;
  }
}

async function compareByGit(clone: Clone, { recorded, ours }: Pair, steps: readonly number[]): Promise<GitSays> {
  const { git } = clone;
  // The usual case by far, and a commit names its parents also where they are not here.
  if ((await git.resolve(ours)) === ours && (await git.parents(ours)).includes(recorded)) return { kind: 'ancestor' };
  for (const sha of [ours, recorded]) {
    const found = await findCommit(clone, sha);
    if (found.sha === undefined)
      return unknown(`This clone does not have ${short(sha)}. ${found.failure?.reason ?? ''}`.trim());
    // A tag's sha leads to a commit, and a branch of the remote's may be called anything.
    if (found.sha !== sha) return unknown(`${short(sha)} is not a commit.`);
  }
  if ((await git.parents(recorded)).includes(ours)) return { kind: 'descendant' };
  const shown = async (): Promise<'ancestor' | 'descendant' | undefined> => {
    const base = await git.mergeBase(recorded, ours);
    return base === recorded ? 'ancestor' : base === ours ? 'descendant' : undefined;
  };
  const failure = await deepenUntil(clone, [recorded, ours], steps, async () => (await shown()) !== undefined);
  const kind = await shown();
  if (kind !== undefined) return { kind };
  // Where history is cut off the way from one to the other may lie beyond the cut: only a whole one tells that there is none.
  if (!(await git.isShallow())) return { kind: 'diverged' };
  const reason = 'The history in this shallow clone is too short.';
  return failure === undefined ? { kind: 'too-short', reason } : unknown(`${reason} ${failure.reason}`);
}

const KINDS: Readonly<Record<Comparison, Known['kind']>> = {
  ahead: 'descendant',
  behind: 'ancestor',
  identical: 'same',
  diverged: 'diverged',
};

async function askGithub(
  { git }: Clone,
  { recorded, ours }: Pair,
  compare: CompareCommits | undefined,
): Promise<Lineage> {
  if (compare === undefined)
    return unknown('GitHub could not be asked: that takes a token and the name of the repository.');
  const limit = AbortSignal.timeout(GITHUB_MS);
  try {
    return { kind: KINDS[await orAborted(compare(ours, recorded), git.signal, limit)] };
  } catch (error) {
    git.signal?.throwIfAborted();
    if (limit.aborted) return unknown(inWords({ kind: 'slow', limitMs: GITHUB_MS }));
    if (error instanceof GithubError) return unknown(inWords(error.failure));
    throw error;
  }
}

async function orAborted<T>(work: Promise<T>, ...signals: readonly (AbortSignal | undefined)[]): Promise<T> {
  const signal = AbortSignal.any(signals.filter((each) => each !== undefined));
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function unknown(reason: string): Unknown {
  return { kind: 'unknown', reason };
}

/** Of what is no sha nobody knows what it holds. */
function quoted(text: string): string {
  const shown = redact(text)
    .slice(0, 50)
    .replace(/[^\x20-\x7e]/g, '?');
  return `"${text.length > 50 ? `${shown}...` : shown}"`;
}
