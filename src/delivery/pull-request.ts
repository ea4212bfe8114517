import { renderComment } from '../report/markdown/comment.ts';
import { readMarker } from '../report/markdown/marker.ts';
import type { Report } from '../report/model.ts';
import { createGithub } from '../services/github/client.ts';
import { type CommentOutcome, putComment } from '../services/github/comment.ts';
import type { Settings } from '../settings/types.ts';
import { linksOf, markerOf } from './context.ts';

/** The pull request's comment. undefined: this run has no pull request, or nothing is to be said there. Never rejects. */
export async function tellPullRequest(
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<CommentOutcome | undefined> {
  const { actions, githubToken, comment, env } = settings;
  if (comment === 'never' || githubToken === undefined) return undefined;
  if (actions?.event.kind !== 'pull_request' || actions.repository === undefined) return undefined;
  const { number, readOnly } = actions.event;
  const marker = markerOf(settings, report);
  const links = linksOf(settings, report);
  const github = createGithub({
    apiUrl: actions.apiUrl,
    token: githubToken,
    repository: actions.repository,
    env,
    signal,
  });
  return putComment(github, {
    pullRequest: number,
    readOnly,
    identify: (body) => {
      const found = readMarker(body);
      return found?.scope === marker.scope ? found : undefined;
    },
    // A run that was slower than one for a later commit must not write over what that one said.
    isNewer: ({ run, attempt }) => run > marker.run || (run === marker.run && attempt > marker.attempt),
    render: (previous) =>
      renderComment(report, {
        marker,
        ...(links === undefined ? {} : { links }),
        ...(previous === undefined ? {} : { previous }),
      }),
    create: creates(comment, report),
  });
}

function creates(mode: Exclude<Settings['comment'], 'never'>, { result }: Report): boolean {
  switch (mode) {
    case 'always':
      return true;
    case 'changes':
      return result !== 'noop';
    case 'failure':
      return result !== 'noop' && result !== 'passed';
  }
}
