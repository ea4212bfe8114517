import { renderComment } from '../report/markdown/comment.ts';
import { keepingDeployment } from '../report/markdown/deployment.ts';
import { type Marker, readMarker } from '../report/markdown/marker.ts';
import type { Report, Result } from '../report/model.ts';
import { createGithub } from '../services/github/client.ts';
import { type CommentOutcome, putComment } from '../services/github/comment.ts';
import type { CommentMode, Settings } from '../settings/types.ts';
import { linksOf, markerOf } from './context.ts';

/** The pull request's comment. undefined: this run has no pull request, or nothing is to be said there. Never rejects. */
export async function tellPullRequest(
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<CommentOutcome | undefined> {
  const { actions, githubToken, comment, env } = settings;
  // The comment is the verdict's: a deploy must not write over it.
  if (settings.command !== 'check' || comment === 'never' || githubToken === undefined) return undefined;
  if (actions?.event.kind !== 'pull_request' || actions.repository === undefined) return undefined;
  const { number, readOnly } = actions.event;
  const marker = markerOf(settings, report);
  const links = linksOf(settings, report);
  const create = creates(comment, report.result);
  const github = createGithub({
    apiUrl: actions.apiUrl,
    token: githubToken,
    repository: actions.repository,
    env,
    signal,
    ...(create ? {} : { budgetMs: BRIEFLY_MS }),
  });
  return putComment(github, {
    pullRequest: number,
    readOnly,
    identify: (body) => {
      const found = readMarker(body);
      return found?.scope === marker.scope && isPossible(found, marker) ? { ...found, body } : undefined;
    },
    isNewer: (there) => outweighs(there, marker),
    render: (previous) => {
      // What another job of this very run has found is not resolved by ours.
      const resolved = previous?.run === marker.run ? undefined : previous;
      return keepingDeployment(renderComment(report, { marker, links, previous: resolved }), previous?.body ?? '');
    },
    create,
    mustNotStand: (there) => there.result !== marker.result,
  });
}

/** Months of all of GitHub: no run that far ahead of ours has written anything yet. */
const MOST_RUNS_AHEAD = 1_000_000_000;

/** false: the marker was made up, so that every run would seem older. */
export function isPossible(there: Marker, ours: Marker): boolean {
  return ours.run === 0 || there.run - ours.run <= MOST_RUNS_AHEAD;
}

/**
 * Whether the comment that is there stays. A run that was slower than one for a later commit must not write over what that
 * one said; and of two jobs of one run that differ in nothing we know, the worse answer stays.
 */
export function outweighs(there: Marker, ours: Marker): boolean {
  if (there.run !== ours.run) return there.run > ours.run;
  if (there.attempt !== ours.attempt) return there.attempt > ours.attempt;
  return gravity(there.result) > gravity(ours.result);
}

function gravity(result: Result): number {
  return ['noop', 'passed', 'blocked', 'error'].indexOf(result);
}

/** For a comment that may be there from before: most pull requests have none, and nobody waits for the answer. */
const BRIEFLY_MS = 4_000;

/** Whether a pull request gets a comment that has none yet. */
export function creates(mode: CommentMode, result: Result): boolean {
  switch (mode) {
    case 'always':
      return true;
    case 'changes':
      // Without an answer nobody knows whether migrations change: the check is red and says why.
      return result !== 'noop' && result !== 'error';
    case 'failure':
      return result !== 'noop' && result !== 'passed';
    case 'never':
      return false;
  }
}
