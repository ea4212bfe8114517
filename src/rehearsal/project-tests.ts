import type { TestRun } from '../report/model.ts';
import { commandText, runProjectCommand } from '../services/project-command.ts';
import { type DatabaseAddress, testEnvironment } from './test-environment.ts';

/** The project's own tests, against a database at the new schema. */

export interface TestRequest {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** A connection URL stands for itself. */
  readonly database: DatabaseAddress | string;
  /** What the report calls it; 'after' unless told otherwise. */
  readonly phase?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** A line of what it prints, as it comes, without connection passwords; of a very long one the beginning. */
  readonly onLine: (line: string) => void;
}

/**
 * Runs the command as the team would type it: by `sh -c`, since it comes from lockstep.yml at base or from the person who
 * runs Lockstep, never from a pull request. Its exit status counts.
 */
export async function runProjectTests(request: TestRequest): Promise<TestRun> {
  const { command, phase = 'after' } = request;
  const run = await runProjectCommand({ ...request, env: testEnvironment(request.env, request.database) });
  const { exitCode, durationMs, timedOut, tail } = run;
  return {
    phase,
    command: commandText(command),
    exitCode,
    durationMs,
    ...(timedOut ? { timedOut } : {}),
    ...(exitCode === 0 ? {} : { tail }),
  };
}
