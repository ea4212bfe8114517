import { openCounts } from '../report/findings.ts';
import type { Links } from '../report/links.ts';
import type { Marker } from '../report/markdown/marker.ts';
import type { Report } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';

/** What surfaces on GitHub need beyond the report. */

/** undefined: nothing can be linked to. */
export function linksOf({ actions }: Settings, report: Report): Links | undefined {
  if (actions?.repository === undefined) return undefined;
  const { event, runId, runAttempt, serverUrl } = actions;
  const commit = event.kind === 'pull_request' ? event.headSha : (report.git?.headSha ?? actions.sha);
  if (commit === undefined) return undefined;
  const repository = `${serverUrl}/${actions.repository}`;
  return {
    repository,
    commit,
    run: runId === 0 ? undefined : `${repository}/actions/runs/${runId}/attempts/${runAttempt}`,
  };
}

/**
 * What tells a pull request's comments apart when it has several: about two databases, from two folders, or from the jobs of
 * a matrix. Inputs alone, so that a run without an answer finds its comment as well.
 */
function scopeOf({ database, cwd, configPath, overrides, actions }: Settings): string {
  const folder = relativeTo(actions?.workspace, cwd);
  const { migrationsDirectory: migrations, postgresVersion: postgres, tool } = overrides;
  const parts = { database, folder, config: configPath, migrations, postgres, tool };
  return Object.entries(parts)
    .flatMap(([name, value]) => (value ? `${name}=${value}` : []))
    .join(' ');
}

function relativeTo(workspace: string | undefined, cwd: string): string | undefined {
  if (workspace === undefined) return undefined;
  return cwd.startsWith(`${workspace}/`) ? cwd.slice(workspace.length + 1) : undefined;
}

export function markerOf(settings: Settings, report: Report): Marker {
  const { actions } = settings;
  const { open, blocking } = openCounts(report.findings);
  return {
    v: 1,
    scope: scopeOf(settings),
    run: actions?.runId ?? 0,
    attempt: actions?.runAttempt ?? 1,
    head: actions?.event.kind === 'pull_request' ? actions.event.headSha : (report.git?.headSha ?? ''),
    result: report.result,
    blocking,
    findings: open,
  };
}
