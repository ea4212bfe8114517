import type { LockAnswer } from '../deploy/lock/lock.ts';
import { runsInSteps } from '../deploy/run/execution.ts';
import type { MigrationRun } from '../deploy/run/result.ts';
import { newestOf } from '../project/layouts/names.ts';
import type { Migration } from '../project/types.ts';
import type { MigrationReport, Report, Result, TestRun } from '../report/model.ts';
import type { HistoryReport, PlanReport } from '../report/target-model.ts';
import { redact } from '../services/redact.ts';
import type { Settings } from '../settings/types.ts';
import { version } from '../version.ts';
import { withoutRows } from './private-rows.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { TargetPlan } from './target-plan.ts';
import { type OpenTarget, targetReport } from './target-session.ts';

/** What a command on a target found out, put into the report. */

export interface TargetFrame {
  readonly settings: Settings;
  readonly inputs: TargetInputs;
  readonly opened: OpenTarget;
  readonly startedAt: Date;
  readonly now: () => Date;
  /** Added to while the run goes on. */
  readonly notices: string[];
}

export interface TargetOutcome {
  readonly result: Result;
  readonly error?: Report['error'];
  readonly plan?: PlanReport | undefined;
  readonly history?: HistoryReport | undefined;
  readonly lock?: Report['lock'];
  readonly migrations?: readonly MigrationReport[];
  readonly tests?: readonly TestRun[];
  readonly schemaDiff?: Report['schemaDiff'];
  readonly rehearsal?: Report['rehearsal'];
}

export function reportOf(frame: TargetFrame, outcome: TargetOutcome): Report {
  const { settings, inputs, opened, startedAt, now } = frame;
  const { repository, event } = settings.actions ?? {};
  const notices = frame.notices.map(redact);
  const { migrations = [], tests = [], ...rest } = outcome;
  const statements = migrations.reduce((sum, { up }) => sum + (up?.statements.length ?? 0), 0);
  return {
    schemaVersion: 1,
    tool: { name: 'lockstep', version },
    command: settings.command,
    startedAt: startedAt.toISOString(),
    durationMs: Math.max(0, now().getTime() - startedAt.getTime()),
    git: {
      ...(repository === undefined ? {} : { repository }),
      baseSha: inputs.commit,
      headSha: inputs.at === 'worktree' ? null : inputs.commit,
      ...(event?.kind === 'pull_request' ? { pullRequest: event.number } : {}),
      ...(inputs.subject === '' ? {} : { subject: inputs.subject }),
      ...(inputs.author === undefined ? {} : { author: inputs.author }),
    },
    ...(inputs.location.database === undefined ? {} : { database: inputs.location.database }),
    project: {
      tool: inputs.project.tool,
      directory: inputs.project.directory,
      migrations: inputs.project.migrations.length,
    },
    target: targetReport(opened, inputs),
    ...withoutUndefined(rest),
    result: outcome.result,
    migrations: [...migrations],
    findings: [],
    ...(tests.length > 0 ? { tests: [...tests] } : {}),
    ...(notices.length > 0 ? { notices } : {}),
    coverage: { files: migrations.length, statements, notAnalysed: [] },
  };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}

/** A migration of the plan; `run` undefined: it did not run. */
export function migrationOf(
  migration: Migration,
  run: MigrationRun | undefined,
  otherwise: 'pending' | 'not-run',
): MigrationReport {
  const { phase, why, risk } = migration.directives;
  return {
    id: migration.id,
    path: migration.path,
    change: 'added',
    transaction: runsInSteps(migration) ? 'none' : 'single',
    ...(phase === undefined ? {} : { phase }),
    ...(why === undefined ? {} : { why }),
    ...(risk === undefined ? {} : { risk: { level: risk.level, reasons: [`declared: ${risk.reason}`] } }),
    status: run?.status ?? otherwise,
    ...(run === undefined || run.status === 'not-run'
      ? {}
      : {
          up: {
            status: run.status,
            durationMs: run.durationMs,
            statements: [...run.statements],
            ...(run.error === undefined ? {} : { error: withoutRows(run.error) }),
            ...(run.attempts.length === 0 ? {} : { attempts: [...run.attempts] }),
          },
        }),
  };
}

/** In short, as every command that looks at a history tells it. */
export function historyOf({ history, state }: TargetPlan): HistoryReport {
  const [commit] = history.ledger.commits;
  // Of what this commit does not have nobody knows the order: then the time tells.
  const latest = history.ledger.entries.at(-1)?.name;
  const newest =
    (state.missing.length > 0 ? latest : undefined) ?? newestOf(state.applied.map(({ migration }) => migration))?.id;
  return {
    relation: history.relation ?? null,
    applied: state.applied.length + state.missing.length,
    ...(newest === undefined ? {} : { newest }),
    ...(commit === undefined ? {} : { commit }),
  };
}

export function lockOf(key: bigint, answer: LockAnswer | undefined): NonNullable<Report['lock']> {
  return {
    key: String(answer?.of?.key ?? key),
    ...(answer?.of === undefined ? {} : { tool: answer.of.tool }),
    ...(answer === undefined ? {} : { waitedMs: answer.waitedMs }),
    ...(answer?.holder === undefined ? {} : { holder: answer.holder }),
  };
}
