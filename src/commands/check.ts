import { LockstepError } from '../errors.ts';
import { type JudgedMigration, judgeMigration } from '../judgement/rehearsed.ts';
import { findSquawk } from '../lint/find-squawk.ts';
import { lint } from '../lint/lint.ts';
import type { LintResult } from '../lint/types.ts';
import type { Migration } from '../project/types.ts';
import { runProjectTests } from '../rehearsal/project-tests.ts';
import { type Prepared, prepare, type Rehearsal, type RehearsalRequest, rehearse } from '../rehearsal/rehearse.ts';
import { scriptKey } from '../rehearsal/rounds.ts';
import { NEWEST_TESTED } from '../rehearsal/server/versions.ts';
import type { Report, TestRun } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import { type CheckInputs, laterRules, readInputs } from './check-inputs.ts';
import { baseProgress } from './check-progress.ts';
import { checkReport, type Outcome } from './check-report.ts';
import { judged, searchPathOf } from './check-verdict.ts';
import type { Io } from './io.ts';

/** Lints and rehearses what a branch does to the migrations, runs the project's tests, and gives a verdict. */
export async function check(settings: Settings, io: Io): Promise<Report> {
  const startedAt = io.now();
  const timings: Record<string, number> = {};
  const inputs = await timed(timings, 'read', async () => {
    io.progress.step('reading migrations from git');
    return readInputs(settings);
  });
  const { changes, ignored, head } = inputs.changeSet;
  const fresh = newMigrations(inputs);
  io.progress.done(`read ${head.migrations.length} migrations in ${head.directory}: ${fresh.length} new`, timings.read);
  const frame = { startedAt, now: io.now, inputs, timings };
  const settled = changes.length === 0 && ignored.length === 0;
  // A change may touch no migration and still hide some.
  const calm = inputs.findings.every(({ severity }) => severity !== 'block');
  if (settled && calm) return checkReport({ ...frame, outcome: undefined });
  return checkReport({ ...frame, outcome: await examine(settings, io, inputs, fresh, timings) });
}

/** The migrations that this change adds, in the deploy's order: what the rehearsal runs. */
function newMigrations({ changeSet }: CheckInputs): Migration[] {
  return changeSet.changes.flatMap((change) => (change.kind === 'added' ? [change.migration] : []));
}

/** Lint and rehearsal, side by side: the base schema does not depend on what lint says. */
async function examine(
  settings: Settings,
  io: Io,
  inputs: CheckInputs,
  fresh: readonly Migration[],
  timings: Record<string, number>,
): Promise<Outcome> {
  // Ours to abort: when one side fails, the other must not go on.
  const own = new AbortController();
  const signal = AbortSignal.any([io.signal, own.signal]);
  const { timeoutMs } = inputs.policy.rehearsal;
  const limit = setTimeout(() => own.abort(tookTooLong(timeoutMs)), timeoutMs + GRACE_MS);
  const notices: string[] = [];
  const preparing = fresh.length === 0 ? undefined : prepare(rehearsalRequest(settings, io, inputs, notices, signal));
  // Awaited below; a failure meanwhile must not count as one that nobody handles.
  preparing?.catch(() => {});
  try {
    const major = await majorOf(settings, inputs, preparing);
    const linted = await timed(timings, 'lint', () => lintAll(settings, inputs, major, signal));
    io.progress.done(`linted ${count(linted.files, 'script')}, ${count(linted.statements, 'statement')}`, timings.lint);
    if (preparing === undefined) return judged(inputs, linted, undefined, undefined, notices);
    const prepared = await preparing;
    const { server, fromCache } = prepared;
    timings.base = Math.round(prepared.durationMs);
    const base = count(inputs.changeSet.base.migrations.length, 'migration');
    io.progress.done(`base schema on ${server.origin}: ${base}${fromCache ? ', from the cache' : ''}`, timings.base);
    const rehearsal = await timed(timings, 'rehearsal', () => rehearseAll(io, inputs, fresh, linted, prepared, signal));
    io.progress.done(`rehearsed ${count(fresh.length, 'migration')}`, timings.rehearsal);
    clearTimeout(limit);
    const tests = await timed(timings, 'tests', () =>
      testAll(settings, io, inputs, prepared, rehearsal, signal, notices),
    );
    return judged(inputs, linted, { prepared, rehearsal, durationMs: timings.rehearsal ?? 0 }, tests, notices);
  } catch (error) {
    // Whatever broke when the server was taken away, this is why.
    if (own.signal.reason instanceof LockstepError) throw own.signal.reason;
    throw error;
  } finally {
    clearTimeout(limit);
    own.abort();
    await preparing?.then(({ server }) => server.stop()).catch(() => {});
  }
}

/** The statement that takes too long is named by its own timeout, which ends it a little earlier. */
const GRACE_MS = 3_000;

