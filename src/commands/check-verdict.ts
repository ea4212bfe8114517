import { withExcerpts } from '../judgement/excerpts.ts';
import { observed } from '../judgement/finding.ts';
import { type JudgedMigration, judgeRehearsal, type Rehearsed } from '../judgement/rehearsed.ts';
import { byPlace } from '../lint/finding.ts';
import { judgedBy } from '../lint/policy.ts';
import { suppressibleScripts } from '../lint/scripts.ts';
import { applySuppressions } from '../lint/suppress.ts';
import type { LintResult } from '../lint/types.ts';
import type { Prepared, Rehearsal } from '../rehearsal/rehearse.ts';
import type { Finding, TestRun } from '../report/model.ts';
import { type CheckInputs, laterRules } from './check-inputs.ts';
import type { Outcome } from './check-report.ts';

/** Joins what the stages found, under the policy's severities and the files' own suppressions. */
export function judged(
  inputs: CheckInputs,
  linted: LintResult,
  rehearsed:
    | { readonly prepared: Prepared; readonly rehearsal: Rehearsal<JudgedMigration>; readonly durationMs: number }
    | undefined,
  tests: TestRun | undefined,
  notices: readonly string[],
): Outcome {
  const { policy, changeSet } = inputs;
  const seen: Rehearsed | undefined = rehearsed && judgeRehearsal(rehearsed.rehearsal);
  const told = withoutEchoes(seen?.findings ?? [], linted.findings);
  const later = judgedBy(policy, [...inputs.findings, ...told, ...testFindings(tests, inputs)]);
  const scripts = suppressibleScripts(changeSet);
  const findings = applySuppressions([...linted.findings, ...later], scripts, {
    otherRules: laterRules,
    silentRules: linted.silentRules,
  });
  return {
    linted,
    seen,
    prepared: rehearsed?.prepared,
    rehearsalMs: rehearsed?.durationMs,
    tests,
    notices,
    findings: withExcerpts(judgedBy(policy, findings), scripts).sort(byPlace),
  };
}

function testFindings(tests: TestRun | undefined, { changeSet }: CheckInputs): Finding[] {
  if (tests === undefined || tests.exitCode === 0) return [];
  const path = changeSet.changes.findLast((change) => change.kind === 'added')?.migration.path ?? changeSet.directory;
  const how = tests.timedOut
    ? 'did not end in time'
    : tests.exitCode === null
      ? 'was ended by a signal'
      : `ended with exit status ${tests.exitCode}`;
  return [observed('tests-fail', { path, message: `\`${tests.command}\` ${how} on a database at the new schema.` })];
}

/** Where names without a schema are looked up. */
export function searchPathOf({
  searchPath,
  preset,
}: {
  readonly searchPath: string | undefined;
  readonly preset: string | undefined;
}): string[] {
  const path = searchPath ?? (preset === 'supabase' ? 'public, extensions' : 'public');
  return path.split(',').flatMap((part) => {
    const name = part.trim().replace(/^"(.*)"$/, '$1');
    return name === '' || name === '$user' ? [] : [name];
  });
}

/** Two findings for one fact are one: what cannot run in a transaction fails in the rehearsal as lint has foretold. */
function withoutEchoes(seen: readonly Finding[], linted: readonly Finding[]): Finding[] {
  const foretold = new Set(
    linted.flatMap(({ rule, severity, suppressed, path }) =>
      rule === 'mixed-transaction' && severity === 'block' && suppressed === undefined ? [path] : [],
    ),
  );
  return seen.filter(
    ({ rule, path, message }) =>
      rule !== 'migration-fails' || !foretold.has(path) || !message.includes('(SQLSTATE 25001)'),
  );
}
