import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { TestRun } from '../report/model.ts';
import { LineSplitter } from '../services/line-splitter.ts';
import { endMarkedProcesses } from '../services/marked-processes.ts';
import { killGroup } from '../services/process.ts';
import { Reaper } from '../services/reaper.ts';
import { redact } from '../services/redact.ts';
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

const TAIL_CHARACTERS = 8_192;
const GRACE_MS = 3_000;
const PIPE_GRACE_MS = 500;

/** In the environment of all that the command starts, so that what leaves its process group is found and ended. */
const MARK = 'LOCKSTEP_TESTS';

/**
 * Runs the command as the team would type it: by `sh -c`, since it comes from lockstep.yml at base or from the person who
 * runs Lockstep, never from a pull request. It is a process group of its own, ended whatever becomes of us, with what it
 * left in the background. Its output is streamed; its exit status counts.
 */
export async function runProjectTests(request: TestRequest): Promise<TestRun> {
  const { command, cwd, signal } = request;
  signal.throwIfAborted();
  const started = performance.now();
  const mark = `${MARK}=${randomBytes(12).toString('hex')}`;
  const reaper = await Reaper.start([], mark);
  try {
    const env = { ...testEnvironment(request.env, request.database), [MARK]: mark.slice(MARK.length + 1) };
    const child = await reaper.spawn('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = new Output([child.stdout, child.stderr], request.onLine);
    let timedOut = false;
    let patience: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child, 'SIGTERM');
      patience = setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS);
    }, request.timeoutMs);
    const abort = (): void => killGroup(child, 'SIGKILL');
    signal.addEventListener('abort', abort, { once: true });
    try {
      if (signal.aborted) abort();
      const status = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve(code));
        // A grandchild left in the background may hold the pipes for ever: it is not waited for, and ended below.
        child.once('exit', (code) => {
          clearTimeout(timer);
          setTimeout(() => resolve(code), PIPE_GRACE_MS).unref();
        });
      });
      signal.throwIfAborted();
      // A command that we ended may call that a success.
      const exitCode = timedOut ? null : status;
      return {
        phase: request.phase ?? 'after',
        command: redact(command),
        exitCode,
        durationMs: Math.round(performance.now() - started),
        ...(timedOut ? { timedOut } : {}),
        ...(exitCode === 0 ? {} : { tail: output.close() }),
      };
    } finally {
      clearTimeout(timer);
      clearTimeout(patience);
      signal.removeEventListener('abort', abort);
      killGroup(child, 'SIGKILL');
      output.close();
    }
  } finally {
    await endMarkedProcesses(mark);
    await reaper.close();
  }
}

/** What a command prints: its lines are told at once, its end is kept. Connection passwords stay out of both. */
class Output {
  readonly #streams: readonly { readonly stream: Readable; readonly lines: LineSplitter }[];
  /** Enough for a tail that gets shorter as passwords go. */
  #end = '';
  #isCut = false;

  constructor(streams: readonly (Readable | null)[], onLine: (line: string) => void) {
    this.#streams = streams
      .filter((stream) => stream !== null)
      .map((stream) => ({ stream, lines: new LineSplitter((line) => onLine(redact(line))) }));
    for (const { stream, lines } of this.#streams) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        const end = this.#end + piece;
        this.#isCut ||= end.length > 2 * TAIL_CHARACTERS;
        this.#end = end.slice(-2 * TAIL_CHARACTERS);
        lines.add(piece);
      });
    }
  }

  /** Listens no longer, also to those who still hold the other ends; gives the end of it all. Safe to call twice. */
  close(): string {
    for (const { stream, lines } of this.#streams) {
      lines.end();
      stream.destroy();
    }
    // Before passwords go as well: what is left may be short enough to stand whole, with a half one at its beginning.
    return tailOf(redact(this.#isCut ? withoutCutWord(this.#end) : this.#end));
  }
}

/** The end of a text, from a whole word on. */
function tailOf(text: string): string {
  return text.length <= TAIL_CHARACTERS ? text : withoutCutWord(text.slice(-TAIL_CHARACTERS));
}

/** A word that is cut is left out: half a password is not known for what it is. */
function withoutCutWord(text: string): string {
  return text.replace(/^\S{1,2000}(?=\s)/, '');
}
