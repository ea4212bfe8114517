import type { Deployment } from '../deploy/deployment.ts';
import { readHistory, type TargetHistory } from '../deploy/history/read.ts';
import { upgradeToolTable } from '../deploy/history/upgrade.ts';
import { recordMigration, rowOf } from '../deploy/ledger/write.ts';
import { LockstepError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import type { RecordFacts } from '../project/layouts/bookkeeping.ts';
import { fileName } from '../project/layouts/names.ts';
import { recordFacts } from '../project/layouts/record-facts.ts';
import { loadParser } from '../project/sql.ts';
import type { Migration } from '../project/types.ts';
import type { MigrationReport, Report } from '../report/model.ts';
import { plain } from '../report/plain.ts';
import type { Settings } from '../settings/types.ts';
import { asksFirst, confirm } from './confirm.ts';
import type { Io } from './io.ts';
import { writingUnderLock } from './locked-writing.ts';
import { onTarget } from './on-target.ts';
import { readingOf } from './reading.ts';
import { compareTarget } from './target-comparison.ts';
import type { TargetInputs } from './target-inputs.ts';
import { planFor } from './target-plan.ts';
import { migrationOf, reportOf, type TargetFrame } from './target-report.ts';

/**
 * Adopts an existing database: shows what it will write, compares the schema with what these migrations make, then records
 * them as applied. No migration runs.
 */
export function baseline(settings: Settings, io: Io): Promise<Report> {
  const before = (inputs: TargetInputs): void => void migrationsUpTo(inputs, settings.target.baselineTo ?? '');
  return onTarget(settings, io, { use: 'write', before }, (frame) => recorded(frame, io));
}

async function recorded(frame: TargetFrame, io: Io): Promise<Report> {
  const { settings, inputs, opened } = frame;
  const { session, address } = opened.target;
  const upTo = migrationsUpTo(inputs, settings.target.baselineTo ?? '');
  const toRecord = async (history: TargetHistory): Promise<Migration[]> => {
    const { state } = await planFor({ inputs, opened, session, history, approved: undefined });
    return upTo.filter((migration) => state.pending.includes(migration));
  };
  await loadParser();
  const shown = await readingOf(session, async () => toRecord(await readHistory(session, opened.history)));
  const fresh = settings.target.baselineTo === NOTHING;
  if (shown.length === 0 && !fresh) return reportOf(frame, { result: 'noop' });
  // A project that begins beside others makes nothing of what is there.
  const partly = inputs.tool !== undefined && upTo.length < inputs.project.migrations.length;
  const blind = fresh || (partly && settings.target.acceptDifferences);
  const comparison = blind ? undefined : await compareTarget(frame, io, session, upTo);
  const { same = true, schemaDiff, lines = [], rehearsal } = comparison ?? {};
  const compared = { rehearsal, ...(same ? {} : { schemaDiff }) };
  if (!same && !settings.target.acceptDifferences) {
    frame.notices.push(DIFFERS);
    return reportOf(frame, { result: 'blocked', ...compared, migrations: shown.map(pendingReport) });
  }
  if (asksFirst(settings)) {
    io.progress.close();
    io.stdout(preview(same ? [] : lines, shown));
    await confirm(io, inputs, address, 'the baseline is recorded');
  }
  return writingUnderLock(frame, io, async (deployment, history) => {
    const now = await toRecord(history);
    if (now.length !== shown.length) {
      throw new LockstepError('history-changed', 'The history of the target has changed since it was read.', {
        hint: 'Start the baseline again.',
      });
    }
    await upgradeToolTable(deployment.session, opened.history, history);
    await deployment.fenced(rowsOf(deployment, frame, now));
    const migrations = now.map((migration) => ({ ...pendingReport(migration), status: 'applied' as const }));
    return { result: 'passed', ...compared, migrations };
  });
}

/** What it will write, and what the target has that the migrations do not make. */
function preview(difference: readonly string[], migrations: readonly Migration[]): string {
  const compared =
    difference.length === 0
      ? ['The schema is what these migrations make.']
      : ['The schema differs:', ...difference.map((line) => `  ${line}`)];
  return `${plain([...compared, 'To be recorded as applied:', ...migrations.map(({ id }) => `  ${id}`)].join('\n'))}\n`;
}

const DIFFERS =
  'Nothing was recorded. Mend the database or choose another migration for `to`; or, if the difference is all right, set `accept_differences` (on the command line --accept-differences).';

/** `--to none`: the project begins here, beside what others have made. */
const NOTHING = 'none';

function migrationsUpTo({ project: { migrations } }: TargetInputs, id: string): readonly Migration[] {
  if (id === NOTHING) return [];
  const at = migrations.findIndex((migration) =>
    [migration.id, migration.path, migration.version, fileName(migration.path)].includes(id),
  );
  if (at >= 0) return migrations.slice(0, at + 1);
  throw new LockstepError(
    'migration-unknown',
    `There is no migration ${id}${didYouMean(
      id,
      migrations.map((one) => one.id),
    )}`,
    {
      hint: 'Name it by its id: the path below the migrations folder, without .sql.',
    },
  );
}

function pendingReport(migration: Migration): MigrationReport {
  return migrationOf(migration, undefined, 'pending');
}

function rowsOf(deployment: Deployment, { inputs, opened }: TargetFrame, migrations: readonly Migration[]): string[] {
  const { ledger, source } = opened;
  const who = { ...deployment.request.identity, id: deployment.runId };
  const known = inputs.project.migrations;
  const factsOf = (migration: Migration): RecordFacts => {
    const previous = known[known.indexOf(migration) - 1];
    return recordFacts(migration, { how: 'baseline', role: opened.target.role, milliseconds: '0', previous });
  };
  return migrations.flatMap((migration) => [
    ...(source === undefined ? [] : [source.record(migration, factsOf(migration))]),
    recordMigration(ledger, rowOf(migration, inputs.layout.identityOf(migration)), who, {
      how: 'baseline',
      durationMs: 0,
      replace: true,
    }),
  ]);
}
