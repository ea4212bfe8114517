import type { DownStatus, MigrationReport, Report, SchemaDiff, TestRun } from './model.ts';

/** What became of migrations and tests, in the same words on every surface. */

/** A run that the time limit ended did not pass, whatever its exit status. */
export function testsPassed({ exitCode, timedOut }: TestRun): boolean {
  return exitCode === 0 && timedOut !== true;
}

/** Whether the project's tests said no. */
export function testsFailed({ tests = [] }: Report): boolean {
  return tests.some((run) => !testsPassed(run));
}

type Status = MigrationReport['status'];

/** How far the up script came: the rehearsal knows it better than the migration as a whole. */
export function upStatus({ status, up }: MigrationReport): Status {
  return up?.status ?? status;
}

export function isStopped(status: Status): boolean {
  return status === 'failed' || status === 'partial';
}

/** Whether it did not get to its end. */
export function hasStopped({ status, up }: MigrationReport): boolean {
  return isStopped(status) || (up !== undefined && isStopped(up.status));
}

/** Whether its down script fails, or leaves something behind. */
export function isDownWrong({ down }: MigrationReport): boolean {
  return down?.status === 'failed' || down?.status === 'different';
}

const REHEARSED: Readonly<Record<Status, string>> = {
  applied: 'up ok',
  failed: 'up fails',
  partial: 'up stops half-way',
  pending: 'pending',
  'not-run': 'not run',
};

/** On a target it has happened. */
const DONE: Readonly<Record<Status, string>> = {
  applied: 'applied',
  failed: 'failed',
  partial: 'stopped half-way',
  pending: 'pending',
  'not-run': 'did not run',
};

/** What became of an up script, in the words of the command. */
export function upWords({ command }: Pick<Report, 'command'>): Readonly<Record<Status, string>> {
  if (command === 'check') return REHEARSED;
  return command === 'baseline' ? { ...DONE, applied: 'recorded' } : DONE;
}

export const DOWN_WORDS: Readonly<Record<DownStatus, string>> = {
  reversed: 'down proven',
  different: 'down leaves a difference',
  failed: 'down fails',
  missing: 'no down',
  irreversible: 'irreversible',
};

/** Whether the migrations have something to tell beyond that they are pending, which the plan tells. */
export function tellsMigrations({ command, migrations }: Report): boolean {
  return command === 'check' || migrations.some(({ status, up }) => up !== undefined || status === 'applied');
}

type Change = SchemaDiff['tables'][number]['change'];

/** What a difference of schemas says of whole objects, and how to read its signs where that is not plain. */
interface DifferenceWords {
  readonly legend: string | undefined;
  readonly changes: Readonly<Record<Change, string>>;
}

/** Of a change it says what will be; of a target what it has that its migrations do not make, and the other way round. */
export function differenceWords({ command }: Pick<Report, 'command'>): DifferenceWords {
  return command === 'verify' || command === 'baseline' ? COMPARED : CHANGED;
}

const CHANGED: DifferenceWords = {
  legend: undefined,
  changes: { added: 'added', dropped: 'dropped', changed: 'changed' },
};

const COMPARED: DifferenceWords = {
  legend: '+ is in the database alone, - in the migrations alone, ~ differs (as the database has it)',
  changes: { added: 'not from a migration', dropped: 'missing', changed: 'differs' },
};

/** No lock, or the victim of a deadlock. */
export function othersWereInTheWay(sqlstate: string | undefined): boolean {
  return sqlstate === '55P03' || sqlstate === '40P01';
}
