import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Command } from '../settings/types.ts';
import { LineSplitter } from './line-splitter.ts';
import { endMarkedProcesses } from './marked-processes.ts';
import { killGroup } from './process.ts';
import { Reaper } from './reaper.ts';
import { redact } from './redact.ts';

/** A command of the project's own: its tests, its smoke test, its migration tool. */

interface ProjectCommand {
  /** A text is run by `sh -c`: it comes from the settings or from the person who runs Lockstep. */
  readonly command: Command;
  readonly cwd: string;
  /** All that it gets. */
  readonly env: Readonly<Record<string, string>>;
  /** undefined: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** Ends it at once, and rejects. */
  readonly signal: AbortSignal;
  /** Ends it in order: asked first. It has an end then like any other. */
  readonly stop?: AbortSignal | undefined;
  /** Ends it at once; it has an end then like any other. */
  readonly kill?: AbortSignal | undefined;
  /** A line of what it prints, as it comes, without connection passwords; of a very long one the beginning. */
  readonly onLine: (line: string, from: Stream) => void;
}

type Stream = 'stdout' | 'stderr';

export interface CommandEnd {
  /** null: ended by a signal, by the time limit, by `stop` or `kill`. */
  readonly exitCode: number | null;
  readonly durationMs: number;
  readonly timedOut: boolean;
  /** The end of what it printed. */
  readonly tail: string;
}

const TAIL_CHARACTERS = 8_192;
const GRACE_MS = 3_000;
const PIPE_GRACE_MS = 500;

/** In the environment of all that the command starts, so that what leaves its process group is found and ended. */
const MARK = 'LOCKSTEP_TESTS';

/** As a reader knows it. */
export function commandText(command: Command): string {
  return redact(typeof command === 'string' ? command : command.join(' '));
}

/** The end of what a program printed, without the places in its own code. */
export function lastLines(tail: string, most: number): readonly string[] {
  return tail
    .trim()
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .slice(-most);
}

/** What it said in one line: the line that names an error says more than the last one. '' when it said nothing. */
export function tellingLine(tail: string): string {
  const lines = lastLines(tail, 100)
    .map((line) => line.trim())
    .filter(Boolean);
  const telling = lines.findLast((line) => /error|exception|irreversible|cannot|failed/i.test(line));
  return telling ?? lines.at(-1) ?? '';
}

/**
 * Runs it to its end. It is a process group of its own, ended whatever becomes of us, with what it left in the
 * background. Its output is streamed.
 */
export async function runProjectCommand(request: ProjectCommand): Promise<CommandEnd> {
  const { command, cwd, signal, stop, kill } = request;
  signal.throwIfAborted();
  const started = performance.now();
  const mark = `${MARK}=${randomBytes(12).toString('hex')}`;
  const reaper = await Reaper.start([], mark);
  try {
    const env = { ...request.env, [MARK]: mark.slice(MARK.length + 1) };
    const [program = '', ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
    const child = await reaper.spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = new Output({ stdout: child.stdout, stderr: child.stderr }, request.onLine);
    let timedOut = false;
    let patience: NodeJS.Timeout | undefined;
    const end = (): void => {
      killGroup(child, 'SIGTERM');
      patience ??= setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS);
    };
    const { timeoutMs } = request;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            end();
          }, timeoutMs);
    const abort = (): void => killGroup(child, 'SIGKILL');
    signal.addEventListener('abort', abort, { once: true });
    stop?.addEventListener('abort', end, { once: true });
    kill?.addEventListener('abort', abort, { once: true });
    try {
      if (signal.aborted || kill?.aborted) abort();
      if (stop?.aborted) end();
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
      return {
        // A command that we ended may call that a success.
        exitCode: timedOut || stop?.aborted || kill?.aborted ? null : status,
        durationMs: Math.round(performance.now() - started),
        timedOut,
        tail: output.close(),
      };
    } finally {
      clearTimeout(timer);
      clearTimeout(patience);
      signal.removeEventListener('abort', abort);
      stop?.removeEventListener('abort', end);
      kill?.removeEventListener('abort', abort);
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

  constructor(streams: Readonly<Record<Stream, Readable | null>>, onLine: ProjectCommand['onLine']) {
    this.#streams = (['stdout', 'stderr'] as const).flatMap((from) => {
      const stream = streams[from];
      return stream === null ? [] : [{ stream, lines: new LineSplitter((line) => onLine(redact(line), from)) }];
    });
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
