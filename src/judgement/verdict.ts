import { byPlace } from '../lint/finding.ts';
import { judgedBy, silence } from '../lint/policy.ts';
import { suppressibleScripts } from '../lint/scripts.ts';
import { applySuppressions } from '../lint/suppress.ts';
import type { LintResult } from '../lint/types.ts';
import type { ChangeSet } from '../project/types.ts';
import type { Finding, TestRun } from '../report/model.ts';
import type { Policy, RehearsalPolicy } from '../settings/types.ts';
import { commandRules } from './command-rules.ts';
import { withoutEchoes, withoutNothing, withRows } from './echoes.ts';
import { withExcerpts } from './excerpts.ts';
import { observed } from './finding.ts';
import { hazardRules } from './hazard-rules.ts';
import { joinWithLint } from './joined.ts';
import { policyRules } from './policy-rules.ts';
import { inItsLanguage } from './program-comments.ts';
import { rehearsalRules } from './rehearsal-rules.ts';
import type { Rehearsed } from './rehearsed.ts';
import { schemaRules } from './rules.ts';
import { runningCodeRules } from './running-code-rules.ts';
import { type Seen, withEvidence } from './trace/evidence.ts';
import { traceRules } from './trace-rules.ts';
import { onceOnTheWayBack } from './way-back.ts';

/** Rules of the stages after lint: settings and suppressions may name them as well. */
export const laterRules: readonly string[] = [
  rehearsalRules,
  commandRules,
  traceRules,
  policyRules,
  schemaRules,
  runningCodeRules,
  hazardRules,
].flatMap((rules) => Object.keys(rules));

/** What failed is never passed: neither settings nor a comment may say otherwise. */
export const mandatoryRules: ReadonlySet<string> = new Set([
  'migration-fails',
  'needs-superuser',
  'fails-together',
  'tests-fail',
  'command-fails',
]);

/** What the stages know about a change set. */
interface Knowledge {
  readonly changeSet: ChangeSet;
  readonly policy: Policy;
  /** What there is to say about the settings themselves. */
  readonly settings: readonly Finding[];
  readonly linted: LintResult;
  /** undefined: there was nothing new to rehearse. */
  readonly seen: Rehearsed | undefined;
  readonly tests: TestRun | undefined;
}

/** Joins what the stages found, under the policy's severities and the files' own suppressions, by place. */
export function allFindings({ changeSet, policy, settings, linted, seen, tests }: Knowledge): Finding[] {
  const scripts = suppressibleScripts(changeSet);
  const heard = seen ? withoutEchoes(seen, linted.findings) : [];
  const joined = joinWithLint(linted.findings, seen?.schema ?? [], silence(policy, linted.silentRules));
  const { linted: own, told } = withRows(withoutNothing(joined.linted, heard, scripts), heard);
  const all = [...settings, ...told, ...joined.own, ...testFindings(tests, changeSet)];
  const later = judgedBy(policy, all, mandatoryRules);
  const findings = applySuppressions([...own, ...later], scripts, {
    otherRules: laterRules,
    silentRules: linted.silentRules,
    mandatoryRules,
  });
  const proven = seen === undefined ? findings : findings.map((found) => withProof(found, seen.seen));
  const judged = onceOnTheWayBack(changeSet, judgedBy(policy, proven, mandatoryRules));
  return withExcerpts(judged, scripts).map(inItsLanguage).sort(byPlace);
}

/** What lint says of a statement; the rehearsal's own findings are what it saw. */
function withProof(found: Finding, seen: Seen): Finding {
  return found.source === 'squawk' || found.source === 'lockstep' ? withEvidence(found, seen) : found;
}

function testFindings(tests: TestRun | undefined, changeSet: ChangeSet): Finding[] {
  if (tests === undefined || (tests.exitCode === 0 && !tests.timedOut)) return [];
  const path = changeSet.changes.findLast((change) => change.kind === 'added')?.migration.path ?? changeSet.directory;
  const how = tests.timedOut
    ? 'did not end in time'
    : tests.exitCode === null
      ? 'was ended by a signal'
      : `ended with exit status ${tests.exitCode}`;
  return [observed('tests-fail', { path, message: `\`${tests.command}\` ${how} on a database at the new schema.` })];
}

/** One unsuppressed finding that blocks is enough; and whatever findings say, what failed is never passed. */
export function verdict({
  findings,
  seen,
  tests,
}: Pick<Knowledge, 'seen' | 'tests'> & { readonly findings: readonly Finding[] }): 'passed' | 'blocked' {
  const blocks = findings.some(({ severity, suppressed }) => severity === 'block' && suppressed === undefined);
  const fails = [...(seen?.migrations.values() ?? [])].some(
    ({ status }) => status === 'failed' || status === 'partial',
  );
  const testsFail = tests !== undefined && (tests.exitCode !== 0 || tests.timedOut === true);
  return blocks || fails || testsFail ? 'blocked' : 'passed';
}

/** Where names without a schema are looked up. */
export function searchPathOf({ searchPath, preset }: Pick<RehearsalPolicy, 'searchPath' | 'preset'>): string[] {
  const path = searchPath ?? (preset === 'supabase' ? 'public, extensions' : 'public');
  return path.split(',').flatMap((part) => {
    const name = part.trim().replace(/^"(.*)"$/, '$1');
    return name === '' || name === '$user' ? [] : [name];
  });
}
