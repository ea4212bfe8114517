import { isBad } from '../report/deployment/lines.ts';
import type { Deployment } from '../report/deployment/model.ts';
import { deploymentScope, withDeploymentBlock } from '../report/markdown/deployment.ts';
import { readMarker } from '../report/markdown/marker.ts';
import type { Report } from '../report/model.ts';
import { createGithub } from '../services/github/client.ts';
import { type CommentOutcome, failed, putComment } from '../services/github/comment.ts';
import type { CommentMode, Settings } from '../settings/types.ts';
import { linksOf, scopeOf } from './context.ts';
import { isJustALook } from './deployment.ts';

/** A deploy waits for a messenger for a few seconds at most. */
const BUDGET_MS = 5_000;

/** Brings the comment of the pull request up to date whose merge is deployed. Never rejects. */
export async function tellDeployment(
  settings: Settings,
  report: Report,
  signal: AbortSignal,
): Promise<CommentOutcome | undefined> {
  const { actions, githubToken, comment, env } = settings;
  const { deployment } = report;
  if (deployment === undefined || comment === 'never' || githubToken === undefined) return undefined;
  if (isJustALook(settings)) return undefined;
  if (actions?.repository === undefined || actions.event.kind === 'pull_request') return undefined;
  const { apiUrl, repository } = actions;
  const github = createGithub({ apiUrl, token: githubToken, repository, env, signal, budgetMs: BUDGET_MS });
  let pullRequest: number | undefined;
  try {
    // By its own word, not by what a commit's message says: a message may name any.
    pullRequest = await github.mergedPullRequest(deployment.commit);
  } catch (error) {
    return failed(error, github);
  }
  if (pullRequest === undefined) return undefined;
  const links = linksOf(settings, report);
  const scope = withoutMajor(scopeOf(settings));
  return putComment(github, {
    pullRequest,
    identify: (body) => (withoutMajor(readMarker(body)?.scope ?? deploymentScope(body)) === scope ? body : undefined),
    keepsOthers: true,
    isNewer: () => false,
    render: (body = '') => withDeploymentBlock(body, { scope, deployment, links }),
    create: creates(comment, deployment),
  });
}

/** A check says on which major of Postgres it has rehearsed, and there may be several of it; a deployment is of none. */
function withoutMajor<S extends string | undefined>(scope: S): S {
  return scope?.replace(/(?:^| )postgres=\d+/, '').trimStart() as S;
}

/** Whether there is something to tell where nothing has been told yet. */
function creates(mode: CommentMode, deployment: Deployment): boolean {
  const { stages, code } = deployment;
  const bad = stages.some(isBad) || code?.state === 'failed';
  if (mode === 'failure') return bad;
  return (
    mode === 'always' || bad || stages.some(({ applied, pending, unread }) => applied + pending > 0 || unread === true)
  );
}
