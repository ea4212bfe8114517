import { relative } from 'node:path';
import { openCounts } from '../report/findings.ts';
import type { Links } from '../report/links.ts';
import type { Marker } from '../report/markdown/marker.ts';
import type { Report } from '../report/model.ts';
import { isWithin, wayOf } from '../services/path-links.ts';
import type { EndedRun } from '../settings/actions.ts';
import type { Settings } from '../settings/types.ts';

/** What surfaces on GitHub need beyond the report. */

/** undefined: nothing can be linked to. */
export function linksOf(settings: Settings, report: Report): Links | undefined {
  const { actions } = settings;
  if (actions?.repository === undefined) return undefined;
  const { serverUrl } = actions;
  const { runId, runAttempt } = toldRun(settings) ?? actions;
  const commit = commitOf(settings, report);
  if (commit === undefined) return undefined;
  const repository = `${serverUrl}/${actions.repository}`;
  const run = runId === 0 ? undefined : `${repository}/actions/runs/${runId}/attempts/${runAttempt}`;
  return { repository, commit, run };
}

/** The run that has found out what is told, where that is not this one: `comment` tells of another one's. */
export function toldRun({ command, actions }: Settings): EndedRun | undefined {
  return command === 'comment' && actions?.event.kind === 'workflow_run' ? actions.event : undefined;
}

/**
 * The commit whose files people know: of GitHub's merge of a pull request, the tip of its branch. Of anything else that was
 * looked at, that itself.
 */
function commitOf(settings: Settings, { git }: Report): string | undefined {
  const told = toldRun(settings);
  if (told !== undefined) return told.headSha;
  if (settings.actions === undefined) return undefined;
  const { event, sha } = settings.actions;
  const looked = git?.headSha ?? undefined;
  if (event.kind !== 'pull_request') return looked ?? sha;
  return looked === undefined || looked === sha ? event.headSha : looked;
}

/**
 * What tells a pull request's comments apart when it has several: about two databases, from two folders, or from the jobs of
 * a matrix. Inputs alone, so that a run without an answer finds its comment as well.
 */
export function scopeOf({ database, cwd, configPath, overrides, actions }: Settings): string {
  const folder = relativeTo(actions?.workspace, cwd);
  const { migrationsDirectory: migrations, postgresVersion: postgres, tool } = overrides;
  const parts = { database, folder, config: configPath, migrations, postgres, tool };
  return Object.entries(parts)
    .flatMap(([name, value]) => (value ? `${name}=${value}` : []))
    .join(' ');
}

/** By where they really are: a workspace may be reached through a link. undefined: the workspace itself, or not in it. */
function relativeTo(workspace: string | undefined, cwd: string): string | undefined {
  if (workspace === undefined) return undefined;
  const root = wayOf(workspace).real;
  const { real } = wayOf(cwd);
  return isWithin(root, real) ? relative(root, real) : undefined;
}

export function markerOf(settings: Settings, report: Report): Marker {
  const { actions } = settings;
  const told = toldRun(settings);
  const { blocking, warnings } = openCounts(report.findings);
  return {
    v: 1,
    scope: scopeOf(settings),
    run: told?.runId ?? actions?.runId ?? 0,
    attempt: told?.runAttempt ?? actions?.runAttempt ?? 1,
    head: commitOf(settings, report) ?? '',
    result: report.result,
    blocking,
    findings: blocking + warnings,
  };
}