function tookTooLong(timeoutMs: number): LockstepError {
  return new LockstepError('rehearsal-timeout', `the rehearsal took longer than ${Math.round(timeoutMs / 1000)} s`, {
    hint: 'Raise `rehearsal.timeout` in lockstep.yml on the base branch, or look for the migration that takes so long: --report FILE has the time of each.',
  });
}

function rehearsalRequest(
  settings: Settings,
  io: Io,
  inputs: CheckInputs,
  notices: string[],
  signal: AbortSignal,
): RehearsalRequest {
  const { policy, changeSet, layout, setup, schema } = inputs;
  return {
    major: policy.postgresVersion,
    url: settings.rehearsalUrl,
    cacheDirectory: settings.cacheDirectory,
    toolDirectory: settings.toolDirectory,
    env: settings.env,
    signal,
    onNotice: (text) => void notices.push(text),
    base: { project: changeSet.base, layout, policy: policy.rehearsal, setup, schema },
    lockTimeout: policy.lockTimeout,
    statementTimeout: policy.statementTimeout,
    onBase: baseProgress(io.progress, settings.live),
  };
}

/** Lint's rules go by the server's version; one that somebody else started is asked for it. */
async function majorOf(
  settings: Settings,
  inputs: CheckInputs,
  preparing: Promise<Prepared> | undefined,
): Promise<number> {
  if (inputs.policy.postgresVersion !== undefined) return inputs.policy.postgresVersion;
  return settings.rehearsalUrl === undefined || preparing === undefined
    ? NEWEST_TESTED
    : (await preparing).server.major;
}

async function lintAll(
  settings: Settings,
  inputs: CheckInputs,
  postgresMajor: number,
  signal: AbortSignal,
): Promise<LintResult> {
  const { changeSet, policy, layout, squawkConfig } = inputs;
  const { toolDirectory, env } = settings;
  const squawkBinary = await findSquawk({ from: __filename, toolDirectory, env, signal });
  return lint({
    changeSet,
    policy,
    squawkConfig,
    postgresMajor,
    squawkBinary,
    layout,
    now: new Date(),
    otherRules: laterRules,
    signal,
  });
}

function rehearseAll(
  io: Io,
  { changeSet, policy }: CheckInputs,
  migrations: readonly Migration[],
  linted: LintResult,
  prepared: Prepared,
  signal: AbortSignal,
): Promise<Rehearsal<JudgedMigration>> {
  const why = 'lint found what no database may see';
  const refused = new Map([
    ...migrations.filter(({ id }) => linted.refused.has(id)).map((one) => [scriptKey(one, 'up'), why] as const),
    ...migrations.filter(({ id }) => linted.refusedDown.has(id)).map((one) => [scriptKey(one, 'down'), why] as const),
  ]);
  const searchPath = searchPathOf(policy.rehearsal);
  return rehearse(prepared, {
    migrations,
    lastOfBase: changeSet.base.migrations.at(-1),
    refused,
    onMigration: ({ id }, index) => io.progress.step(`rehearsing ${id} (${index + 1} of ${migrations.length})`),
    judge: (item) => judgeMigration(item, searchPath),
    signal,
  });
}

/** The tests need the whole change set: with a part of it they would fail for reasons of their own. */
async function testAll(
  settings: Settings,
  io: Io,
  { policy, range, git }: CheckInputs,
  { server, stage }: Prepared,
  rehearsal: Rehearsal<JudgedMigration>,
  signal: AbortSignal,
  notices: string[],
): Promise<TestRun | undefined> {
  const { testCommand, testTimeoutMs } = policy;
  if (testCommand === undefined) return undefined;
  if (!rehearsal.complete) {
    notices.push('The tests did not run: not every migration could be applied.');
    return undefined;
  }
  if (range.head !== 'worktree' && range.head !== (await git.head())) {
    notices.push('The tests ran with the code of the working tree, which is not the commit that was checked.');
  }
  await server.createDatabase('tests', { template: rehearsal.headDatabase, owner: stage.role.name });
  io.progress.step(`running ${testCommand}`);
  const { host, port } = server.address();
  const run = await runProjectTests({
    command: testCommand,
    cwd: settings.cwd,
    env: settings.env,
    database: {
      host,
      port,
      user: stage.role.name,
      password: stage.role.password,
      name: server.admin('tests').database ?? 'tests',
    },
    timeoutMs: testTimeoutMs,
    signal,
    onLine: (line) => io.progress.stream(line),
  });
  io.progress.done(run.exitCode === 0 ? 'the tests passed' : 'the tests failed', run.durationMs);
  return run;
}

async function timed<T>(timings: Record<string, number>, stage: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    timings[stage] = Math.round(performance.now() - started);
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
