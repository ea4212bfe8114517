import type { Actions, ActionsEvent } from '../settings/actions.ts';
import { eventNotCheckedOut } from './git-errors.ts';
import type { Clone } from './git-fetch.ts';
import {
  commitIfAny,
  commitUnlessGone,
  contains,
  ensureCommit,
  ensureFirstParent,
  ensureMergeBase,
  short,
} from './git-history.ts';
import type { Range } from './refs.ts';

/** Which commits an event of GitHub Actions is about. */

type EventOf<K extends ActionsEvent['kind']> = Extract<ActionsEvent, { kind: K }>;

/** The commit that an event proposes. A pull request's is looked at where the checkout has put it. */
export function eventHead(event: ActionsEvent): string {
  if (event.kind === 'merge_group') return event.headSha;
  return event.kind === 'push' ? event.after : 'HEAD';
}

/**
 * Throws `event-not-checked-out` when what is checked out is not the pull request's change: it would get a verdict on
 * something else. A newer merge or tip, from a push since the event, holds the change. The commits of other events are
 * judged wherever HEAD is.
 */
export async function requireEventInHead(clone: Clone, { event, sha }: Actions, head: string): Promise<void> {
  if (event.kind !== 'pull_request' || head === sha || head === event.headSha) return;
  const tip = await commitIfAny(clone, event.headSha);
  if (tip !== undefined && (await contains(clone, tip, head))) return;
  throw eventNotCheckedOut(short(head), event.number, short(event.headSha));
}

interface EventRequest {
  readonly clone: Clone;
  readonly actions: Actions;
  /** The commit to look at. */
  readonly head: string;
  /** Whether a setting asked for that commit, in place of the event's own. */
  readonly named: boolean;
}

/** `name`: the head that a setting asks for. Throws `git-history-missing`, `git-unknown-ref`. */
export async function rangeOfEvent(clone: Clone, actions: Actions, name: string | undefined): Promise<Range> {
  const { event } = actions;
  const head = await ensureCommit(clone, name ?? eventHead(event));
  const request: EventRequest = { clone, actions, head, named: name !== undefined };
  switch (event.kind) {
    case 'pull_request':
      return ofPullRequest(request, event);
    case 'merge_group': {
      const baseTip = await ensureCommit(clone, event.baseSha);
      return { baseTip, mergeBase: await ensureMergeBase(clone, baseTip, head), head, notices: [] };
    }
    case 'push':
      return ofPush(request, event);
    case 'other':
    case 'workflow_run':
    case 'unreadable':
    case 'pull_request_target':
      return againstFirstParent(request, (parent) => `${compared(head, parent)} ${OTHER_BASE}`);
  }
}

const OTHER_BASE = 'The input `base` names another commit to compare with.';

function compared(head: string, parent: string): string {
  return `${short(head)} was compared with the commit before it, ${short(parent)}.`;
}

/**
 * What GitHub checks out is the merge of the pull request into the base branch: against its first parent it shows the
 * change, and nothing that the base branch has gained meanwhile.
 */
async function ofPullRequest(request: EventRequest, event: EventOf<'pull_request'>): Promise<Range> {
  const { clone, head, named } = request;
  if (await isProposal(request, event)) return againstFirstParent(request);
  const baseTip = await baseOfPullRequest(request, event);
  const mergeBase = await ensureMergeBase(clone, baseTip, head);
  const what = head === event.headSha ? "the tip of the pull request's branch" : 'another commit';
  const how =
    mergeBase === head
      ? `is part of the base branch already (${short(baseTip)}): there was nothing to compare.`
      : `is ${what}, not its merge into the base branch: it was compared from where it parted from ${short(baseTip)}, the base branch when the event happened.`;
  const notice = `${short(head)} ${how} To check what will be merged, leave \`ref\` out of the actions/checkout step.`;
  return { baseTip, mergeBase, head, notices: named ? [] : [notice] };
}

/**
 * Whether a commit is a merge of the pull request into the base branch: the event's own, or a newer one. A merge of the
 * base into the branch has the branch as its first parent.
 */
async function isProposal(
  { clone, actions, head, named }: EventRequest,
  { headSha }: EventOf<'pull_request'>,
): Promise<boolean> {
  if (await isMergeOf(clone, head, headSha)) return true;
  if (named || head === headSha || head === actions.sha || (await clone.git.parents(head)).length !== 2) return false;
  const parent = await ensureFirstParent(clone, head);
  return parent !== undefined && !(await contains(clone, headSha, parent));
}

/** The base branch's tip when GitHub made the merge commit; the event's own `base.sha` may be much older. */
async function baseOfPullRequest(
  { clone, actions: { sha } }: EventRequest,
  event: EventOf<'pull_request'>,
): Promise<string> {
  const merge = sha === undefined ? undefined : await commitIfAny(clone, sha);
  const isMerge = merge !== undefined && (await isMergeOf(clone, merge, event.headSha));
  const parent = isMerge ? await ensureFirstParent(clone, merge) : undefined;
  return parent ?? ensureCommit(clone, event.baseSha);
}

async function isMergeOf({ git }: Clone, sha: string, branch: string): Promise<boolean> {
  const parents = await git.parents(sha);
  return parents.length === 2 && parents[1] === branch;
}

async function ofPush(request: EventRequest, { before }: EventOf<'push'>): Promise<Range> {
  const { clone, head, named } = request;
  const baseTip = before === undefined ? undefined : await commitUnlessGone(clone, before);
  if (baseTip === undefined) {
    const why =
      before === undefined
        ? 'The branch is new'
        : `${short(before)}, where the branch was before this push, does not exist any more`;
    return againstFirstParent(request, (parent) => `${why}: ${compared(head, parent)} ${OTHER_BASE}`);
  }
  const mergeBase = await ensureMergeBase(clone, baseTip, head);
  const notices = named || mergeBase === baseTip ? [] : [forced(head, baseTip, mergeBase)];
  return { baseTip, mergeBase, head, notices };
}

function forced(head: string, before: string, mergeBase: string): string {
  const how =
    mergeBase === head
      ? `has taken commits back, from ${short(before)} to ${short(head)}: there was nothing to compare.`
      : `has replaced history: ${short(head)} does not descend from ${short(before)}, and was compared from where the two part, ${short(mergeBase)}.`;
  return `The push ${how} What only the replaced commits held was not looked at.`;
}

/** A repository's very first commit is compared with nothing at all: whatever it holds is new. */
async function againstFirstParent(
  { clone, head }: EventRequest,
  noticeOf?: (parent: string) => string,
): Promise<Range> {
  const parent = await ensureFirstParent(clone, head);
  const base = parent ?? (await clone.git.emptyTree());
  const first = `${short(head)} is the repository's first commit: all that it holds counts as new.`;
  const notice = parent === undefined ? first : noticeOf?.(parent);
  return { baseTip: base, mergeBase: base, head, notices: notice === undefined ? [] : [notice] };
}
