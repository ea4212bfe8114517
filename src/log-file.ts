import { mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from './errors.ts';
import { createProgress, type Progress } from './report/terminal/progress.ts';

/** What a run that looks at a target leaves behind on the disk: all that it told, with times. */
interface RunLog {
  readonly path: string;
  /** A line or more, already without secrets. */
  write(text: string): void;
  /** The same progress, told to the log as well. */
  alongside(progress: Progress): Progress;
}

/** undefined: it could not be made; a deploy does not stop for that, and `problem` tells. */
export function openLog(
  directory: string,
  command: string,
  startedAt: Date,
  scrub: (text: string) => string,
): { readonly log?: RunLog; readonly problem?: string } {
  const stamp = startedAt.toISOString().replace(/[:.]/g, '-');
  const path = join(directory, `${stamp}-${command}-${process.pid}.log`);
  let file: number | undefined;
  const write = (text: string): void => {
    const time = new Date().toISOString();
    const lines = scrub(text)
      .split('\n')
      .filter((line) => line !== '');
    try {
      if (file !== undefined) writeSync(file, lines.map((line) => `${time} ${line}\n`).join(''));
    } catch {
      // The disk may be full: the run goes on, and its report tells what it did.
    }
  };
  try {
    mkdirSync(directory, { recursive: true });
    // Open until the program ends: a thousand migrations are thousands of lines.
    file = openSync(path, 'a', 0o600);
  } catch (error) {
    return { problem: `No log file could be written: ${messageOf(error)}` };
  }
  const own = createProgress({ quiet: false, live: false, color: false, width: 200 }, write);
  return {
    log: {
      path,
      write,
      alongside: (progress) => ({
        step: (text) => {
          progress.step(text);
          write(`${text} ...`);
        },
        done: (text, ms) => {
          progress.done(text, ms);
          own.done(text, ms);
        },
        group: (text, lines, ms) => {
          progress.group(text, lines, ms);
          own.group(text, lines, ms);
        },
        stream: (line) => {
          progress.stream(line);
          own.stream(line);
        },
        close: () => {
          progress.close();
          own.close();
        },
      }),
    },
  };
}
