import type { LedgerEntry } from '../deploy/ledger/read.ts';
import { lockHolder } from '../deploy/lock/holder.ts';
import { parseScript } from '../project/sql.ts';
import type { Report } from '../report/model.ts';
import type { HistoryEntry, HistoryReport } from '../report/target-model.ts';
import { redact } from '../services/redact.ts';
import type { Settings } from '../settings/types.ts';
import { historyNotices } from './history-notices.ts';
import type { Io } from './io.ts';
import { onTarget } from './on-target.ts';
import { readingOf } from './reading.ts';
import { planNow, type TargetPlan } from './target-plan.ts';
import { historyOf, migrationOf, reportOf } from './target-report.ts';

/** What a target has, what is pending, what is half-done, and who deploys to it now. Reads only. */
export function status(settings: Settings, io: Io): Promise<Report> {
  return onTarget(settings, io, { use: 'read' }, (frame) => {
    const { opened, inputs, notices } = frame;
    const { session } = opened.target;
    return readingOf(session, async () => {
      const plan = await planNow(frame);
      notices.push(...historyNotices(inputs, plan));
      const holder = await lockHolder(session, opened.key);
      return reportOf(frame, {
        result: 'passed',
        plan: plan.report,
        history: { ...historyOf(plan), ...lastRunOf(plan), entries: entriesOf(plan) },
        lock: { key: String(opened.key), ...(holder === undefined ? {} : { holder }) },
        migrations: plan.state.pending.map((migration) => migrationOf(migration, undefined, 'pending')),
      });
    });
  });
}

function lastRunOf({ history: { ledger } }: TargetPlan): Pick<HistoryReport, 'lastRun'> {
  if (ledger.lastRun === undefined) return {};
  const { result, startedAt, commit, error } = ledger.lastRun;
  return {
    lastRun: {
      result,
      startedAt: startedAt.toISOString(),
      ...(commit === undefined ? {} : { commit }),
      ...(error === undefined ? {} : { error: redact(error) }),
    },
  };
}

/** In the tool's order, then what the repository does not have, then what was begun and not finished. */
function entriesOf({ state }: TargetPlan): HistoryEntry[] {
  const edits = new Map(state.edited.map(({ migration, edit }) => [migration, edit]));
  return [
    ...state.applied.map(({ migration, entry }) => {
      const edited = edits.get(migration);
      return { ...told(migration.id, entry), inRepository: true, ...(edited === undefined ? {} : { edited }) };
    }),
    ...state.missing.map(({ identity, entry }) => ({ ...told(entry?.name ?? identity, entry), inRepository: false })),
    ...state.unfinished.map(({ identity, migration, steps, opened }) => ({
      id: migration?.id ?? identity,
      status: steps.length > 0 ? ('partial' as const) : ('failed' as const),
      how: steps.length > 0 || opened ? ('applied' as const) : ('tool' as const),
      inRepository: migration !== undefined,
      ...(steps.length === 0 ? {} : { statementsDone: steps.filter((step) => step.state === 'done').length }),
      ...(migration === undefined ? {} : { statements: parseScript(migration.up).statements?.length ?? 0 }),
    })),
  ];
}

function told(id: string, entry: LedgerEntry | undefined): Omit<HistoryEntry, 'inRepository'> {
  if (entry === undefined) return { id, status: 'applied', how: 'tool' };
  const { how, appliedAt, durationMs, commit, pullRequest, actor, runUrl } = entry;
  return {
    id,
    status: 'applied',
    how,
    appliedAt: appliedAt.toISOString(),
    durationMs,
    ...(commit === undefined ? {} : { commit }),
    ...(pullRequest === undefined ? {} : { pullRequest }),
    ...(actor === undefined ? {} : { actor }),
    ...(runUrl === undefined ? {} : { runUrl }),
  };
}
