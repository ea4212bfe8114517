import type { MigrationReport, Report } from '../model.ts';
import { hasStopped } from '../outcome.ts';
import type { TargetLine } from './parts.ts';
import { runbook } from './runbook.ts';

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
    if (stopped.up?.error?.settle)
      return [{ phrases: ['Settle ', { name: stopped.id }, ', as its own entry says. Then start the run again.'] }];
    const cancelled = error?.code === 'cancelled';
    const phrases = [begin(stopped, cancelled), { name: stopped.id }, end(stopped, cancelled)];
    return [{ phrases, help: runbook(report, stopped) }];
  }
  // What a check afterwards found says itself what to do.
  if (error?.code === 'checks-failed') return [];
  return [{ phrases: ['Start the run again: it goes on where this one ended. What is applied stays.'] }];
}

/** No lock, or the victim of a deadlock: others were in the way. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['55P03', '40P01']);

function waits({ up }: MigrationReport): boolean {
  return IN_THE_WAY.has(up?.error?.sqlstate ?? '');
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
