import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

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
      child.kill('SIGKILL');
      end(signal?.reason);
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

  /** Format: https://git-scm.com/docs/git-cat-file#_batch_output */
  #take(child: Child, chunk: Buffer): void {
    this.#received.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return;
    let rest = Buffer.concat(this.#received);
    this.#needed = 1;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      // '<oid> <type> <size>', else '<name> missing' and the like; a name may have spaces.
      const [, oid, type, size] = /^([0-9a-f]{40,}) (\w+) (\d+)$/.exec(rest.toString('latin1', 0, end)) ?? [];
      const from = end + 1;
      const to = from + Number(size);
      if (oid === undefined || type === undefined) {
        rest = rest.subarray(from);
        this.#waiting.shift()?.resolve(undefined);
        continue;
      }
      this.#needed = to + 1;
      if (rest.length < this.#needed) break;
      this.#waiting.shift()?.resolve({ oid, type, bytes: rest.subarray(from, to) });
      rest = rest.subarray(to + 1);
      this.#needed = 1;
    }
    this.#received = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    if (this.#waiting.length === 0) hold(child, false);
  }
}

/** Whether we wait for it: what nobody waits for does not keep us from ending. */
function hold(child: Child, wanted: boolean): void {
  const sockets = [child.stdin, child.stdout, child.stderr] as unknown as readonly Socket[];
  for (const each of [child, ...sockets]) {
    if (wanted) each.ref();
    else each.unref();
  }
}
