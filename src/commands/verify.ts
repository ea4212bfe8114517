import type { Report } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import type { Io } from './io.ts';
import { onTarget } from './on-target.ts';
import { readingOf } from './reading.ts';
import { compareTarget } from './target-comparison.ts';
import { planNow } from './target-plan.ts';
import { historyOf, reportOf, type TargetFrame } from './target-report.ts';

/** Compares a target's schema with what its recorded migrations make. Reads only. */
export function verify(settings: Settings, io: Io): Promise<Report> {
  return onTarget(settings, io, { use: 'read' }, (frame) => verified(frame, io));
}

async function verified(frame: TargetFrame, io: Io): Promise<Report> {
  const { opened, notices } = frame;
  const { session } = opened.target;
  // In transactions alone: a setting of the session would stay with whoever gets it next from a pooler.
  const plan = await readingOf(session, () => planNow(frame));
  const { applied, missing, edited, unfinished } = plan.state;
  const say = (what: string, ids: readonly string[]): void => {
    if (ids.length > 0) notices.push(`${what}: ${ids.join(', ')}.`);
  };
  say(
    'This commit lacks migrations that the target has',
    missing.map(({ identity }) => identity),
  );
  say(
    'Edited since they were applied',
    edited.map(({ migration }) => migration.id),
  );
  say(
    'Begun and not finished',
    unfinished.map(({ identity }) => identity),
  );
  const compared = await compareTarget(
    frame,
    io,
    session,
    applied.map(({ migration }) => migration),
  );
  return reportOf(frame, {
    result: compared.same ? 'passed' : 'blocked',
    history: historyOf(plan),
    ...(compared.same ? {} : { schemaDiff: compared.schemaDiff }),
    rehearsal: compared.rehearsal,
  });
}
