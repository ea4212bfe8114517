import type { Deployment } from '../deploy/deployment.ts';
import { readHistory } from '../deploy/history/read.ts';
import { targetState, type UnfinishedMigration } from '../deploy/history/state.ts';
import { finishSteps, forgetSteps } from '../deploy/ledger/steps.ts';
import { recordMigration } from '../deploy/ledger/write.ts';
import { isAccepted } from '../deploy/plan/gates.ts';
import { evidenceOf } from '../deploy/run/evidence/kinds.ts';
import { LockstepError } from '../errors.ts';
import type { Session } from '../postgres/session.ts';
import { meaningHash } from '../project/meaning.ts';
import { loadParser, parseScript } from '../project/sql.ts';
import type { Migration } from '../project/types.ts';
import type { Report } from '../report/model.ts';
import { plain } from '../report/plain.ts';
import { shorten } from '../report/shorten.ts';
import type { Resolution, Settings } from '../settings/types.ts';
import { asksFirst, confirm } from './confirm.ts';
import type { Io } from './io.ts';
import { writingUnderLock } from './locked-writing.ts';
import { onTarget } from './on-target.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { TargetFrame } from './target-report.ts';

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
  const before = unfinishedNamed(inputs, await readHistory(session, opened.history), id);
  const facts = await whatIsThere(session, before);
  notices.push(...facts);
  if (asksFirst(settings)) {
    io.progress.close();
    io.stdout(`${plain(facts.join('\n'))}\n`);
    await confirm(io, inputs, address, `${before.migration?.id ?? id} is recorded as ${resolveAs}`);
  }
  return writingUnderLock(frame, io, async (deployment, history) => {
    const unfinished = unfinishedNamed(inputs, history, id);
    await deployment.session.run(settle(deployment, frame, unfinished, resolveAs));
    notices.push(OUTCOME[resolveAs]);
    return { result: 'passed' };
  });
}

const OUTCOME: Readonly<Record<Resolution, string>> = {
  applied: 'It is recorded as applied, and will not run again.',
  'rolled-back': 'It is recorded as not applied: the next apply runs it from the beginning.',
  retry: 'The next apply goes on with the statement where it stopped.',
};

function unfinishedNamed(
  { layout, project, policy }: TargetInputs,
  history: Awaited<ReturnType<typeof readHistory>>,
  id: string,
): UnfinishedMigration {
  const { unfinished } = targetState(history, project.migrations, layout, (path) => isAccepted(policy, path));
  const found = unfinished.find(({ migration, identity }) => migration?.id === id || identity === id);
  if (found !== undefined) return found;
  const others = unfinished.map(({ migration, identity }) => migration?.id ?? identity);
  throw new LockstepError('nothing-to-resolve', `${id} is neither failed nor half-done here.`, {
    hint: others.length > 0 ? `To settle: ${others.join(', ')}` : 'Nothing is: `lockstep status` shows what there is.',
  });
}

/** A line for each statement of which something is known. */
async function whatIsThere(session: Session, { migration, identity, steps }: UnfinishedMigration): Promise<string[]> {
  const statements = (migration && parseScript(migration.up).statements) ?? [];
  if (steps.length === 0) return [`The tool's own history calls ${identity} failed; it does not say how far it came.`];
  const lines: string[] = [
    `${migration?.id ?? identity}: ${steps.length} of ${statements.length || '?'} statements were begun.`,
  ];
  for (const step of steps) {
    const statement = statements.find(({ index }) => index === step.statement);
    const sql = statement === undefined ? '' : ` (${shorten(statement.sql.replace(/\s+/g, ' ').trim(), 80)})`;
    lines.push(
      `Statement ${step.statement + 1}${sql}: ${step.state === 'done' ? 'done' : await stateOf(session, statement, step.before)}`,
    );
  }
  return lines;
}

async function stateOf(
  session: Session,
  statement: Parameters<typeof evidenceOf>[0] | undefined,
  before: unknown,
): Promise<string> {
  if (statement === undefined) return 'begun, and not in the file any more';
  const evidence = evidenceOf(statement);
  const happened = await evidence.happened(session, before);
  if (happened === undefined) return 'begun, and nothing can tell whether it took effect';
  const problem = await evidence.problem(session, before);
  if (problem !== undefined) return `begun, and ${problem}`;
  return happened
    ? `begun, and ${evidence.what} shows that it took effect`
    : 'begun, and it did not take effect, or may simply run again';
}

/** One transaction: it is settled, or nothing has changed. */
function settle(
  deployment: Deployment,
  { inputs, opened }: TargetFrame,
  unfinished: UnfinishedMigration,
  as: Resolution,
): string {
  const { ledger, source } = opened;
  const { migration, identity, steps } = unfinished;
  const known = inputs.project.migrations;
  const previous = migration === undefined ? undefined : known[known.indexOf(migration) - 1];
  const forget =
    source === undefined || migration === undefined || steps.length > 0 ? [] : [source.forget(migration, previous)];
  const statements =
    as === 'applied'
      ? [
          ...(source === undefined || migration === undefined ? [] : [source.record(migration)]),
          recordMigration(
            ledger,
            rowOf(unfinished, migration),
            { ...deployment.request.identity, id: deployment.runId },
            { how: 'resolved', durationMs: 0 },
          ),
          finishSteps(ledger, identity),
        ]
      : as === 'retry'
        ? [forgetSteps(ledger, identity, 'started'), ...forget]
        : [forgetSteps(ledger, identity), ...forget];
  return ['BEGIN', deployment.fence, ...statements.filter((sql) => sql !== ''), 'COMMIT'].join(';\n');
}

function rowOf({ identity }: UnfinishedMigration, migration: Migration | undefined) {
  if (migration === undefined) {
    throw new LockstepError(
      'nothing-to-resolve',
      `${identity} is not in the repository any more: it cannot be recorded as applied.`,
      {
        hint: 'Undo by hand what it has done, then settle it with --as rolled-back.',
      },
    );
  }
  return {
    identity,
    name: migration.id,
    path: migration.path,
    checksum: migration.checksum,
    meaning: meaningHash(migration.up),
    phase: migration.directives.phase,
    statements: parseScript(migration.up).statements?.length ?? 0,
  };
}
