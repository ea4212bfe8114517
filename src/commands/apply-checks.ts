import type { Deployment } from '../deploy/deployment.ts';
import { lookUp } from '../deploy/ledger/read.ts';
import { invalidIndexes } from '../deploy/survey/invalid-indexes.ts';
import { qualified } from '../project/quoting.ts';
import { runProjectTests } from '../rehearsal/project-tests.ts';
import type { TestRun } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import type { Io } from './io.ts';
import type { TargetInputs } from './target-inputs.ts';

/** What must hold after the last migration. Nothing of it takes a migration back: it keeps the code from following. */

interface AfterChecks {
  /** What is wrong, a sentence each; empty: all is well. */
  readonly problems: readonly string[];
  readonly tests: readonly TestRun[];
}

interface Request {
  readonly settings: Settings;
  readonly io: Io;
  readonly inputs: TargetInputs;
  readonly deployment: Deployment;
  /** Invalid indexes that were there before. */
  readonly invalidBefore: readonly string[];
}

/** By this the next run knows again in the ledger what the last one has left. */
export function sayInvalid(index: string): string {
  return `The index ${index} is INVALID`;
}

export async function checkAfterwards(request: Request): Promise<AfterChecks> {
  const { inputs, deployment, invalidBefore, io } = request;
  const { verifyTables } = inputs.policy.deploy;
  const invalid = await deployment.surely(invalidIndexes);
  const fresh = invalid.filter((name) => !invalidBefore.includes(name));
  const missing = verifyTables.length === 0 ? [] : await missingTables(deployment, verifyTables);
  const problems = [
    ...fresh.map(
      (name) => `${sayInvalid(name)}: no query uses it. Drop it (DROP INDEX CONCURRENTLY) and build it anew.`,
    ),
    ...missing.map((name) => `There is no table ${name}, which verify_tables names.`),
  ];
  if (problems.length > 0 || io.signal.aborted) return { problems, tests: [] };
  const smoke = await smokeTest(request);
  if (smoke === undefined) return { problems, tests: [] };
  const passed = smoke.exitCode === 0 && smoke.timedOut !== true;
  return {
    problems: passed
      ? []
      : ['The smoke command failed. The migrations stay: mend the cause, and run the deploy again.'],
    tests: [smoke],
  };
}

async function missingTables(deployment: Deployment, names: readonly string[]): Promise<string[]> {
  const found = await deployment.surely((session) => lookUp(session, names.map(qualified)));
  return names.filter((_, index) => found[index]?.kind === undefined);
}

async function smokeTest({ settings, io, inputs, deployment }: Request): Promise<TestRun | undefined> {
  const { smokeCommand, smokeTimeoutMs } = inputs.policy.deploy;
  if (smokeCommand === undefined) return undefined;
  io.progress.step(`running ${smokeCommand}`);
  const run = await runProjectTests({
    command: smokeCommand,
    phase: 'smoke',
    cwd: settings.cwd,
    env: settings.env,
    database: inputs.url,
    timeoutMs: smokeTimeoutMs,
    signal: io.signal,
    onLine: (line) => io.progress.stream(line),
  });
  io.progress.done(
    run.exitCode === 0 && !run.timedOut ? 'the smoke command passed' : 'the smoke command failed',
    run.durationMs,
  );
  // The session stood idle meanwhile.
  await deployment.surely((session) => session.run('SELECT 1'));
  return run;
}
