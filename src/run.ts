import { helpText } from './commands/help.ts';
import type { Io } from './commands/io.ts';
import type { Delivery } from './delivery/deliver.ts';
import { LockstepError } from './errors.ts';
import { failureReport, tellBug, tellFailure } from './failure.ts';
import { openLog } from './log-file.ts';
import type { Report, Result } from './report/model.ts';
import { createProgress, type ProgressOptions } from './report/terminal/progress.ts';
import type { ActionsRunner } from './services/actions-runner.ts';
import { inert } from './services/inert.ts';
import { type EventSource, type Interruptions, watchInterruptions } from './services/interruption.ts';
import { Secrets, scrubbed } from './services/secrets.ts';
import { type Invocation, readInvocation, type Surroundings } from './settings/settings.ts';
import type { CommandName, Settings } from './settings/types.ts';
import { version } from './version.ts';

/** The process as far as we touch it: the real one in the program, a stand-in in tests. */
export interface Host extends Surroundings, EventSource {
  readonly stdin?: Input;
  /** What `ps` shows of us: a secret that stood on the command line must not. */
  title?: string;
  readonly stdout: Surroundings['stdout'] & Output;
  readonly stderr: Surroundings['stderr'] & Output;
  exitCode?: number | string | null | undefined;
}

/** Standard input as far as somebody may be asked something. */
type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

interface Output {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

export type Command = (settings: Settings, io: Io) => Promise<Report>;
type Commands = Readonly<Partial<Record<CommandName, () => Promise<Command>>>>;

/** Loaded when they are called: `--version` must evaluate none of them. */
const commands: Commands = {
  check: async () => (await import('./commands/check.ts')).check,
  plan: async () => (await import('./commands/plan.ts')).plan,
  apply: async () => (await import('./commands/apply.ts')).apply,
  status: async () => (await import('./commands/status.ts')).status,
  verify: async () => (await import('./commands/verify.ts')).verify,
  baseline: async () => (await import('./commands/baseline.ts')).baseline,
  resolve: async () => (await import('./commands/resolve.ts')).resolve,
  comment: async () => (await import('./commands/comment.ts')).comment,
  notify: async () => (await import('./commands/notify.ts')).notify,
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
    case 'invalid':
      await refuse(host, invocation, interruptions);
      return UNANSWERED;
    case 'command':
      host.title = `lockstep ${invocation.settings.command}`;
      return runCommand(host, invocation.settings, available[invocation.settings.command], interruptions);
  }
}

/** Settings that cannot be used: told wherever the verdict would have been told. */
async function refuse(
  host: Host,
  { command = 'unknown', error, settings }: Extract<Invocation, { kind: 'invalid' }>,
  { signal }: Interruptions,
): Promise<void> {
  const { stdout, stderr } = safeOutput(host, settings, new Secrets(settings.secrets));
  const runner = await runnerOf(settings);
  tellFailure(error, stderr);
  const report = scrubbed(failureReport({ command, startedAt: new Date(), error }), settings.secrets);
  try {
    await deliverTo({ settings, report, runner, print: stdout, signal, hurried: false });
  } catch (problem) {
    tellFailure(problem, stderr);
  }
}

interface Attempt {
  readonly report: Report;
  readonly exitCode: number;
  readonly cancelled: boolean;
}

async function runCommand(
  host: Host,
  settings: Settings,
  load: (() => Promise<Command>) | undefined,
  interruptions: Interruptions,
): Promise<number> {
  const secrets = new Secrets(settings.secrets);
  const { stdout, stderr } = safeOutput(host, settings, secrets);
  const runner = await runnerOf(settings);
  const ask = settings.target.interactive ? asker(host, interruptions.signal) : undefined;
  const world = { stdout, stderr, ask, secrets, fold: folding(host, settings, secrets) };
  const { report, exitCode, cancelled } = await attempt(settings, load, interruptions, world);
  try {
    const { signal } = interruptions;
    await deliverTo({ settings, report, runner, print: stdout, signal, hurried: cancelled });
    return exitCode;
  } catch (error) {
    tellFailure(error, stderr);
    return cancelled ? exitCode : UNANSWERED;
  }
}

type Texts = Pick<Io, 'stdout' | 'stderr'>;

interface World extends Texts {
  readonly ask: Io['ask'];
  readonly secrets: Secrets;
  readonly fold: ProgressOptions['fold'];
}

