import { LockstepError, messageOf } from '../errors.ts';
import { judgeRehearsal } from '../judgement/rehearsed.ts';
import { allFindings } from '../judgement/verdict.ts';
import { silence } from '../lint/policy.ts';
import type { LintResult } from '../lint/types.ts';
import type { Migration } from '../project/types.ts';
import { type Prepared, prepare } from '../rehearsal/rehearse.ts';
import type { Report } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import { captureChange } from './check-command.ts';
import { type CheckInputs, readInputs } from './check-inputs.ts';
import { atFiles, captureFindings, programsOf, withoutEchoes, withPrograms } from './check-programs.ts';
import { checkReport, type Outcome } from './check-report.ts';
import { count, lintAll, majorOf, type Run, rehearsalRequest, rehearseAll, testAll, timed } from './check-stages.ts';
import type { Io } from './io.ts';
import { unrunPrograms } from './unrun-programs.ts';

/** Lints and rehearses what a branch does to the migrations, runs the project's tests, and gives a verdict. */
export async function check(settings: Settings, io: Io): Promise<Report> {
  const startedAt = io.now();
  const timings: Record<string, number> = {};
  const inputs = await timed(timings, 'read', async () => {
    io.progress.step('reading migrations from git');
    return readInputs(settings, io.signal);
  });
  const { changes, ignored, head } = inputs.changeSet;
  const fresh = newMigrations(inputs);
  const frame = { startedAt, now: io.now, inputs, timings };
  const settled = changes.length === 0 && ignored.length === 0;
  // A change may touch no migration and still hide some.
  const calm = inputs.findings.every(({ severity }) => severity !== 'block');
  if (settled && calm) return checkReport({ ...frame, outcome: undefined });
  io.progress.done(
    `read ${count(head.migrations.length, 'migration')} in ${head.directory}: ${fresh.length} new`,
    timings.read,
  );
  return checkReport({ ...frame, ...(await examine(settings, io, inputs, fresh, timings)) });
}

/** The migrations that this change adds, in the deploy's order: what the rehearsal runs. */
function newMigrations({ changeSet }: CheckInputs): Migration[] {
  return changeSet.changes.flatMap((change) => {
    if (change.kind === 'added') return [change.migration];
    // What runs again whenever it has changed is new each time.
    return change.kind === 'modified' && change.migration.repeatable === true ? [change.migration] : [];
  });
}

interface Examined {
  /** With the SQL that a tool's command has sent, where it runs the migrations itself. */
  readonly inputs: CheckInputs;
  readonly outcome: Outcome;
}

/** Lint and rehearsal, side by side: the base schema does not depend on what lint says. */
async function examine(
  settings: Settings,
  io: Io,
  read: CheckInputs,
  news: readonly Migration[],
  timings: Record<string, number>,
): Promise<Examined> {
  // Ours to abort: when one side fails, the other must not go on.
  const own = new AbortController();
  const signal = AbortSignal.any([io.signal, own.signal]);
  const { timeoutMs } = read.policy.rehearsal;
  const limit = setTimeout(() => own.abort(tookTooLong(timeoutMs)), timeoutMs + GRACE_MS);
  const notices: string[] = news.length === 0 ? [] : unrunPrograms(read);
  const begun: Run = { settings, io, inputs: read, signal, notice: (text) => void notices.push(text) };
  const preparing = news.length === 0 ? undefined : prepare(rehearsalRequest(begun));
  // Awaited below; a failure meanwhile must not count as one that nobody handles.
  preparing?.catch(() => {});
  try {
    const { run, fresh, captured } = await sqlOfPrograms(begun, news, preparing, timings);
    const { inputs } = run;
    const major = await majorOf(run, preparing);
    const linted = await timed(timings, 'lint', () => lintAll(run, major));
    io.progress.done(`linted ${count(linted.files, 'file')}, ${count(linted.statements, 'statement')}`, timings.lint);
    if (preparing === undefined) return { inputs, outcome: outcomeOf(inputs, linted, notices) };
    const prepared = await preparing;
    const { server, fromCache } = prepared;
    timings.base = Math.round(prepared.durationMs);
    const base = count(inputs.changeSet.base.migrations.length, 'migration');
    io.progress.done(`base schema on ${server.origin}: ${base}${fromCache ? ', from the cache' : ''}`, timings.base);
    const rehearsal = await timed(timings, 'rehearsal', () => rehearseAll(run, fresh, linted, prepared));
    server.throwIfLost();
    io.progress.done(`rehearsed ${count(fresh.length, 'migration')}`, timings.rehearsal);
    clearTimeout(limit);
    const tests = await testAll(run, prepared, rehearsal, captured?.made?.database);
    if (tests !== undefined) timings.tests = tests.durationMs;
    const ran = {
      prepared,
      rehearsalMs: timings.rehearsal,
      seen: judgeRehearsal(rehearsal, linted.findings, silence(inputs.policy, linted.silentRules)),
      tests,
    };
    const last = fresh.at(-1);
    const made = captured?.made;
    const unseen = made && last && rehearsal.complete ? captureFindings(made.catalog, rehearsal.headCatalog, last) : [];
    const known = { ...inputs, findings: [...inputs.findings, ...unseen] };
    return { inputs: known, outcome: outcomeOf(known, linted, notices, ran, captured?.stuck) };
  } catch (error) {
    // Whatever broke when the server was taken away, this is why.
    if (own.signal.reason instanceof LockstepError) throw own.signal.reason;
    throw error;
  } finally {
    clearTimeout(limit);
    own.abort();
    await preparing?.then(({ server }) => server.stop().catch(tellLeftover(begun)), ignore);
  }
}

