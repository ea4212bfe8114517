import { type JudgedMigration, judgeMigration } from '../judgement/rehearsed.ts';
import { laterRules, mandatoryRules, searchPathOf } from '../judgement/verdict.ts';
import { findSquawk } from '../lint/find-squawk.ts';
import { lint } from '../lint/lint.ts';
import type { LintResult } from '../lint/types.ts';
import type { Migration } from '../project/types.ts';
import { runProjectTests } from '../rehearsal/project-tests.ts';
import { type Prepared, type Rehearsal, type RehearsalRequest, rehearse } from '../rehearsal/rehearse.ts';
import { scriptKey } from '../rehearsal/rounds.ts';
import { NEWEST_TESTED } from '../rehearsal/server/versions.ts';
import type { TestRun } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import type { CheckInputs } from './check-inputs.ts';
import { baseProgress } from './check-progress.ts';
import type { Io } from './io.ts';

/** The stages of a check, each with what it needs of the settings and of the stages before it. */

export function rehearsalRequest(
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
export async function majorOf(
  settings: Settings,
  inputs: CheckInputs,
  preparing: Promise<Prepared> | undefined,
): Promise<number> {
  if (inputs.policy.postgresVersion !== undefined) return inputs.policy.postgresVersion;
  return settings.rehearsalUrl === undefined || preparing === undefined
    ? NEWEST_TESTED
    : (await preparing).server.major;
}

export async function lintAll(
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
    otherMandatory: mandatoryRules,
    signal,
  });
}

export function rehearseAll(
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
export async function testAll(
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
  server.throwIfLost();
  io.progress.done(run.exitCode === 0 ? 'the tests passed' : 'the tests failed', run.durationMs);
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
