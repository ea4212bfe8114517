import { renderComment } from '../report/markdown/comment.ts';
import { keepingDeployment } from '../report/markdown/deployment.ts';
import { type Marker, readMarker } from '../report/markdown/marker.ts';
import type { Report, Result } from '../report/model.ts';
import { count } from '../report/words.ts';
import { createGithub } from '../services/github/client.ts';
import { type CommentOutcome, failed, putComment } from '../services/github/comment.ts';
import type { Github } from '../services/github/github.ts';
import type { EndedRun } from '../settings/actions.ts';
import type { CommentMode, Settings } from '../settings/types.ts';
import { linksOf, markerOf, toldRun } from './context.ts';

/** The pull request's comment. undefined: this run has no pull request, or nothing is to be said there. Never rejects. */
export async function tellPullRequest(
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<CommentOutcome | undefined> {
  const { actions, githubToken, comment, env } = settings;
  // The comment is the verdict's: a deploy must not write over it.
  if (settings.command !== 'check' && settings.command !== 'comment') return undefined;
  if (comment === 'never' || githubToken === undefined || actions?.repository === undefined) return undefined;
  // A check after another run, `on: workflow_run`, has a token that may write beside what anybody proposes: it tells nobody.
  const told = toldRun(settings);
  const event =
    told ?? (settings.command === 'check' && actions.event.kind === 'pull_request' ? actions.event : undefined);
  if (event === undefined) return undefined;
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
  const found = 'number' in event ? event : await pullRequestOf(event, github, report);
  if (!('number' in found)) return found;
  return putComment(github, {
    pullRequest: found.number,
    readOnly: found.readOnly,
    identify: (body) => {
      const there = readMarker(body);
      return there?.scope === marker.scope && isPossible(there, marker) ? { ...there, body } : undefined;
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

interface Found {
  readonly number: number;
  readonly readOnly?: undefined;
}

/** The pull request that a run was of, by what GitHub itself says of both; a report can only choose among those. Never rejects. */
async function pullRequestOf(run: EndedRun, github: Github, report: Report): Promise<Found | CommentOutcome> {
  const none = (why: string): CommentOutcome => ({ kind: 'none', why: `No comment: ${why}.` });
  if (run.of !== 'pull_request')
    return none(`the run that has ended was one of ${JSON.stringify(run.of)}, not of a pull request`);
  if (run.headOwner === undefined) return none('the repository that the branch was in is gone');
  const tip = run.headSha;
  try {
    const numbers = await github.openPullRequests({ owner: run.headOwner, name: run.headBranch, tip });
    const number = numbers.length > 1 ? numbers.find((one) => one === report.git?.pullRequest) : numbers[0];
    if (number !== undefined) return { number };
    return numbers.length === 0
      ? none(
          `no open pull request is at ${tip.slice(0, 9)}: it was closed, or pushed to, and the newer commit has a run of its own`,
        )
      : none(
          `${tip.slice(0, 9)} is the tip of ${count(numbers.length, 'pull request')}, and the report is of none of them`,
        );
  } catch (error) {
    return failed(error, github);
  }
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
