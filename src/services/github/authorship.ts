import type { Github, GithubComment } from './github.ts';

/** The author of what GITHUB_TOKEN writes, on GitHub Enterprise Server too. */
const WORKFLOW_BOT = 'github-actions[bot]';

/**
 * Those of the comments with our marker that we have written. The marker alone proves nothing: whoever may comment may
 * write it, and could later make the verdict say something else.
 *
 * A user's token: GitHub says whose it is, and the login must match. An app's token, of which GITHUB_TOKEN is one, is not
 * told which app it is (GET /user is refused, GET /app wants the app's private key). So:
 * - No comment of a person is ours. People cannot write as a bot, and a login that ends in '[bot]' is given to apps alone.
 * - Of bots, the workflow's own goes first: GITHUB_TOKEN is the usual token, and another app that copies our marker (or
 *   quotes somebody who did) must not draw our verdict into a comment that it can rewrite.
 * - Else one other bot: whoever wrote the oldest. Usually that is ourselves by another app's token. Apps are installed by
 *   the repository's administrators, so this is no way in for somebody who may only comment.
 * - Never two authors at once: the comments beside the chosen author's are left alone, not cleaned up as our duplicates.
 * `performed_via_github_app` adds nothing: on a bot's comment it repeats the login, and on a person's it only says by which
 * program the person wrote it.
 */
export async function writtenByUs<T extends GithubComment>(
  github: Github,
  marked: readonly T[],
): Promise<readonly T[]> {
  if (marked.length === 0) return [];
  const user = await github.user();
  if (user !== undefined) return writtenBy(user, marked);
  const bots = marked.filter(({ author }) => author?.isBot === true);
  const workflow = writtenBy(WORKFLOW_BOT, bots);
  return workflow.length > 0 ? workflow : writtenBy(bots[0]?.author?.login, bots);
}

/** By login; GitHub knows no difference between its upper and lower case. */
export function writtenBy<T extends GithubComment>(login: string | undefined, comments: readonly T[]): readonly T[] {
  return comments.filter(({ author }) => author !== undefined && author.login.toLowerCase() === login?.toLowerCase());
}
