import type { Finding, Report, SqlErrorReport } from './model.ts';

/** What belongs together in a report, so that no surface tells it twice. */

/** The error of Postgres that a finding of the rehearsal tells about. */
export function errorAt({ source, path, line }: Finding, report: Report): SqlErrorReport | undefined {
  if (source !== 'rehearsal') return undefined;
  return report.migrations
    .flatMap(({ up, down }) => [up?.error, down?.error])
    .find((error) => error !== undefined && error.path === path && lineOf(error) === line);
}

/** Where a finding of it stands: the first line, when it has none. */
function lineOf({ line = 1 }: SqlErrorReport): number {
  return line;
}

/** Whether a finding tells of the error, so that it need not be told by itself. */
export function isTold(error: SqlErrorReport, { findings }: Report): boolean {
  return findings.some((finding) => tells(finding, error));
}

/** What cannot run in a transaction block: lint foretells it for the file, and its finding is the one that stays. */
const ACTIVE_TRANSACTION = '25001';

function tells({ rule, source, severity, path, line, suppressed }: Finding, error: SqlErrorReport): boolean {
  if (suppressed !== undefined || path !== error.path) return false;
  if (rule === 'mixed-transaction' && error.sqlstate === ACTIVE_TRANSACTION) return true;
  return line === lineOf(error) && (severity === 'block' || source === 'rehearsal');
}

export function byPlace(a: Finding, b: Finding): number {
  return a.line - b.line || (a.column ?? 0) - (b.column ?? 0);
}

/** How often each rule, the most frequent first. */
export function tally(findings: readonly Finding[]): [rule: string, number: number][] {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Whether a finding shows the line of the error, so that it need not be shown twice. */
export function isLineShown({ path, line }: SqlErrorReport, { findings }: Report): boolean {
  return findings.some((finding) => finding.excerpt !== undefined && finding.path === path && finding.line === line);
}
