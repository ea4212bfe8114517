import { plainLine } from '../plain.ts';
import { duration } from '../words.ts';
import { columns } from './columns.ts';
import { createPaint } from './paint.ts';
import { cut, cutInside } from './text.ts';

/** What goes on, told on standard error while it does. */
export interface Progress {
  /** Something begins that takes a while: 'replaying 500 migrations'. */
  step(text: string): void;
  /** It is done: 'replayed 500 migrations', and how long it took. */
  done(text: string, ms?: number): void;
  /** The same, with what it consisted of: folded where lines can be folded, left out on a terminal. */
  group(text: string, lines: readonly string[], ms?: number): void;
  /** A line that the project's tests printed. */
  stream(line: string): void;
  /** Nothing more comes. Wipes a step that was not done; safe to call twice. */
  close(): void;
}

export interface ProgressOptions {
  readonly quiet: boolean;
  /** Standard error is a terminal: a step is shown in one line that its `done` is written over. */
  readonly live: boolean;
  readonly color: boolean;
  readonly width: number;
  /** Begins and ends a fold, where the log can fold (GitHub Actions). */
  readonly fold?: { begin(title: string): void; end(): void } | undefined;
}

const silentProgress: Progress = { step: () => {}, done: () => {}, group: () => {}, stream: () => {}, close: () => {} };

/** A progress reporter that writes to `write`. Foreign text is made harmless. */
export function createProgress(options: ProgressOptions, write: (text: string) => void): Progress {
  if (options.quiet) return silentProgress;
  return options.live ? liveProgress(options, write) : plainProgress(write, options.fold);
}

/** A step that is done before this tells of itself by its end alone. Milliseconds. */
const PATIENCE = 1_000;

/**
 * For pipes and logs: a line as each step ends, and one as it begins when that takes long, so that a log shows where a run
 * hangs and is short when it does not.
 */
function plainProgress(write: (text: string) => void, fold: ProgressOptions['fold']): Progress {
  let begins: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const forget = (): void => {
    clearTimeout(timer);
    begins = undefined;
  };
  const tellBegin = (): void => {
    if (begins !== undefined) write(begins);
    forget();
  };
  return {
    step: (text) => {
      forget();
      begins = `${plainLine(text)} ...\n`;
      timer = setTimeout(tellBegin, PATIENCE).unref();
    },
    done: (text, ms) => {
      forget();
      write(`${plainLine(text)}${took(ms)}\n`);
    },
    group: (text, lines, ms) => {
      forget();
      const title = `${plainLine(text)}${took(ms)}`;
      if (fold === undefined || lines.length === 0) write(`${title}\n`);
      else fold.begin(title);
      for (const line of lines) write(`  ${plainLine(line)}\n`);
      if (fold !== undefined && lines.length > 0) fold.end();
    },
    stream: (line) => {
      tellBegin();
      write(`  | ${plainLine(line)}\n`);
    },
    close: forget,
  };
}

// Carriage return, then erase the line.
const WIPE = '\r\u001b[2K';

function liveProgress({ color, width }: ProgressOptions, write: (text: string) => void): Progress {
  const paint = createPaint(color);
  let current: string | undefined;
  // A line that is longer than the terminal would wrap, and could not be wiped. What stands at the end of a step (which
  // of how many, from where) tells more than its middle.
  const fitted = (before: string, text: string, after: string): string => {
    return cutInside(text, width - 1 - columns(before) - columns(after));
  };
  const draw = (): void => {
    if (current !== undefined) write(paint.dim(`  ${fitted('  ', current, ' ...')} ...`));
  };
  const over = (line: string): void => {
    write(`${current === undefined ? '' : WIPE}${line}\n`);
  };
  const done = (text: string, ms?: number): void => {
    over(`${paint.green('✓')} ${fitted('✓ ', plainLine(text), took(ms))}${paint.dim(took(ms))}`);
    current = undefined;
  };
  return {
    step: (text) => {
      if (current !== undefined) write(WIPE);
      current = plainLine(text);
      draw();
    },
    done,
    group: (text, _lines, ms) => done(text, ms),
    stream: (line) => {
      over(paint.dim(cut(`  | ${plainLine(line)}`, width - 1)));
      draw();
    },
    close: () => {
      if (current !== undefined) write(WIPE);
      current = undefined;
    },
  };
}

function took(ms: number | undefined): string {
  return ms === undefined ? '' : ` (${duration(ms)})`;
}
