import type { Io } from './commands/io.ts';
import { LockstepError, messageOf } from './errors.ts';
import { errorReport, writeReport } from './outcome.ts';
import type { Report, Result } from './report/model.ts';
import type { Progress } from './report/terminal/progress.ts';
import { readInvocation, type Surroundings } from './settings/settings.ts';
import type { CommandName, Settings } from './settings/types.ts';
import { repositoryUrl, version } from './version.ts';

/** The process, as far as we touch it; `run(process)` in the program, a stand-in in tests. */
export interface Host extends Surroundings {
  readonly stdout: Surroundings['stdout'] & Output;
  readonly stderr: Surroundings['stderr'] & Output;
  exitCode?: number | string | null | undefined;
  on(event: string, listener: (...values: never[]) => void): unknown;
  off(event: string, listener: (...values: never[]) => void): unknown;
  exit(code: number): void;
}

interface Output {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

type Command = (settings: Settings, io: Io) => Promise<Report>;

/** Commands are loaded when they are called: `--version` evaluates none of them. */
const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  check: async () => (await import('./commands/check.ts')).check,
};

/** Runs one command and sets the exit status, the only place that does. Never rejects. */
export async function run(host: Host, load: typeof commands = commands): Promise<void> {
  // Should the event loop run empty before there is a verdict, the status must not say that all is well.
  host.exitCode = UNANSWERED;
  for (const stream of [host.stdout, host.stderr]) stream.on('error', ignoreClosedPipe);
  const guard = guardAgainstInterruption(host);
  try {
    host.exitCode = await dispatch(host, load, guard);
  } catch (error) {
    host.exitCode = tellError(host, error);
  } finally {
    guard.release();
  }
}
