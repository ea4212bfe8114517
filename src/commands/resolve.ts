import { isDeepStrictEqual } from 'node:util';
import type { Deployment } from '../deploy/deployment.ts';
import { appliedIn, readHistory, type TargetHistory } from '../deploy/history/read.ts';
import { targetState, type UnfinishedMigration } from '../deploy/history/state.ts';
import { upgradeToolTable } from '../deploy/history/upgrade.ts';
import { forgetSteps } from '../deploy/ledger/steps.ts';
import { recordMigration, rowOf } from '../deploy/ledger/write.ts';
import { isAccepted } from '../deploy/plan/gates.ts';
import { resumeProblem } from '../deploy/run/resume.ts';
import { LockstepError } from '../errors.ts';
import { settleSql } from '../project/layouts/bookkeeping.ts';
import { recordFacts } from '../project/layouts/record-facts.ts';
import { loadParser } from '../project/sql.ts';
import type { Migration } from '../project/types.ts';
import type { Report } from '../report/model.ts';
import { plain } from '../report/plain.ts';
import type { Resolution, Settings } from '../settings/types.ts';
import { version } from '../version.ts';
import { asksFirst, confirm } from './confirm.ts';
import type { Io } from './io.ts';
import { writingUnderLock } from './locked-writing.ts';
import { onTarget } from './on-target.ts';
import { readingOf } from './reading.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { TargetFrame } from './target-report.ts';
import { whatIsThere } from './what-is-there.ts';

/** Settles a failed or half-done migration, after saying what is really there. */
export function resolve(settings: Settings, io: Io): Promise<Report> {
  return onTarget(settings, io, { use: 'write' }, (frame) => settled(frame, io));
}

async function settled(frame: TargetFrame, io: Io): Promise<Report> {
  const { settings, inputs, opened, notices } = frame;
  const { migration: id = '', resolveAs } = settings.target;
  if (resolveAs === undefined) throw new Error('resolve needs --as');
  const { session, address } = opened.target;
  await loadParser();
  const { before, facts } = await readingOf(session, async () => {
    const found = unfinishedNamed(inputs, await readHistory(session, opened.history), id, resolveAs);
    return { before: found, facts: [...(await whatIsThere(session, found)), MEANING[wayOf(found, resolveAs)]] };
  });
  notices.push(...facts);
  if (asksFirst(settings)) {
    io.progress.close();
    io.stdout(`${plain(facts.join('\n'))}\n`);
    await confirm(io, inputs, address, `${before.migration?.id ?? id} is recorded as ${resolveAs}`);
  }
  return writingUnderLock(frame, io, async (deployment, history) => {
    const unfinished = unfinishedNamed(inputs, history, id, resolveAs);
    if (!isDeepStrictEqual(unfinished.steps, before.steps)) {
      throw new LockstepError('history-changed', `Another run has worked on ${id} since it was shown.`, {
        hint: 'Look again: `lockstep status`. If it is still to be settled, start `resolve` anew.',
      });
    }
    await upgradeToolTable(deployment.session, opened.history, history);
    await deployment.fenced(settle(deployment, frame, unfinished, resolveAs, history));
    if (wayOf(unfinished, resolveAs) !== 'retry') requireSettled(unfinished, await deployment.history());
    notices.push(OUTCOME[wayOf(unfinished, resolveAs)]);
    return { result: 'passed' };
  });
}

/** `anew`: of what only the tool calls failed nobody knows where it stopped, so that to try it again is to begin it anew. */
type Way = Resolution | 'anew';

function wayOf({ steps, opened }: UnfinishedMigration, as: Resolution): Way {
  return as === 'retry' && steps.length === 0 && !opened ? 'anew' : as;
}

/** What whoever says so takes upon themselves. */
const MEANING: Readonly<Record<Way, string>> = {
  applied: 'applied: all of it is there, also what is not begun by the ledger.',
  'rolled-back':
    'rolled-back: nothing of it is there any more, also what is done by the ledger: it runs from the beginning.',
  retry: 'retry: what is done stays, and the statement where it stopped runs again.',
  anew: 'retry: nothing of it is there, and it runs from the beginning.',
};

const FROM_THE_BEGINNING = 'It is recorded as not applied: the next apply runs it from the beginning.';

const OUTCOME: Readonly<Record<Way, string>> = {
  applied: 'It is recorded as applied, and will not run again.',
  'rolled-back': FROM_THE_BEGINNING,
  anew: FROM_THE_BEGINNING,
  retry: 'The next apply goes on with the statement where it stopped.',
};

