import type { ReadOnly } from '../../settings/actions.ts';
import { perhapsWrittenBy, writtenBy } from './authorship.ts';
import { explain } from './explain.ts';
import { type Github, type GithubComment, isRefused, isUnclear } from './github.ts';

/** One comment per pull request and subject: found again, created once, brought up to date, never twice. */

export interface CommentRequest<M> {
  readonly pullRequest: number;
  /** The marker in a comment of ours about the same thing; undefined for anybody else's. */
  readonly identify: (body: string) => M | undefined;
  /** True when the comment there comes from a newer run: it is left alone. */
  readonly isNewer: (previous: M) => boolean;
  readonly render: (previous: M | undefined) => string;
  /** false: only a comment that is there is brought up to date. */
  readonly create: boolean;
  /**
   * Asked where GitHub does not say who we are, of the comments that may be ours: true when such a one would mislead if it
   * stayed as it is. Then one is created whatever `create` says, for its author is who we are, and the two become one.
   */
  readonly mustNotStand?: (previous: M) => boolean;
  /** Others that are identified are somebody else's as well: the oldest is written, and none is taken away. */
  readonly keepsOthers?: boolean;
  /** Why GitHub gives this run a token that may only read, when the event says so: then nothing is amiss. */
  readonly readOnly?: ReadOnly | undefined;
}

export type CommentOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged' | 'newer'; readonly url: string }
  /** `why`: worth a line. */
  | { readonly kind: 'none'; readonly why?: string }
  /** `forbidden`: the token may not do it, which may be as it was meant. */
  | { readonly kind: 'failed'; readonly warning: string; readonly forbidden: boolean };

interface Marked<M> extends GithubComment {
  readonly marker: M;
}

/** How often it is looked again when something changed under our hands. */
const ROUNDS = 3;

/** Never rejects: a comment is a messenger, and changes no verdict. */
export async function putComment<M>(github: Github, request: CommentRequest<M>): Promise<CommentOutcome> {
  try {
    return await put(github, request);
  } catch (error) {
    return failed(error, github, request);
  }
}

export function failed(
  error: unknown,
  github: Github,
  { pullRequest, readOnly }: { readonly pullRequest?: number; readonly readOnly?: ReadOnly | undefined } = {},
): Extract<CommentOutcome, { kind: 'failed' }> {
  const warning = explain(error, { github, pullRequest, readOnly });
  return { kind: 'failed', warning, forbidden: isRefused(error, 403) };
}

/** What this call itself has done so far. */
interface Doings {
  /** The comment that we wrote, once GitHub has shown it. */
  created?: GithubComment;
  /** The text of a comment of which we do not know whether it arrived. */
  sent?: string;
  /** Who we are, once we know. */
  login?: string | undefined;
  /** Comments that somebody deleted while we wrote: a list may still show them for a moment. */
  readonly gone: Set<number>;
}

async function put<M>(github: Github, request: CommentRequest<M>): Promise<CommentOutcome> {
  const doings: Doings = { gone: new Set() };
  for (let round = 1; ; round++) {
    const { ours, perhaps } = await findOurs(github, request, doings);
    const oldest = ours[0];
    if (oldest === undefined && doings.created !== undefined) return { kind: 'created', url: doings.created.url };
    const creates = request.create || perhaps.some(({ marker }) => request.mustNotStand?.(marker));
    if (oldest === undefined && !creates) return { kind: 'none' };
    try {
      if (oldest !== undefined) return await settle(github, request, ours, doings.created);
      // Then we look again: another run may have done the same at the same time.
      await create(github, request, doings);
    } catch (error) {
      const deleted = oldest !== undefined && isRefused(error, 404);
      if (round === ROUNDS || !(deleted || (oldest === undefined && isUnclear(error)))) throw error;
      if (deleted) doings.gone.add(oldest.id);
    }
  }
}

async function create<M>(github: Github, request: CommentRequest<M>, doings: Doings): Promise<void> {
  const body = request.render(undefined);
  doings.sent = body;
  doings.created = await github.createComment(request.pullRequest, body);
  doings.login = doings.created.author?.login;
}

interface Found<M> {
  readonly ours: readonly Marked<M>[];
  /** Those of which nobody can say whether they are ours. */
  readonly perhaps: readonly Marked<M>[];
}

/**
 * Two jobs of one run may write about the same thing, and the worse answer is to stay. GitHub knows no "write only if nothing
 * has changed", so what we judge by must be as fresh as it can be: when we had to ask who we are, we look once more. What
 * comes between that look and our writing is still written over.
 */
async function findOurs<M>(github: Github, request: CommentRequest<M>, doings: Doings): Promise<Found<M>> {
  let marked = await listMarked(github, request, doings);
  if (doings.login === undefined && doings.created === undefined && marked.length > 0) {
    doings.login = await github.user();
    if (writtenBy(doings.login, marked).length > 0) marked = await listMarked(github, request, doings);
  }
  const ours = writtenBy(doings.login, marked);
  const { created, sent } = doings;
  const arrived = created === undefined ? ours.find(({ body }) => sent !== undefined && isSame(body, sent)) : undefined;
  if (arrived !== undefined) doings.created = arrived;
  return { ours, perhaps: perhapsWrittenBy(doings.login, marked) };
}

/** Whoever has written them; oldest first. */
async function listMarked<M>(
  github: Github,
  { pullRequest, identify }: CommentRequest<M>,
  { created, gone }: Doings,
): Promise<readonly Marked<M>[]> {
  const listed = await github.comments(pullRequest);
  // A list may lag behind; what we have written is there.
  const comments = created === undefined || listed.some(({ id }) => id === created.id) ? listed : [...listed, created];
  return comments.flatMap((comment) => {
    const marker = gone.has(comment.id) ? undefined : identify(comment.body);
    return marker === undefined ? [] : [{ ...comment, marker }];
  });
}

/**
 * Of several the oldest stays, and nobody ever deletes the oldest: runs that meet here all choose the same one, so that
 * whatever the order, one is left and the newest run has written it last.
 */
async function settle<M>(
  github: Github,
  request: CommentRequest<M>,
  ours: readonly Marked<M>[],
  created: GithubComment | undefined,
): Promise<CommentOutcome> {
  const [oldest, ...younger] = ours;
  if (oldest === undefined) throw new Error('nothing to settle');
  if (ours.some(({ id, marker }) => id !== created?.id && request.isNewer(marker))) {
    await remove(
      github,
      younger.filter(({ id }) => id === created?.id),
    );
    return { kind: 'newer', url: oldest.url };
  }
  const isMine = oldest.id === created?.id;
  const body = isMine ? oldest.body : request.render(oldest.marker);
  const same = isSame(oldest.body, body);
  if (!same) await github.updateComment(oldest.id, body);
  if (request.keepsOthers !== true) await remove(github, younger);
  return { kind: isMine ? 'created' : same ? 'unchanged' : 'updated', url: oldest.url };
}

/** A duplicate that cannot be deleted now is found by the next run. */
async function remove(github: Github, comments: readonly GithubComment[]): Promise<void> {
  for (const { id } of comments) await github.deleteComment(id).catch(() => {});
}

function isSame(a: string, b: string): boolean {
  const plain = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd();
  return plain(a) === plain(b);
}
