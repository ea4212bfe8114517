import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { inject } from 'vitest';

/** The bundle on a pseudo-terminal, as somebody who sits there sees it. Needs python3. */

export interface Seen {
  readonly exitCode: number;
  /** All that the terminal showed. */
  readonly screen: string;
}

/** Types the answer once a question is asked; prints what it saw, then the exit status on a line of its own. */
const PROGRAM = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen, answered = b'', False
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if not answered and (b'to go on: ' in seen or b'[y/N] ' in seen):
        answered = True
        os.write(fd, sys.argv[1].encode())
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(seen + b'\\n%d' % status)
`;

/** Runs it to its end. `answer` is typed as it is: '\\u0003' is Ctrl-C. */
export async function atTerminal(
  args: readonly string[],
  answer: string,
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Seen> {
  const { PATH = '', HOME = tmpdir() } = process.env;
  const { stdout } = await promisify(execFile)(
    'python3',
    ['-c', PROGRAM, answer, process.execPath, inject('bundle'), ...args],
    { cwd, env: { PATH, HOME, TERM: 'dumb', ...env }, timeout: 60_000 },
  );
  const at = stdout.lastIndexOf('\n');
  return { screen: stdout.slice(0, at).replaceAll('\r', ''), exitCode: Number(stdout.slice(at + 1)) };
}