interface WithSql {
  readonly run: Run;
  readonly fresh: readonly Migration[];
  /** undefined: Lockstep runs the SQL itself. */
  readonly captured: Awaited<ReturnType<typeof captureChange>> | undefined;
}

/** The migrations of a tool that runs them itself, with the SQL that they send; all others as they are. */
async function sqlOfPrograms(
  run: Run,
  fresh: readonly Migration[],
  preparing: Promise<Prepared> | undefined,
  timings: Record<string, number>,
): Promise<WithSql> {
  const { tool } = run.inputs;
  if (tool === undefined || preparing === undefined) return { run, fresh, captured: undefined };
  const prepared = await preparing;
  const captured = await timed(timings, 'command', () => captureChange(run, tool, prepared, fresh));
  run.io.progress.done(`ran ${tool.tool.title}'s commands`, timings.command);
  const findings = [...run.inputs.findings, ...captured.findings];
  return {
    run: { ...run, inputs: { ...run.inputs, changeSet: captured.changeSet, findings } },
    fresh: captured.fresh,
    captured,
  };
}

/** The failure itself has been thrown where the preparation was awaited. */
const ignore = (): void => {};

/** A verdict stands although the server could not be cleared away: the notice ends up in the same report. */
function tellLeftover({ notice }: Run): (error: unknown) => void {
  return (error) => notice(`The server could not be cleared away: ${messageOf(error)}`);
}

/** The statement that takes too long is named by its own timeout, which ends it a little earlier. */
const GRACE_MS = 3_000;

function tookTooLong(timeoutMs: number): LockstepError {
  return new LockstepError('rehearsal-timeout', `the rehearsal took longer than ${Math.round(timeoutMs / 1000)} s`, {
    hint: 'Raise `rehearsal.timeout` in lockstep.yml on the base branch, or look for the migration that takes so long: the report (`report`, on the command line `--report`) has the time of each.',
  });
}

type Ran = Pick<Outcome, 'prepared' | 'rehearsalMs' | 'seen' | 'tests'>;

function outcomeOf(
  { changeSet, policy, findings: settings }: CheckInputs,
  linted: LintResult,
  notices: readonly string[],
  ran: Ran = { prepared: undefined, rehearsalMs: undefined, seen: undefined, tests: undefined },
  stuck: ReadonlyMap<string, string> = new Map(),
): Outcome {
  const programs = programsOf(changeSet);
  const found = allFindings({ changeSet, policy, settings, linted, seen: ran.seen, tests: ran.tests });
  const seen = ran.seen && withPrograms(ran.seen, programs, stuck);
  return { ...ran, seen, linted, notices, findings: atFiles(withoutEchoes(found, programs), programs) };
}