/** The migration that is meant, and what is known of it: also one that failed in its transaction and left no trace. */
function unfinishedNamed(
  { layout, project, policy }: TargetInputs,
  history: TargetHistory,
  id: string,
  as: Resolution,
): UnfinishedMigration {
  const accepts = (path: string): boolean => isAccepted(policy, path);
  const { unfinished, pending } = targetState(history, project.migrations, layout, accepts);
  const earlier = (than: Migration): readonly Migration[] => {
    const begun = project.migrations.slice(
      0,
      project.migrations.findIndex(({ id: known }) => known === than.id),
    );
    return pending.filter((migration) => begun.includes(migration));
  };
  const found = unfinished.find(({ migration, identity }) => migration?.id === id || identity === id);
  if (found !== undefined) {
    if (as === 'applied' && found.migration !== undefined)
      requireInTurn(found.migration, earlier(found.migration), history);
    return as === 'retry' ? retryable(found) : found;
  }
  const waiting = pending.find((migration) => migration.id === id);
  if (waiting !== undefined && as === 'applied') {
    requireInTurn(waiting, earlier(waiting), history);
    return { identity: layout.identityOf(waiting), migration: waiting, steps: [], opened: false };
  }
  const others = unfinished.map(({ migration, identity }) => migration?.id ?? identity);
  throw new LockstepError('nothing-to-resolve', `${id} is neither failed nor half-done here.`, {
    hint: others.length > 0 ? `To settle: ${others.join(', ')}` : 'Nothing is: `lockstep status` shows what there is.',
  });
}

/** Whether one may be called applied now. Throws `nothing-to-resolve`. */
function requireInTurn(waiting: Migration, earlier: readonly Migration[], history: TargetHistory): void {
  // One row would make a history of it, and a database that nobody has adopted would pass for ours.
  if (history.relation === undefined) {
    throw new LockstepError('nothing-to-resolve', 'Nothing at all is recorded in this database.', {
      hint: 'One that is in use already is adopted with `lockstep baseline --to ID`; an empty one, `lockstep apply` fills.',
    });
  }
  const before = earlier.map(({ id }) => id);
  // A tool's table may keep one number, below which all counts as applied.
  if (history.tool === undefined || before.length === 0) return;
  throw new LockstepError(
    'nothing-to-resolve',
    `${waiting.id} cannot be recorded as applied before those that come before it.`,
    { hint: `First: ${before.join(', ')}` },
  );
}

/** What `retry` promises must be possible afterwards. Throws `cannot-retry`. */
function retryable(found: UnfinishedMigration): UnfinishedMigration {
  const done = found.steps.filter(({ state }) => state === 'done');
  const problem = done.length === 0 ? undefined : resumeProblem({ ...found, steps: done });
  if (problem === undefined) return found;
  throw new LockstepError('cannot-retry', `${found.migration?.id ?? found.identity} cannot go on: ${problem}.`, {
    hint: 'Take the edit back; or finish by hand what is missing and settle it with --as applied; or undo by hand what is done and settle it with --as rolled-back.',
  });
}

function settle(
  deployment: Deployment,
  frame: TargetFrame,
  unfinished: UnfinishedMigration,
  as: Resolution,
  history: TargetHistory,
): string[] {
  const { ledger } = frame.opened;
  const { migration, identity } = unfinished;
  const statements =
    as === 'applied'
      ? [
          inTool(frame, unfinished, 'applied', history),
          recordMigration(
            ledger,
            rowToRecord(unfinished, migration),
            { ...deployment.request.identity, id: deployment.runId },
            { how: 'resolved', durationMs: 0, replace: true },
          ),
          forgetSteps(ledger, identity),
        ]
      : wayOf(unfinished, as) === 'retry'
        ? [forgetSteps(ledger, identity, 'started')]
        : [forgetSteps(ledger, identity), inTool(frame, unfinished, 'rolled-back', history)];
  return statements.filter((sql) => sql !== '');
}

/** What was written may have met no row, or a trigger. Throws `not-settled`: the tool would go no further, and neither would the next run. */
function requireSettled({ identity, migration }: UnfinishedMigration, { tool, relation }: TargetHistory): void {
  if (tool?.failed.some((one) => one.identity === identity) !== true) return;
  throw new LockstepError('not-settled', `${relation} still calls ${migration?.id ?? identity} failed.`, {
    hint: "Look at its row there, and settle it with the tool's own command; then look again: `lockstep status`.",
  });
}

/** What the tool's own history says from then on. */
function inTool(
  { inputs: { layout, project }, opened: { source, target } }: TargetFrame,
  { identity, migration }: UnfinishedMigration,
  as: 'applied' | 'rolled-back',
  history: TargetHistory,
): string {
  if (source === undefined) return '';
  const applied = new Set(appliedIn(history));
  const at = project.migrations.findIndex((one) => layout.identityOf(one) === identity);
  const before = at < 0 ? project.migrations : project.migrations.slice(0, at);
  const previous = before.findLast((one) => applied.has(layout.identityOf(one)));
  const about = { how: 'resolved', role: target.role, milliseconds: '0', previous, begun: true } as const;
  const facts = migration === undefined ? { ...about, version, statements: 0 } : recordFacts(migration, about);
  return settleSql(source, { identity, migration, as, facts });
}

function rowToRecord({ identity }: UnfinishedMigration, migration: Migration | undefined) {
  if (migration === undefined) {
    throw new LockstepError(
      'nothing-to-resolve',
      `${identity} is not in the repository any more: it cannot be recorded as applied.`,
      {
        hint: 'Undo by hand what it has done, then settle it with --as rolled-back.',
      },
    );
  }
  return rowOf(migration, identity);
}