/** The command's report, shown; of a command that failed, the report that says so. */
async function attempt(
  settings: Settings,
  load: (() => Promise<Command>) | undefined,
  interruptions: Interruptions,
  world: World,
): Promise<Attempt> {
  const { command, color, width } = settings;
  const { signal } = interruptions;
  const startedAt = new Date();
  const { log, stdout, stderr } = logging(settings, startedAt, world);
  const shown = createProgress({ ...settings, fold: world.fold }, world.stderr);
  const progress = log?.alongside(shown) ?? shown;
  const logged = log === undefined ? {} : { log: log.path };
  const { ask, secrets } = world;
  try {
    if (load === undefined) throw new Error(`there is no command ${command}`);
    const run = await load();
    const hide = (secret: string): void => secrets.add(secret);
    const strip = (text: string): string => secrets.strip(text);
    const io = { stdout, stderr, progress, ask, hide, strip, signal, now: () => new Date() };
    const found = await run(settings, io);
    // A verdict that was reached while the run was being ended rests on half of the evidence. What was done is told.
    const endedEarly = found.error?.code === 'cancelled';
    if (!endedEarly) signal.throwIfAborted();
    progress.close();
    const report = secrets.scrub({ ...found, ...logged });
    const { renderReport } = await import('./report/terminal/report.ts');
    const { withDeployment } = await import('./delivery/deployment.ts');
    stdout(renderReport(withDeployment(settings, report), { color, width }));
    const cause = interruptions.cause();
    if (endedEarly && cause?.kind === 'signal') return { report, exitCode: cause.exitCode, cancelled: true };
    // A verdict that is only told is nobody's failure here.
    const told = command === 'comment' || report.lock?.skipped === true;
    return { report, exitCode: told ? 0 : exitStatus[report.result], cancelled: false };
  } catch (thrown) {
    progress.close();
    const cause = interruptions.cause();
    const error = cause?.kind === 'uncaught' ? cause.error : thrown;
    const cancellation =
      cause?.kind === 'signal' ? new LockstepError('cancelled', `cancelled by ${cause.name}`) : undefined;
    tellFailure(cancellation ?? error, stderr);
    const report = failureReport({ command, startedAt, error: cancellation ?? error });
    return {
      report: secrets.scrub({ ...report, ...logged }),
      exitCode: cause?.kind === 'signal' ? cause.exitCode : UNANSWERED,
      cancelled: cause?.kind === 'signal',
    };
  }
}

/** Runs that look at a target leave a log file: what is printed goes there as well. */
function logging({ command, target }: Settings, startedAt: Date, { stdout, stderr, secrets }: World) {
  const looks = command !== 'check' && command !== 'notify' && command !== 'comment';
  if (!looks || target.logDirectory === undefined) return { stdout, stderr };
  const { log, problem } = openLog(target.logDirectory, command, startedAt, (text) => secrets.strip(text));
  if (log === undefined) {
    stderr(`${problem}\n`);
    return { stdout, stderr };
  }
  const both = (print: (text: string) => void) => (text: string) => {
    print(text);
    log.write(text);
  };
  return { log, stdout: both(stdout), stderr: both(stderr) };
}

/** Asks at the terminal; rejects when the run is cancelled meanwhile. */
function asker({ stdin, stderr }: Host, signal: AbortSignal): Io['ask'] {
  if (stdin === undefined) return undefined;
  return async (question) => {
    const { createInterface } = await import('node:readline/promises');
    // The terminal's own line editing: with readline's, Ctrl-C would be a key, and reach nobody who ends the run.
    const output = stderr as unknown as NodeJS.WritableStream;
    const terminal = createInterface({ input: stdin, output, terminal: false });
    // The end of the input (Ctrl-D) is an answer that says nothing.
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    try {
      return await Promise.race([terminal.question(question, { signal }), ended]);
    } catch (error) {
      signal.throwIfAborted();
      // Ctrl-C at the question, which the terminal has taken for itself.
      throw new LockstepError('not-confirmed', 'Not confirmed: nothing was written.', { cause: error });
    } finally {
      terminal.close();
    }
  };
}

async function deliverTo(delivery: Omit<Delivery, 'rules'>): Promise<void> {
  const { deliver } = await import('./delivery/deliver.ts');
  await deliver({
    ...delivery,
    rules: async () => (await import('./commands/rule-descriptions.ts')).ruleDescriptions(),
  });
}

/** What we print: without secrets, and in Actions without anything that its runner would obey. */
function safeOutput(
  { stdout, stderr }: Pick<Host, 'stdout' | 'stderr'>,
  { actions }: Settings,
  secrets: Secrets,
): Texts {
  const scrub = (text: string): string => secrets.strip(text);
  const safe = actions === undefined ? scrub : (text: string): string => inert(scrub(text));
  return { stdout: (text) => void stdout.write(safe(text)), stderr: (text) => void stderr.write(safe(text)) };
}

/** Lines that belong together are folded in the log of a job: by commands to its runner, which we print only here. */
function folding({ stderr }: Host, { actions }: Settings, secrets: Secrets): ProgressOptions['fold'] {
  if (actions === undefined) return undefined;
  return {
    begin: (title) => void stderr.write(`::group::${inert(secrets.strip(title))}\n`),
    end: () => void stderr.write('::endgroup::\n'),
  };
}

/** undefined: not inside Actions. It hides the secrets from here on. */
async function runnerOf({ actions, secrets }: Settings): Promise<ActionsRunner | undefined> {
  if (actions === undefined) return undefined;
  const runner = (await import('./services/actions-runner.ts')).actionsRunner();
  for (const secret of secrets) runner.mask(secret);
  return runner;
}

/** A reader that has seen enough (`| head`) is no error of ours. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
