import type { DownStatus, MigrationReport, Report, TestRun } from './model.ts';

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

export const UP_WORDS: Readonly<Record<Status, string>> = {
  applied: 'up ok',
  failed: 'up fails',
  partial: 'up stops half-way',
  pending: 'pending',
  'not-run': 'not run',
};

export const DOWN_WORDS: Readonly<Record<DownStatus, string>> = {
  reversed: 'down proven',
  different: 'down leaves a difference',
  failed: 'down fails',
  missing: 'no down',
  irreversible: 'irreversible',
};
