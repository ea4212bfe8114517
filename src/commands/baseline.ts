import type { Deployment } from '../deploy/deployment.ts';
import { readHistory } from '../deploy/history/read.ts';
import { recordMigration } from '../deploy/ledger/write.ts';
import { LockstepError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import { meaningHash } from '../project/meaning.ts';
import { parseScript } from '../project/sql.ts';
import type { Migration } from '../project/types.ts';
import type { MigrationReport, Report } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import { asksFirst, confirm } from './confirm.ts';
import type { Io } from './io.ts';
import { writingUnderLock } from './locked-writing.ts';
import { compareTarget } from './target-comparison.ts';
import { readTargetInputs, type TargetInputs } from './target-inputs.ts';
import { planFor } from './target-plan.ts';
import { migrationOf, reportOf, type TargetFrame } from './target-report.ts';
import { openTargetOf } from './target-session.ts';

/**
 * Adopts an existing database: shows what it will write, compares the schema with what these migrations make, then records
 * them as applied. No migration runs.
 */
export async function baseline(settings: Settings, io: Io): Promise<Report> {
  const startedAt = io.now();
  const inputs = await readTargetInputs(settings, io.signal);
  if (inputs.urlFrom !== undefined) io.hide?.(inputs.url);
  const upTo = migrationsUpTo(inputs, settings.target.baselineTo ?? '');
  const opened = await openTargetOf(settings, io, inputs, 'write');
  const frame: TargetFrame = { settings, inputs, opened, startedAt, now: io.now, notices: [] };
  const { session } = opened.target;
  const missingNow = async (history: Awaited<ReturnType<typeof readHistory>>) => {
    const { state } = await planFor({ inputs, opened, session, history, approved: undefined });
    return upTo.filter((migration) => state.pending.includes(migration));
  };
  const shown = await missingNow(await readHistory(session, opened.history));
  if (shown.length === 0) {
    await session.close();
    return reportOf(frame, { result: 'noop' });
  }
  const { same, schemaDiff, lines, rehearsal } = await compareTarget(frame, io, session, upTo);
  const compared = { rehearsal, ...(same ? {} : { schemaDiff }) };
  if (!same && !settings.target.acceptDifferences) {
    await session.close();
    return reportOf(frame, { result: 'blocked', ...compared, migrations: shown.map(pendingReport) });
  }
  if (asksFirst(settings)) {
    io.progress.close();
    const difference = same
      ? ['The schema is what these migrations make.']
      : ['The schema differs:', ...lines.map((line) => `  ${line}`)];
    const ids = shown.map(({ id }) => `  ${id}`);
    io.stdout(`${[...difference, 'To be recorded as applied:', ...ids].join('\n')}\n`);
    await confirm(io, inputs, opened.target.address, 'the baseline is recorded');
  }
  return writingUnderLock(frame, io, async (deployment, history) => {
    const now = await missingNow(history);
    if (now.length !== shown.length) {
      throw new LockstepError('history-changed', 'The history of the target has changed since it was read.', {
        hint: 'Start the baseline again.',
      });
    }
    await deployment.session.run(recordAll(deployment, frame, now));
    return {
      result: 'passed',
      ...compared,
      migrations: now.map((migration) => ({ ...pendingReport(migration), status: 'applied' as const })),
    };
  });
}

function migrationsUpTo({ project: { migrations } }: TargetInputs, id: string): readonly Migration[] {
  const at = migrations.findIndex(
    (migration) => migration.id === id || migration.path === id || migration.version === id,
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

/** One transaction: all of it, or nothing. */
function recordAll(deployment: Deployment, { inputs, opened }: TargetFrame, migrations: readonly Migration[]): string {
  const { ledger, source } = opened;
  const who = { ...deployment.request.identity, id: deployment.runId };
  const rows = migrations.flatMap((migration) => [
    ...(source === undefined ? [] : [source.record(migration)]),
    recordMigration(
      ledger,
      {
        identity: inputs.layout.identityOf(migration),
        name: migration.id,
        path: migration.path,
        checksum: migration.checksum,
        meaning: meaningHash(migration.up),
        phase: migration.directives.phase,
        statements: parseScript(migration.up).statements?.length ?? 0,
      },
      who,
      { how: 'baseline', durationMs: 0 },
    ),
  ]);
  return ['BEGIN', deployment.fence, ...rows, 'COMMIT'].join(';\n');
}
