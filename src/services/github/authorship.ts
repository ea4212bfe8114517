import type { Github, GithubComment } from './github.ts';

/**
 * Those of the comments with our marker that we have written. The marker alone proves nothing: whoever may comment may
 * write it, and an app may echo what anybody has said. Taken for ours, such a comment could keep our verdict away ("a newer
 * run has spoken"), or draw it into a text that somebody else can change. So only the login counts that GitHub tells of our
 * token: a user's, an app's ('acme-robot[bot]') or the workflow's own ('github-actions[bot]').
 *
 * Where GitHub does not tell it, none of them is ours. A comment that we then create shows by its author who we are, and
 * whatever of ours was there before is settled with it (see `put`).
 */
export async function writtenByUs<T extends GithubComment>(
  github: Github,
  marked: readonly T[],
): Promise<readonly T[]> {
  return marked.length === 0 ? [] : writtenBy(await github.user(), marked);
}

/** By login; GitHub knows no difference between its upper and lower case. */
export function writtenBy<T extends GithubComment>(login: string | undefined, comments: readonly T[]): readonly T[] {
  return comments.filter(({ author }) => author !== undefined && author.login.toLowerCase() === login?.toLowerCase());
}
