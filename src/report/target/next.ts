import { howToSettle } from '../../settle.ts';
import type { MigrationReport, Report } from '../model.ts';
import { hasStopped, othersWereInTheWay } from '../outcome.ts';
import type { TargetLine } from './parts.ts';
import { commands, mend, whereOf } from './runbook.ts';

/** What to do after a run that did not come to its end, and why nobody need be afraid of starting it again. */
export function nextLines(report: Report): TargetLine[] {
  const { command, result, error, migrations } = report;
  if (command !== 'apply') return [];
  if (result === 'superseded') {
    return [
      { phrases: ['Nothing was applied. The code of this commit must not follow: it is older than the schema.'] },
    ];
  }
  if (result !== 'failed' && result !== 'partial') return [];
  const stopped = migrations.find(hasStopped);
  if (stopped !== undefined) {
    const { id, up, path } = stopped;
    if (up?.error?.settle) {
      const phrases = ['Settle ', { name: id }, '. Then start the run again.'];
      return [{ phrases, help: [howToSettle(id, whereOf(report)), ...commands(report)].join('\n') }];
    }
    const cancelled = error?.code === 'cancelled';
    const phrases = [begin(stopped, cancelled), { name: id }, end(stopped, cancelled)];
    // Whoever waits for a lock has nothing to mend.
    const mending = cancelled || waits(stopped) ? [] : mend(path, stopped.status === 'partial');
    return [{ phrases, help: [...commands(report), ...mending].join('\n') }];
  }
  const help = commands(report).join('\n');
  // What a check afterwards found says itself what to do.
  if (error?.code === 'checks-failed')
    return [{ phrases: ['When that is mended, start the run again: the checks run again.'], help }];
  return [{ phrases: ['Start the run again: it goes on where this one ended. What is applied stays.'], help }];
}

function waits({ up }: MigrationReport): boolean {
  return othersWereInTheWay(up?.error?.sqlstate);
}

function begin(migration: MigrationReport, cancelled: boolean): string {
  if (cancelled) return 'Start the run again: it goes on with ';
  const when = waits(migration) ? 'When those in the way have ended, start' : 'Mend the cause, and start';
  return `${when} the run again: it goes on with `;
}

function end({ status, up, transaction }: MigrationReport, cancelled: boolean): string {
  // One that was at its COMMIT may be applied: its own entry says so.
  if (status !== 'partial' && cancelled) return '. What was applied before it stays.';
  // One that failed may have left something, which its own entry names.
  if (status !== 'partial' && transaction === 'none')
    return ', none of whose statements is recorded as done. What was applied before it stays.';
  if (status !== 'partial') return ', of which nothing has stayed. What was applied before it stays.';
  const done = up?.statements.length ?? 0;
  return done === 1
    ? ', after its first statement, which stays and does not run again.'
    : `, after its first ${done} statements, which stay and do not run again.`;
}
