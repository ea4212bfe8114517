import type { Rehearsed } from '../judgement/rehearsed.ts';
import { risk } from '../judgement/risk.ts';
import { verdict } from '../judgement/verdict.ts';
import type { LintResult } from '../lint/types.ts';
import { changedLines, touches } from '../project/changed-lines.ts';
import { parseScript } from '../project/sql.ts';
import { cannotRunInTransaction, effectiveExecution } from '../project/transaction.ts';
import type { Change, Migration } from '../project/types.ts';
import type { Prepared } from '../rehearsal/rehearse.ts';
import { NEWEST_TESTED } from '../rehearsal/server/versions.ts';
import type { Finding, MigrationReport, NotAnalysed, Report, TestRun } from '../report/model.ts';
import { redact } from '../services/redact.ts';
import { version } from '../version.ts';
import type { CheckInputs } from './check-inputs.ts';

/** What the stages found. */
export interface Outcome {
  readonly linted: LintResult;
  /** undefined: there was nothing new to rehearse. */
  readonly seen: Rehearsed | undefined;
  readonly prepared: Prepared | undefined;
  readonly rehearsalMs: number | undefined;
  readonly tests: TestRun | undefined;
  readonly notices: readonly string[];
  readonly findings: readonly Finding[];
}

interface Frame {
  readonly startedAt: Date;
  readonly now: () => Date;
  readonly inputs: CheckInputs;
  readonly timings: Readonly<Record<string, number>>;
  /** undefined: no migration changed. */
  readonly outcome: Outcome | undefined;
}

/** The report of a check. */
export async function checkReport({ startedAt, now, inputs, timings, outcome }: Frame): Promise<Report> {
  const { changeSet, database } = inputs;
  const findings = await placedInDiff(outcome?.findings ?? inputs.findings, inputs);
  const notices = [...inputs.notices, ...(outcome?.notices ?? [])].map(redact);
  return {
    schemaVersion: 1,
    tool: { name: 'lockstep', version },
    command: 'check',
    result: outcome === undefined ? 'noop' : verdict(outcome),
    startedAt: startedAt.toISOString(),
    durationMs: Math.max(0, now().getTime() - startedAt.getTime()),
    git: gitOf(inputs),
    ...(database === undefined ? {} : { database }),
    project: { tool: changeSet.tool, directory: changeSet.directory, migrations: changeSet.head.migrations.length },
    ...(outcome?.prepared ? { rehearsal: rehearsalOf(outcome, outcome.prepared, inputs) } : {}),
    migrations: changeSet.changes.map((change) => migrationReport(change, outcome)),
    findings,
    ...(outcome?.tests ? { tests: [outcome.tests] } : {}),
    ...(outcome?.seen ? { schemaDiff: outcome.seen.schemaDiff } : {}),
    ...(notices.length > 0 ? { notices } : {}),
    timings: { ...timings },
    coverage: coverageOf(inputs, outcome),
  };
}

function gitOf({ range, actions }: CheckInputs): NonNullable<Report['git']> {
  const { repository, event } = actions ?? {};
  return {
    ...(repository === undefined ? {} : { repository }),
    baseSha: range.baseTip,
    headSha: range.head === 'worktree' ? null : range.head,
    mergeBaseSha: range.mergeBase,
    ...(event?.kind === 'pull_request' ? { pullRequest: event.number } : {}),
  };
}

/** Says of each finding whether it stands on lines of the change, if git can tell: the verdict does not hang on it. */
async function placedInDiff(findings: readonly Finding[], { files, range }: CheckInputs): Promise<Finding[]> {
  const paths = findings.map(({ path }) => path);
  const changed = await changedLines(files, range, paths).catch(() => undefined);
  if (changed === undefined) return [...findings];
  return findings.map((finding) => ({
    ...finding,
    inDiff: touches(changed, finding.path, finding.line, finding.endLine),
  }));
}

