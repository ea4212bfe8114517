import { historySource } from '../deploy/history/source.ts';
import { type JudgedMigration, judgeMigration } from '../judgement/rehearsed.ts';
import { laterRules, mandatoryRules, searchPathOf } from '../judgement/verdict.ts';
import { findSquawk } from '../lint/find-squawk.ts';
import { lint } from '../lint/lint.ts';
import type { LintResult } from '../lint/types.ts';
import { bookkeepingOf } from '../project/layouts/bookkeeping.ts';
import type { Migration } from '../project/types.ts';
import { runProjectTests } from '../rehearsal/project-tests.ts';
import { type Prepared, type Rehearsal, type RehearsalRequest, rehearse } from '../rehearsal/rehearse.ts';
import { scriptKey } from '../rehearsal/rounds.ts';
import type { SeedPlan } from '../rehearsal/seed/chain.ts';
import { NEWEST_TESTED } from '../rehearsal/server/versions.ts';
import type { TestRun } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import { baseProgram } from './check-base-program.ts';
import type { CheckInputs } from './check-inputs.ts';
import { baseProgress } from './check-progress.ts';
import type { Io } from './io.ts';

/** The stages of a check, each with what it needs of the settings and of the stages before it. */

/** What every stage of one run may need. */
export interface Run {
  readonly settings: Settings;
  readonly io: Io;
  readonly inputs: CheckInputs;
  /** Aborted from outside, or when another stage has failed. */
  readonly signal: AbortSignal;
  /** Tells the reader something about this run itself. */
  readonly notice: (text: string) => void;
}

export function rehearsalRequest({ settings, io, inputs, signal, notice }: Run): RehearsalRequest {
  const { policy, changeSet, layout, setup, schema, git, range, baseTool: tool } = inputs;
  const bookkeeping = bookkeepingOf(layout, policy.deploy.ownHistory);
  const program =
    tool &&
    baseProgram({
      settings,
      io,
      git,
      tool,
      at: range.baseTip,
      empty: changeSet.base.migrations.length === 0,
      bookkeeping: historySource(layout, policy.deploy.ownHistory),
      timeoutMs: policy.rehearsal.timeoutMs,
      signal,
    });
  return {
    major: policy.postgresVersion,
    url: settings.rehearsalUrl,
    cacheDirectory: settings.cacheDirectory,
    toolDirectory: settings.toolDirectory,
    env: settings.env,
    signal,
    onNotice: notice,
    onStep: (text) => io.progress.step(text),
    base: { project: changeSet.base, layout, bookkeeping, policy: policy.rehearsal, setup, schema, program },
    lockTimeout: policy.lockTimeout,
    statementTimeout: policy.statementTimeout,
    onBase: baseProgress(io.progress, settings.live),
  };
}

/** Lint's rules go by the server's version; one that somebody else started is asked for it. */
export async function majorOf({ settings, inputs }: Run, preparing: Promise<Prepared> | undefined): Promise<number> {
  if (inputs.policy.postgresVersion !== undefined) return inputs.policy.postgresVersion;
  return settings.rehearsalUrl === undefined || preparing === undefined
    ? NEWEST_TESTED
    : (await preparing).server.major;
}

export async function lintAll({ settings, io, inputs, signal }: Run, postgresMajor: number): Promise<LintResult> {
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
    now: io.now(),
    otherRules: laterRules,
    otherMandatory: mandatoryRules,
    signal,
  });
}

/** undefined: nothing is to run on rows. */
function seedPlan({ settings, io, inputs: { policy, seed }, signal }: Run): SeedPlan | undefined {
  const { mode, command } = policy.rehearsal.seed;
  if (mode === 'off') return undefined;
  const { cwd, env } = settings;
  const onLine = (line: string): void => io.progress.stream(line);
  const run =
    command === undefined ? undefined : { command, cwd, env, signal, onLine, timeoutMs: policy.testTimeoutMs };
  const project = seed.length > 0 || run !== undefined ? { scripts: seed, command: run } : undefined;
  return mode === 'replace' && project === undefined ? undefined : { generic: mode === 'extend', project };
}

export function rehearseAll(
  run: Run,
  migrations: readonly Migration[],
  linted: LintResult,
  prepared: Prepared,
): Promise<Rehearsal<JudgedMigration>> {
  const { changeSet, policy, layout } = run.inputs;
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
    onMigration: ({ id }, index) => run.io.progress.step(`rehearsing ${id} (${index + 1} of ${migrations.length})`),
    judge: (item) => judgeMigration(item, searchPath, layout.aloneNote),
    signal: run.signal,
    seed: seedPlan(run),
    inOneTransaction: layout.oneTransaction === true,
  });
}

/** The tests need the whole change set: with a part of it they would fail for reasons of their own. */
export async function testAll(
  { settings, io, inputs: { policy, range, git }, signal, notice }: Run,
  { server, stage }: Prepared,
  rehearsal: Rehearsal<JudgedMigration>,
  headDatabase = rehearsal.headDatabase,
): Promise<TestRun | undefined> {
  const { testCommand, testTimeoutMs } = policy;
  if (testCommand === undefined) return undefined;
  if (!rehearsal.complete) {
    notice('The tests did not run: not every migration could be applied.');
    return undefined;
  }
  if (range.head !== 'worktree' && range.head !== (await git.resolve('HEAD'))) {
    notice('The tests ran with the code of the working tree, which is not the commit that was checked.');
  }
  await server.createDatabase('tests', { template: headDatabase, owner: stage.role.name });
  io.progress.step(`running ${testCommand}`);
  const run = await runProjectTests({
    command: testCommand,
    cwd: settings.cwd,
    env: settings.env,
    database: {
      ...server.address(),
      user: stage.role.name,
      password: stage.role.password,
      name: server.admin('tests').database ?? 'tests',
    },
    timeoutMs: testTimeoutMs,
    signal,
    onLine: (line) => io.progress.stream(line),
  });
  server.throwIfLost();
  io.progress.done(run.exitCode === 0 && !run.timedOut ? 'the tests passed' : 'the tests failed', run.durationMs);
  return run;
}

export async function timed<T>(timings: Record<string, number>, stage: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    timings[stage] = Math.round(performance.now() - started);
  }
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
