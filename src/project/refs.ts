import { LockstepError } from '../errors.ts';
import type { Git } from './git.ts';
import { noCommits } from './git-errors.ts';
import type { At } from './git-files.ts';
import { ensureCommit, ensureMergeBase } from './git-history.ts';

/** Which commits are compared. Whatever names them (the command line, an event of Actions), this is what it comes to. */
export interface Range {
  /** The base branch as it is now: order and rehearsal look at it. */
  readonly baseTip: string;
  /** Where head parted from the base: what a change set is a change of. */
  readonly mergeBase: string;
  readonly head: At;
  /** What the reader should know about the choice. */
  readonly notices: readonly string[];
}

interface RangeOptions {
  readonly git: Git;
  /** undefined: the remote's default branch, else main, else master. */
  readonly base?: string | undefined;
  /** undefined: the working tree. */
  readonly head?: string | undefined;
}

/** The range of a check outside an event: merge-base to head. Commits that the clone lacks are fetched where git may. */
export async function resolveRange({ git, base, head }: RangeOptions): Promise<Range> {
  const current = await git.head();
  if (current === undefined) throw noCommits();
  const headCommit = head === undefined ? current : await ensureCommit(git, head);
  const baseName = base ?? (await defaultBase(git));
  const baseTip = await ensureCommit(git, baseName);
  const mergeBase = await ensureMergeBase(git, baseTip, headCommit);
  const notices =
    headCommit === baseTip
      ? [
          head === undefined
            ? `HEAD is ${baseName} itself (${baseTip.slice(0, 7)}): only what is not committed yet was compared with it.`
            : `${head} and ${baseName} are the same commit (${baseTip.slice(0, 7)}): there was nothing to compare.`,
        ]
      : [];
  return { baseTip, mergeBase, head: head === undefined ? 'worktree' : headCommit, notices };
}

/** The branch that changes are merged into, as far as the repository tells. The remote's is newer than our copy of it. */
async function defaultBase(git: Git): Promise<string> {
  const told = await git.defaultBranch();
  for (const candidate of [told, 'origin/main', 'main', 'origin/master', 'master']) {
    if (candidate !== undefined && (await git.resolve(candidate)) !== undefined) return candidate;
  }
  throw new LockstepError(
    'base-unknown',
    'There is no base to compare with: no default branch of origin, no main, no master.',
    {
      hint: 'Name the branch that this change is to be merged into: --base BRANCH',
    },
  );
}