function rehearsalOf(
  outcome: Outcome,
  prepared: Prepared,
  { changeSet, policy }: CheckInputs,
): NonNullable<Report['rehearsal']> {
  return {
    serverVersion: prepared.server.version,
    ...(isAssumed(prepared, policy) ? { versionAssumed: true } : {}),
    server: prepared.server.origin,
    baseMigrations: changeSet.base.migrations.length,
    baseFromCache: prepared.fromCache,
    baseDurationMs: Math.round(prepared.replayMs),
    durationMs: outcome.rehearsalMs ?? 0,
    ...(outcome.seen?.rows && { rows: outcome.seen.rows }),
  };
}

/** A server that somebody has named (`rehearsal_url`, LOCKSTEP_PG_BIN) has the major that they chose. */
function isAssumed({ server }: Prepared, { postgresVersion }: CheckInputs['policy']): boolean {
  return postgresVersion === undefined && !server.shared && server.major === NEWEST_TESTED;
}

function migrationReport(change: Change, outcome: Outcome | undefined): MigrationReport {
  if (change.kind === 'deleted') {
    const { id, path } = change.before;
    return { id, path, change: 'deleted', status: 'not-run' };
  }
  const { migration } = change;
  const { phase, why } = migration.directives;
  const run = outcome?.seen?.migrations.get(migration.id);
  return {
    id: migration.id,
    path: migration.path,
    ...(change.kind === 'renamed' ? { previousPath: change.before.path } : {}),
    change: change.kind,
    transaction: transactionOf(migration),
    ...(phase === undefined ? {} : { phase }),
    ...(why === undefined ? {} : { why }),
    ...riskOf(change, run, outcome),
    ...(run ?? { status: 'not-run' as const }),
  };
}

/** Of a migration that is going to run; of others only what its author says. */
function riskOf(
  { kind, migration }: Exclude<Change, { kind: 'deleted' }>,
  run: Pick<MigrationReport, 'up'> | undefined,
  outcome: Outcome | undefined,
): Pick<MigrationReport, 'risk'> {
  const { risk: declared } = migration.directives;
  if (kind !== 'added' || outcome === undefined)
    return declared === undefined ? {} : { risk: { level: declared.level, reasons: [`declared: ${declared.reason}`] } };
  const own = new Set([migration.path, migration.down?.path]);
  return {
    risk: risk({
      findings: outcome.findings.filter(({ path }) => own.has(path)),
      statements: run?.up?.statements ?? [],
      transaction: transactionOf(migration),
      lost: outcome.seen?.lost.get(migration.id) ?? [],
      declared,
    }),
  };
}

/** Whether one transaction holds the whole script. A lone statement sent as one query is one by itself. */
function transactionOf(migration: Migration): 'single' | 'none' {
  const execution = effectiveExecution(migration);
  if (execution !== 'implicit') return execution === 'transaction' ? 'single' : 'none';
  const [first, ...more] = parseScript(migration.up).statements ?? [];
  return more.length === 0 && first !== undefined && cannotRunInTransaction(first) ? 'none' : 'single';
}

function coverageOf({ changeSet }: CheckInputs, outcome: Outcome | undefined): Report['coverage'] {
  if (outcome === undefined) return { files: 0, statements: 0, notAnalysed: [] };
  const { files, statements, notAnalysed } = outcome.linted;
  return {
    files,
    statements,
    notAnalysed: [...notAnalysed, ...(outcome.seen?.notAnalysed ?? []), ...changeSet.changes.flatMap(unrehearsed)],
  };
}

/** Changes of migrations that exist at base: environments have applied them as they were, so they are not run again. */
function unrehearsed(change: Change): NotAnalysed[] {
  if (change.kind !== 'modified' || change.edit === 'cosmetic') return [];
  const what = change.edit === 'down' ? 'the changed down script' : 'the edited migration';
  return [{ path: change.migration.path, reason: `${what} was not rehearsed: it is part of the base history` }];
}
