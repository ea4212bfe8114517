import type { MigrationReport, Report, SqlErrorReport } from '../model.ts';
import { hasStopped } from '../outcome.ts';
import { shorten } from '../shorten.ts';
import type { Stage, StageFailure, StageState } from './model.ts';

const MOST_MIGRATIONS = 20;

interface StageOptions {
  readonly environment: string;
  readonly at: Date;
  /** The run's page. */
  readonly url?: string | undefined;
}

/** What a run of `plan` or `apply` was for its environment. Pure. */
export function stageOf(report: Report, { environment, at, url }: StageOptions): Stage {
  const { migrations, plan, durationMs } = report;
  const applied = report.command === 'apply' ? migrations.filter(({ status }) => status === 'applied') : [];
  const pending = plan?.pending.map(({ id }) => id) ?? [];
  const named = applied.length > 0 || pending.length === 0 ? migrations.map(({ id }) => id) : pending;
  const failure = failureOf(report);
  return {
    environment: shorten(environment, 200),
    state: stateOf(report),
    at: at.toISOString(),
    durationMs: Math.round(durationMs),
    ...(url === undefined ? {} : { url }),
    applied: applied.length,
    pending: Math.max(0, pending.length - applied.length),
    migrations: named.slice(0, MOST_MIGRATIONS).map((id) => shorten(id, 300)),
    ...(plan === undefined ? {} : { digest: plan.digest }),
    ...(failure === undefined ? {} : { failure }),
  };
}

function stateOf({ result, error }: Report): StageState {
  if (error?.code === 'cancelled') return 'cancelled';
  // Of other commands there are no stages.
  return result === 'passed' || result === 'blocked' ? 'error' : result;
}

function failureOf(report: Report): StageFailure | undefined {
  const stopped = report.migrations.find(hasStopped);
  if (stopped !== undefined) return ofMigration(stopped);
  const { error, plan, lock, result } = report;
  if (error !== undefined) return { message: line(error.message) };
  const closed = plan?.gates.find(({ open }) => !open);
  if (result === 'refused' && closed !== undefined) return { message: line(closed.message) };
  if (result !== 'busy') return undefined;
  const { application } = lock?.holder ?? {};
  return {
    message: lock?.tool === undefined ? 'Another run holds the lock.' : `The lock of ${line(lock.tool)} is held.`,
    ...(application === undefined ? {} : { blocker: shorten(application, 300) }),
  };
}

function ofMigration({ id, path, up }: MigrationReport): StageFailure {
  const error: SqlErrorReport | undefined = up?.error;
  const [blocker] = up?.attempts?.flatMap(({ blockers = [] }) => blockers).slice(-1) ?? [];
  const { application, pid } = blocker ?? {};
  return {
    message: line(error?.message ?? 'It did not come to its end.'),
    migration: shorten(id, 300),
    path: shorten(path, 500),
    ...(error?.line === undefined ? {} : { line: error.line }),
    // People count from one.
    ...(error?.statement === undefined ? {} : { statement: error.statement + 1 }),
    ...(error?.sqlstate === undefined ? {} : { sqlstate: error.sqlstate }),
    ...(pid === undefined ? {} : { blocker: shorten(`${application ?? 'a session'} (pid ${pid})`, 300) }),
    ...(error?.settle === undefined ? {} : { settle: error.settle }),
  };
}

function line(text: string): string {
  const [first = ''] = text.trim().split('\n');
  return shorten(first, 500);
}
