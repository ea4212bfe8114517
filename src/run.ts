import { helpText } from './commands/help.ts';
import type { Io } from './commands/io.ts';
import { LockstepError } from './errors.ts';
import { tellBug, tellFailure } from './failure.ts';
import type { Report, Result } from './report/model.ts';
import { createProgress } from './report/terminal/progress.ts';
import { type EventSource, type Interruptions, watchInterruptions } from './services/interruption.ts';
import { writeReport } from './services/report-file.ts';
import { type Invocation, readInvocation, type Surroundings } from './settings/settings.ts';
import type { CommandName, Settings } from './settings/types.ts';
import { version } from './version.ts';

/** The process as far as we touch it: the real one in the program, a stand-in in tests. */
export interface Host extends Surroundings, EventSource {
  readonly stdout: Surroundings['stdout'] & Output;
  readonly stderr: Surroundings['stderr'] & Output;
  exitCode?: number | string | null | undefined;
}

interface Output {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

export type Command = (settings: Settings, io: Io) => Promise<Report>;
type Commands = Readonly<Record<CommandName, () => Promise<Command>>>;

/** Loaded when they are called: `--version` must evaluate none of them. */
const commands: Commands = {
  check: async () => (await import('./commands/check.ts')).check,
};

const UNANSWERED = 2;

/** 0: go on. 1: the answer is no. 2: there is no answer. */
const exitStatus: Readonly<Record<Result, 0 | 1 | 2>> = {
  passed: 0,
  noop: 0,
  planned: 0,
  applied: 0,
  superseded: 0,
  blocked: 1,
  partial: 1,
  failed: 1,
  busy: 1,
  refused: 1,
  error: UNANSWERED,
};

/** Runs one command and sets the exit status; nothing else does. Never rejects. */
export async function run(host: Host, available: Commands = commands): Promise<void> {
  // Should the event loop run dry before there is a verdict, the status must not say that all is well.
  host.exitCode = UNANSWERED;
  const stderr = (text: string): void => void host.stderr.write(text);
  for (const stream of [host.stdout, host.stderr]) stream.on('error', ignoreClosedPipe);
  const endedEarly = (): void => tellBug(stderr, new Error('the program ended without a verdict'));
  host.on('beforeExit', endedEarly);
  const interruptions = watchInterruptions(host);
  try {
    host.exitCode = await answer(host, readInvocation(host), available, interruptions);
  } catch (error) {
    tellBug(stderr, error);
  } finally {
    interruptions.release();
    host.off('beforeExit', endedEarly);
  }
}

async function answer(
  host: Host,
  invocation: Invocation,
  available: Commands,
  interruptions: Interruptions,
): Promise<number> {
  switch (invocation.kind) {
    case 'version':
      host.stdout.write(`lockstep ${version}\n`);
      return 0;
    case 'help':
      host.stdout.write(helpText(invocation.command));
      return 0;
    case 'invalid': {
      const { command = 'unknown', error, reportPath } = invocation;
      await tellFailure({ command, reportPath, startedAt: new Date(), error }, (text) => host.stderr.write(text));
      return UNANSWERED;
    }
    case 'command':
      return runCommand(host, invocation.settings, available[invocation.settings.command], interruptions);
  }
}

async function runCommand(
  host: Host,
  settings: Settings,
  load: () => Promise<Command>,
  interruptions: Interruptions,
): Promise<number> {
  const { command, reportPath, color, width } = settings;
  const stderr = (text: string): void => void host.stderr.write(text);
  const progress = createProgress(settings, stderr);
  const startedAt = new Date();
  try {
    const run = await load();
    const report = await run(settings, {
      stdout: (text) => void host.stdout.write(text),
      stderr,
      progress,
      signal: interruptions.signal,
      now: () => new Date(),
    });
    // A verdict that was reached while the run was being ended rests on half of the evidence.
    interruptions.signal.throwIfAborted();
    progress.close();
    const { renderReport } = await import('./report/terminal/report.ts');
    host.stdout.write(renderReport(report, { color, width }));
    if (reportPath !== undefined) await writeReport(reportPath, report);
    return exitStatus[report.result];
  } catch (thrown) {
    progress.close();
    const cause = interruptions.cause();
    const error = cause?.kind === 'uncaught' ? cause.error : thrown;
    const cancelled =
      cause?.kind === 'signal' ? new LockstepError('cancelled', `cancelled by ${cause.name}`) : undefined;
    await tellFailure({ command, reportPath, startedAt, error: cancelled ?? error }, stderr);
    return cause?.kind === 'signal' ? cause.exitCode : UNANSWERED;
  }
}

/** A reader that has seen enough (`| head`) is no error of ours. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
