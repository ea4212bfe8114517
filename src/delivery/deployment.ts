import { beginDeployment } from '../report/deployment/begin.ts';
import { stageOf } from '../report/deployment/stage.ts';
import { withStage } from '../report/deployment/state.ts';
import type { Report } from '../report/model.ts';
import { runUrl } from '../services/run-url.ts';
import type { Settings } from '../settings/types.ts';

/** A plan that nobody is to approve is no news: somebody looks, or a schedule does. */
export function isJustALook({ command, target }: Settings): boolean {
  return command === 'plan' && target.planOut === undefined;
}

/** A report that says what has become of the deployment so far, where its command is a stage of one. */
export function withDeployment(settings: Settings, report: Report): Report {
  const { actions, target, telling } = settings;
  if (report.command !== 'plan' && report.command !== 'apply') return report;
  const { headSha, subject, author } = report.git ?? {};
  const { deployment, unreadable } = beginDeployment({
    repository: actions?.repository,
    commit: headSha ?? actions?.sha,
    given: telling.deployment,
    subject,
    author,
    database: report.database,
  });
  if (deployment === undefined) return report;
  const stage = stageOf(report, {
    environment: report.target?.environment ?? target.environment ?? 'production',
    at: new Date(Date.parse(report.startedAt) + report.durationMs),
    url: runUrl(actions),
  });
  const notices = unreadable === 0 ? [] : ['What an earlier job said of the deployment cannot be read.'];
  return {
    ...report,
    ...(notices.length === 0 ? {} : { notices: [...(report.notices ?? []), ...notices] }),
    // A plan that is written to a file is one that an apply is bound to, once somebody has approved it.
    deployment: withStage(
      deployment,
      stage.state === 'planned' && target.planOut !== undefined ? { ...stage, state: 'waiting' } : stage,
    ),
  };
}
