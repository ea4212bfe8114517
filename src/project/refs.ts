import { LockstepError } from '../errors.ts';
import type { Actions } from '../settings/actions.ts';
import { eventHead, rangeOfEvent, requireEventInHead } from './event-range.ts';
import type { Git } from './git.ts';
import { eventUnreadable, eventUnsupported, noCommits } from './git-errors.ts';
import type { Clone } from './git-fetch.ts';
import type { At } from './git-files.ts';
import { ensureCommit, ensureMergeBase, short } from './git-history.ts';

/** Which commits are compared. Whatever names them (the command line, an event of Actions), this is what it comes to. */
export interface Range {
  /** The base branch as it is now: order and rehearsal look at it. For a repository's very first commit: the empty tree. */
  readonly baseTip: string;
  /** Where head parted from the base: what a change set is a change of. */
  readonly mergeBase: string;
  readonly head: At;
  /** What the reader should know about the choice. */
  readonly notices: readonly string[];
}

interface RangeOptions {
  readonly git: Git;
  /** undefined: as the event says; without one the remote's default branch, else main, else master. */
  readonly base?: string | undefined;
  /** undefined: as the event says; without one the working tree. */
  readonly head?: string | undefined;
  /** undefined: not inside GitHub Actions. There head is always a commit: other steps leave files in the working tree. */
  readonly actions?: Actions | undefined;
  /** Opens the remote when the clone's own credentials do not. Only the event's server gets to see it. */
  readonly githubToken?: string | undefined;
}

/**
 * The range of a check. Commits that the clone lacks are fetched where git may. Throws `event-unsupported`,
 * `event-unreadable`, `event-not-checked-out`, `git-history-missing`, and what cannot be a commit.
 */
export async function resolveRange({ git, base, head, actions, githubToken }: RangeOptions): Promise<Range> {
  if (actions?.event.kind === 'pull_request_target') throw eventUnsupported();
  if (actions?.event.kind === 'unreadable' && base === undefined) throw eventUnreadable(actions.event.name);
  const current = git.head;
  if (current === undefined) throw noCommits();
  const access = actions && githubToken ? { serverUrl: actions.serverUrl, token: githubToken } : undefined;
  const clone: Clone = { git, access };
  if (actions && head === undefined) await requireEventInHead(clone, actions, current);
  if (actions && base === undefined) return rangeOfEvent(clone, actions, head);
  const headName = head ?? (actions && eventHead(actions.event));
  const headCommit = headName === undefined ? current : await ensureCommit(clone, headName);
  const baseName = base ?? (await defaultBase(git));
  const baseTip = await ensureCommit(clone, baseName);
  const mergeBase = await ensureMergeBase(clone, baseTip, headCommit);
  const found = { baseTip, mergeBase };
  if (headName === undefined) {
    const same = `HEAD is ${baseName} itself (${short(baseTip)}): only what is not committed yet was compared with it.`;
    return { ...found, head: 'worktree', notices: headCommit === baseTip ? [same] : [] };
  }
  const settled = `${headName} is part of ${baseName} already (${short(baseTip)}): there was nothing to compare.`;
  return { ...found, head: headCommit, notices: headCommit === mergeBase ? [settled] : [] };
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
      hint: 'Set `base` (on the command line `--base`) to the branch that this change is to be merged into.',
    },
  );
}
