import type { Finding, Report, Result } from '../model.ts';
import { count, duration } from '../words.ts';
import type { View } from './view.ts';

const GOOD: ReadonlySet<Result> = new Set(['passed', 'noop', 'planned', 'applied', 'superseded']);

/** The answer in one line: '✗ 2 migrations: blocked, 3 findings block, 1 warning (4.2 s)'. */
export function verdictLine(report: Report, { paint }: View): string {
  const good = GOOD.has(report.result);
  const sign = good ? paint.green('✓') : paint.red('✗');
  const took = paint.dim(` (${duration(report.durationMs)})`);
  if (report.result === 'noop') return `${sign} ${paint.bold('no migration changed')}: nothing to do${took}`;
  const result = good ? paint.green(report.result) : paint.red(report.result);
  const subject = count(report.migrations.length, 'migration');
  return `${sign} ${paint.bold(`${subject}: `)}${paint.bold(result)}, ${reasons(report).join(', ')}${took}`;
}

function reasons(report: Report): string[] {
  const failed = report.migrations.filter(({ up }) => up?.status === 'failed' || up?.status === 'partial').length;
  const tests = (report.tests ?? []).some(({ exitCode }) => exitCode !== 0);
  const open = report.findings.filter(({ suppressed }) => suppressed === undefined);
  const suppressed = report.findings.length - open.length;
  const blocks = withSeverity(open, 'block');
  const warnings = withSeverity(open, 'warn');
  const notes = withSeverity(open, 'info');
  return [
    ...(failed > 0 ? [`${failed} ${failed === 1 ? 'fails' : 'fail'}`] : []),
    ...(tests ? ['the tests fail'] : []),
    ...(blocks > 0 ? [`${count(blocks, 'finding')} ${blocks === 1 ? 'blocks' : 'block'}`] : []),
    ...(warnings > 0 ? [count(warnings, 'warning')] : []),
    ...(blocks + warnings === 0 && notes > 0 ? [count(notes, 'note')] : []),
    ...(open.length === 0 ? [suppressed > 0 ? 'no open findings' : 'no findings'] : []),
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
  ];
}

function withSeverity(findings: readonly Finding[], severity: Finding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length;
}
