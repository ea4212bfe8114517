import { withStage } from '../report/deployment/state.ts';
import type { Report } from '../report/model.ts';
import { shorten } from '../report/shorten.ts';
import { isRefused } from '../services/github/github.ts';
import type { Settings } from '../settings/types.ts';

/** Names are a courtesy: nobody waits long for them. */
const BUDGET_MS = 3_000;
/** GitHub has no more of them: https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments */
const MOST = 6;

interface Telling {
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A report of a deployment that waits, with the names of those who may approve, where GitHub says them. Never rejects. */
export async function withApprovers(settings: Settings, report: Report, { print, signal }: Telling): Promise<Report> {
  const { actions, env, githubToken, target, telling } = settings;
  const { deployment } = report;
  const asked = telling.waitingFor ?? target.environment ?? 'production';
  const stage = deployment?.stages.find(({ environment, state }) => environment === asked && state === 'waiting');
  if (deployment === undefined || stage === undefined) return report;
  if (githubToken === undefined || actions?.repository === undefined) return report;
  const { createGithub } = await import('../services/github/client.ts');
  const { apiUrl, repository } = actions;
  const github = createGithub({ apiUrl, token: githubToken, repository, env, signal, budgetMs: BUDGET_MS, retries: 0 });
  try {
    const names = await github.approvers(telling.githubEnvironment ?? stage.environment);
    if (names.length === 0) return report;
    const approvers = names.slice(0, MOST).map((name) => shorten(name, 100));
    return { ...report, deployment: withStage(deployment, { ...stage, approvers }) };
  } catch (error) {
    const why = isRefused(error, 403)
      ? 'the token lacks the permission `actions: read`'
      : isRefused(error, 404)
        ? 'GitHub has no environment of that name'
        : 'GitHub does not answer';
    print(`Who may approve is not told: ${why}.\n`);
    return report;
  }
}
