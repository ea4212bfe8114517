import type { GithubComment } from './github.ts';

/**
 * Those of the comments with our marker that this login has written. The marker alone proves nothing: whoever may comment
 * may write it, and an app may echo what anybody has said. Taken for ours, such a comment could keep our verdict away ("a
 * newer run has spoken"), or draw it into a text that somebody else can change. So only the login counts that GitHub tells
 * of our token: a user's, an app's ('acme-robot[bot]') or the workflow's own ('github-actions[bot]'). GitHub knows no
 * difference between its upper and lower case.
 *
 * Where GitHub does not tell it (undefined), none of them is ours. A comment that we then create shows by its author who we
 * are, and whatever of ours was there before is settled with it (see `put`).
 */
export function writtenBy<T extends GithubComment>(login: string | undefined, marked: readonly T[]): readonly T[] {
  return marked.filter(({ author }) => author !== undefined && author.login.toLowerCase() === login?.toLowerCase());
}

/** Those that may be ours for all we know: none, once we know who we are. Nothing may be done to them on that ground. */
export function perhapsWrittenBy<T extends GithubComment>(
  login: string | undefined,
  marked: readonly T[],
): readonly T[] {
  return login === undefined ? marked.filter(({ author }) => author !== undefined) : [];
}
