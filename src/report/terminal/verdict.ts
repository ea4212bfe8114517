import type { Finding, Report, Result } from '../model.ts';
import { count, duration } from './text.ts';
import type { View } from './view.ts';

const GOOD: ReadonlySet<Result> = new Set(['passed', 'noop', 'planned', 'applied', 'superseded']);

/** The answer in one line: '✗ 2 migrations: blocked, 3 findings block, 1 warns (4.2 s)'. */
export function verdictLine(report: Report, { paint }: View): string {
  const good = GOOD.has(report.result);
  const sign = good ? paint.green('✓') : paint.red('✗');
  const took = paint.dim(` (${duration(report.durationMs)})`);
  if (report.result === 'noop') return `${sign} ${paint.bold('no migration changed')}: nothing to do${took}`;
  if (report.result === 'error') return `${sign} ${paint.bold('no verdict')}${took}`;
  const result = good ? paint.green(report.result) : paint.red(report.result);
  const subject = count(report.migrations.length, 'migration');
  return `${sign} ${paint.bold(`${subject}: `)}${paint.bold(result)}, ${reasons(report).join(', ')}${took}`;
}

function reasons(report: Report): string[] {
  const failed = report.migrations.filter(({ up }) => up?.status === 'failed' || up?.status === 'partial').length;
  const tests = (report.tests ?? []).some(({ exitCode }) => exitCode !== 0);
  const counted = report.findings.filter(({ suppressed }) => suppressed === undefined);
  const suppressed = report.findings.length - counted.length;
  const blocks = withSeverity(counted, 'block');
  const warns = withSeverity(counted, 'warn');
  return [
    ...(failed > 0 ? [`${failed} ${failed === 1 ? 'fails' : 'fail'}`] : []),
    ...(tests ? ['the tests fail'] : []),
    ...(blocks > 0 ? [`${count(blocks, 'finding')} ${blocks === 1 ? 'blocks' : 'block'}`] : []),
    ...(warns > 0 ? [`${blocks > 0 ? warns : count(warns, 'finding')} ${warns === 1 ? 'warns' : 'warn'}`] : []),
    ...(blocks + warns === 0 ? ['no findings'] : []),
    ...(suppressed > 0 ? [`${suppressed} suppressed`] : []),
  ];
}

function withSeverity(findings: readonly Finding[], severity: Finding['severity']): number {
  return findings.filter((finding) => finding.severity === severity).length;
}
