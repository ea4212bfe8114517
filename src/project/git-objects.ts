import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { killGroup } from '../services/process.ts';

/** An object as git keeps it. */
export interface GitObject {
  readonly oid: string;
  readonly type: string;
  readonly bytes: Buffer;
}

interface Question {
  readonly resolve: (object: GitObject | undefined) => void;
  readonly reject: (error: unknown) => void;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

interface GitObjectsOptions {
  /** Of git, up to its command. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  /** What to reject with: git could not be started (`cause`), or it ended with this to say. */
  readonly failed: (end: { readonly cause: unknown } | { readonly stderr: string }) => Error;
}

/**
 * One git that answers many questions: to start a process takes ten times as long as to ask one that runs. It is started by
 * the first question, keeps nobody from ending, and ends when its input does, which is when we do.
 */
export class GitObjects {
  readonly #options: GitObjectsOptions;
  #child: Child | undefined;
  #waiting: Question[] = [];
  #received: Buffer[] = [];
  #size = 0;
  /** How many bytes must have come before there is anything to read. */
  #needed = 1;

  constructor(options: GitObjectsOptions) {
    this.#options = options;
  }

  /**
   * The object of a name ('0a1b…', 'main^{commit}', 'main:lockstep.yml'); undefined: there is none. The name must have no
   * line break. Rejects when git does not run, and when the signal aborts.
   */
  read(name: string): Promise<GitObject | undefined> {
    if (name.includes('\n')) throw new Error(`a name with a line break: ${JSON.stringify(name)}`);
    return new Promise((resolve, reject) => {
      this.#options.signal?.throwIfAborted();
      const child = this.#start();
      if (this.#waiting.length === 0) hold(child, true);
      this.#waiting.push({ resolve, reject });
      child.stdin.write(`${name}\n`);
    });
  }

  #start(): Child {
    if (this.#child !== undefined) return this.#child;
    const { args, env, signal, failed } = this.#options;
    // A group of its own: a Ctrl-C in the terminal reaches us alone.
    const child = spawn('git', [...args, 'cat-file', '--batch'], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    let stderr = '';
    const end = (error: unknown): void => {
      signal?.removeEventListener('abort', abort);
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#received = [];
      this.#size = 0;
      this.#needed = 1;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
    const abort = (): void => {
      // With what it has started itself, which in a partial clone fetches.
      killGroup(child, 'SIGKILL');
      end(signal?.reason);
      hold(child, false);
    };
    signal?.addEventListener('abort', abort, { once: true });
    child.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-10_000);
    });
    child.stdout.on('data', (chunk: Buffer) => this.#take(child, chunk));
    child.once('error', (cause) => end(failed({ cause })));
    child.once('close', () => end(failed({ stderr })));
    return child;
  }

  #take(child: Child, chunk: Buffer): void {
    this.#received.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return;
    let rest = Buffer.concat(this.#received);
    let answer = nextAnswer(rest);
    for (; 'end' in answer; answer = nextAnswer(rest)) {
      this.#waiting.shift()?.resolve(answer.object);
      rest = rest.subarray(answer.end);
    }
    this.#needed = answer.needed;
    this.#received = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    if (this.#waiting.length === 0) hold(child, false);
  }
}

/** `end`: where the next answer begins. `needed`: how many bytes there must be before there is one. */
type Answer = { readonly object: GitObject | undefined; readonly end: number } | { readonly needed: number };

/** The first answer of `git cat-file --batch`. Format: https://git-scm.com/docs/git-cat-file#_batch_output */
export function nextAnswer(bytes: Buffer): Answer {
  const line = bytes.indexOf('\n');
  if (line < 0) return { needed: bytes.length + 1 };
  // '<oid> <type> <size>', else '<name> missing' and the like; a name may have spaces.
  const [, oid, type, size] = /^([0-9a-f]{40,}) (\w+) (\d+)$/.exec(bytes.toString('latin1', 0, line)) ?? [];
  const from = line + 1;
  if (oid === undefined || type === undefined) return { object: undefined, end: from };
  const to = from + Number(size);
  return to < bytes.length
    ? { object: { oid, type, bytes: bytes.subarray(from, to) }, end: to + 1 }
    : { needed: to + 1 };
}

/** Whether we wait for it: what nobody waits for does not keep us from ending. */
function hold(child: Child, wanted: boolean): void {
  const sockets = [child.stdin, child.stdout, child.stderr] as unknown as readonly Socket[];
  for (const each of [child, ...sockets]) {
    if (wanted) each.ref();
    else each.unref();
  }
}
