import { readHistory } from '../deploy/history/read.ts';
import type { Report } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import type { Io } from './io.ts';
import { compareTarget } from './target-comparison.ts';
import { readTargetInputs } from './target-inputs.ts';
import { planFor } from './target-plan.ts';
import { historyOf, reportOf, type TargetFrame } from './target-report.ts';
import { openTargetOf } from './target-session.ts';

/** Compares a target's schema with what its recorded migrations make. Reads only. */
export async function verify(settings: Settings, io: Io): Promise<Report> {
  const startedAt = io.now();
  const inputs = await readTargetInputs(settings, io.signal);
  if (inputs.urlFrom !== undefined) io.hide?.(inputs.url);
  const opened = await openTargetOf(settings, io, inputs, 'read');
  const frame: TargetFrame = { settings, inputs, opened, startedAt, now: io.now, notices: [] };
  const { session } = opened.target;
  try {
    await session.run('SET default_transaction_read_only = on');
    const history = await readHistory(session, opened.history);
    const plan = await planFor({ inputs, opened, session, history, approved: undefined });
    const { missing, edited, unfinished } = plan.state;
    if (missing.length > 0)
      frame.notices.push(
        `This commit lacks migrations that the target has: ${missing.map(({ identity }) => identity).join(', ')}.`,
      );
    if (edited.length > 0)
      frame.notices.push(`Edited since they were applied: ${edited.map(({ migration }) => migration.id).join(', ')}.`);
    if (unfinished.length > 0)
      frame.notices.push(`Begun and not finished: ${unfinished.map(({ identity }) => identity).join(', ')}.`);
    const applied = plan.state.applied.map(({ migration }) => migration);
    const { same, schemaDiff, rehearsal } = await compareTarget(frame, io, session, applied);
    return reportOf(frame, {
      result: same ? 'passed' : 'blocked',
      history: historyOf(plan),
      ...(same ? {} : { schemaDiff }),
      rehearsal,
    });
  } finally {
    await session.close();
  }
}
