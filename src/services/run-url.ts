import type { Actions } from '../settings/actions.ts';

/** The page of the run; undefined: not inside GitHub Actions. */
export function runUrl(actions: Actions | undefined): string | undefined {
  if (actions?.repository === undefined || actions.runId === 0) return undefined;
  return `${actions.serverUrl}/${actions.repository}/actions/runs/${actions.runId}`;
}
