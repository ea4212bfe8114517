import { setImmediate } from 'node:timers/promises';
import picomatch from 'picomatch';
import { loadParser } from '../project/sql.ts';
import { isClusterWide } from '../project/transaction.ts';
import type { Finding, NotAnalysed } from '../report/model.ts';
import type { Policy } from '../settings/types.ts';
import { squawkRuleNames } from './catalogue.ts';
import { byPlace } from './finding.ts';
import { freshScripts } from './fresh.ts';
import { type Guarded, guard, refusedIds } from './guard.ts';
import { hazardFindings, withoutTwice } from './hazards.ts';
import { exceptionsOf } from './overrides.ts';
import { judgedBy, policyProblems, silentRulesOf } from './policy.ts';
import { historyChanges } from './rules/history.ts';
import { newestVersion, orderOfMigrations } from './rules/order.ts';
import {
  brokenSections,
  clusterWideStatements,
  directiveProblems,
  emptyMigration,
  newSectionProblems,
} from './rules/script-content.ts';
import { examinedScripts, suppressibleScripts, untouchedScripts } from './scripts.ts';
import { enabledSquawkRules, readSquawkConfig, wantedSquawkRules } from './squawk-config.ts';
import { askSquawk, squawkFindings } from './squawk-lint.ts';
import { applySuppressions } from './suppress.ts';
import type { LintInput, LintResult, ReadScript, RuleContext } from './types.ts';

/**
 * Lint: what the text of a change set says, and what git says about its history. No database is asked. Throws
 * LockstepError when Squawk or its configuration fails.
 */
export async function lint(input: LintInput): Promise<LintResult> {
  await loadParser();
  const {
    changeSet,
    policy,
    layout,
    now,
    postgresMajor,
    otherRules,
    otherMandatory: mandatoryRules = new Set<string>(),
  } = input;
  const squawkConfig = readSquawkConfig(input.squawkConfig, policy.lint.squawkConfig);
  const context: RuleContext = { policy, layout, now, newestVersion: newestVersion(changeSet, layout) };
  const isExcluded = picomatch([...policy.lint.exclude], { dot: true });
  const examined = examinedScripts(changeSet);
  const asked = examined.filter(({ full, script }) => full && !isExcluded(script.path));
  const answering = askSquawk(asked, squawkConfig, input);
  // Awaited below; should it fail before, that is no failure that nobody handles.
  answering.catch(() => {});
  // It starts when we let go of the thread; then both work at once.
  await setImmediate();
  const untouched = untouchedScripts(changeSet, examined);
  const guarded = guard(examined, context, untouched);
  const readable = guarded.flatMap(({ read }) => read ?? []);
  const fresh = freshScripts(
    readable.filter(({ full }) => full),
    { changeSet, untouched, postgresMajor },
  );
  const judged = fresh.filter(({ script }) => !isExcluded(script.path));
  const squawk = squawkFindings(judged, await answering);
  const said = askedFor(squawk.findings, enabledSquawkRules(squawkConfig, policy), policy);

  const found = [
    ...guarded.flatMap(({ findings }) => findings),
    ...changeSet.changes.flatMap(brokenSections),
    ...judged.flatMap((script) => [...emptyMigration(script), ...clusterWideStatements(script)]),
    ...withoutTwice([...withoutEchoes(said, guarded), ...judged.flatMap(hazardFindings)]),
    ...squawkConfig.findings,
    ...historyChanges(changeSet, layout, policy.historyAccept),
    ...orderOfMigrations(changeSet, layout, now),
    ...changeSet.changes.flatMap((change) => (change.kind === 'deleted' ? [] : directiveProblems(change.migration))),
    ...policyProblems(policy, mandatoryRules),
  ];
  const silentRules = silentRulesOf(wantedSquawkRules(squawkConfig, policy), policy);
  const suppressed = applySuppressions(judgedBy(policy, found), suppressibleScripts(changeSet), {
    otherRules,
    silentRules,
    mandatoryRules,
  });
  const undivided = changeSet.changes.flatMap((change) =>
    change.kind !== 'deleted' && newSectionProblems(change).length > 0 ? [change.migration.id] : [],
  );
  const findings = judgedBy(policy, suppressed).sort(byPlace);
  return {
    findings,
    notAnalysed: [
      ...changeSet.changes
        .flatMap(newSectionProblems)
        .map(({ path, line, message }) => ({ path, line, reason: message })),
      ...changeSet.ignored.map(({ path, reason }) => ({ path, reason })),
      ...leftOut(guarded, fresh, judged),
      ...squawk.notAnalysed,
      ...outOfSight(judged, policy.rehearsal.superuser),
    ],
    refused: new Set([...refusedIds(guarded, 'up', findings), ...undivided]),
    refusedDown: new Set([...refusedIds(guarded, 'down', findings), ...undivided]),
    silentRules,
    files: new Set(readable.map(({ script }) => script.path)).size,
    statements: readable.reduce((count, { statements }) => count + statements.length, 0),
  };
}

/** Of a rule that `lint.overrides` alone asks for, what it says where an entry fits. */
function askedFor(findings: readonly Finding[], everywhere: ReadonlySet<string>, policy: Policy): readonly Finding[] {
  const { severityOf } = exceptionsOf(policy);
  return findings.filter(
    (one) => everywhere.has(one.rule) || !squawkRuleNames.has(one.rule) || severityOf(one) !== undefined,
  );
}

/** Squawk's word on CONCURRENTLY in transactions, where `mixed-transaction` has said it of the file. */
function withoutEchoes(findings: readonly Finding[], guarded: readonly Guarded[]): Finding[] {
  const own = guarded.flatMap((one) => one.findings).filter(({ rule }) => rule === 'mixed-transaction');
  const said = new Set(own.map(({ path }) => path));
  return findings.filter(
    ({ rule, path }) => rule !== 'ban-concurrent-index-creation-in-transaction' || !said.has(path),
  );
}

function leftOut(
  guarded: readonly Guarded[],
  fresh: readonly ReadScript[],
  judged: readonly ReadScript[],
): NotAnalysed[] {
  const unread = guarded.filter(({ read }) => read === undefined);
  return [
    ...unread.map(({ examined: { script, half } }) => ({
      path: script.path,
      reason: `the ${half} script cannot be parsed`,
    })),
    ...fresh
      .filter((script) => !judged.includes(script))
      .map(({ script: { path } }) => ({ path, reason: 'excluded from lint by lint.exclude' })),
  ];
}

/** What neither Squawk nor our rules can see, and what the rehearsal's clones do not isolate. */
function outOfSight(scripts: readonly ReadScript[], superuser: boolean): NotAnalysed[] {
  return scripts.flatMap(({ script: { path }, statements, commands }) => [
    ...statements
      .filter(({ kind }) => kind === 'DoStmt')
      .map(({ line }) => ({ path, line, reason: 'Squawk does not look into DO blocks' })),
    ...(superuser ? [] : commands.filter(isClusterWide)).map(({ line }) => ({
      path,
      line,
      reason: 'its effects leave the database: rehearsed as far as the rehearsal role may',
    })),
  ]);
}
