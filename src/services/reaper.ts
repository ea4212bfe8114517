import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/**
 * Cleans up after us when we no longer can. A small shell of its own session holds one end of a socket; when this
 * process ends in any way (SIGKILL too), the socket closes, and the shell ends the process groups that were registered and
 * removes the directories. What it works on reaches it as arguments and input, never as part of the script.
 *
 * It starts itself in the background and lets go of us, so that what ends a process tree does not find it.
 * A group's leader is asked first, alone: Postgres then ends its backends (which are groups of their own) and initdb its
 * servers, and their shared memory is removed, which nobody does after a SIGKILL. What is left after that (also a program
 * that a backend started) is found by its working directory or by a mark in its environment, where the system has /proc.
 */
const SCRIPT = `
(
  trap '' HUP INT TERM PIPE
  groups=
  mark=$1; shift
  while IFS= read -r line <&3; do
    case $line in
      +*) groups="$groups \${line#+}" ;;
      -*)
        kept=
        for group in $groups; do [ "$group" = "\${line#-}" ] || kept="$kept $group"; done
        groups=$kept ;;
      done) exit 0 ;;
    esac
  done
  ask() { for group in $groups; do kill -s "$1" "$group" 2>/dev/null; done; }
  led() {
    for group in $groups; do
      # Where nobody collects the dead, they still answer to kill.
      if [ -r "/proc/$group/stat" ]; then
        read -r stat <"/proc/$group/stat" && case \${stat##*) } in Z*) ;; *) return 0 ;; esac
      else kill -s 0 "$group" 2>/dev/null && return 0; fi
    done
    return 1
  }
  settle() { left=$1; while [ "$left" -gt 0 ] && led; do sleep 0.05; left=$((left - 1)); done; }
  ask INT; settle 12
  ask QUIT; settle 6
  for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
  settle 6
  [ -n "$mark" ] && for process in /proc/[0-9]*; do
    tr '\\0' '\\n' <"$process/environ" 2>/dev/null | grep -qxF -e "$mark" && kill -s KILL "\${process#/proc/}" 2>/dev/null
  done
  for directory in "$@"; do
    for process in /proc/[0-9]*; do
      for place in "$directory" "$directory"/*; do
        [ "$process/cwd" -ef "$place" ] && kill -s KILL "\${process#/proc/}" 2>/dev/null
      done
    done
    rm -rf -- "$directory" || { sleep 0.2; rm -rf -- "$directory"; }
  done
) &
`;

/** A guarded program begins when it is told to, and not at all when we die before that. */
const WAIT_FOR_GO = 'read -r go && exec "$@"';

const CLOSE_LIMIT_MS = 2_000;

export class Reaper {
  /** Both ends' life line: the reaper sees it close when we die, and we when the reaper has ended. */
  readonly #line: Socket;

  private constructor(line: Socket) {
    this.#line = line;
    // A reaper that was killed cannot help any more, and must not hurt.
    line.on('error', () => {});
    line.resume();
    // A caller that forgets us may still exit.
    line.unref();
  }

  /**
   * Starts one that removes `directories` (absolute, they need not exist yet) and ends what has `mark` ('NAME=value') in
   * its environment. Rejects when there is no /bin/sh.
   */
  static async start(directories: readonly string[], mark = ''): Promise<Reaper> {
    const child = spawn('/bin/sh', ['-c', SCRIPT, 'lockstep-reaper', mark, ...directories], {
      cwd: '/',
      // Not the standard input: Node closes that as soon as the first shell has ended.
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      detached: true,
    });
    await once(child, 'spawn');
    child.unref();
    return new Reaper(child.stdio[3] as Socket);
  }

  /** Has the process group ended if we die. Resolves when the reaper will read it, whatever happens to us; never rejects. */
  watchGroup(pid: number): Promise<void> {
    return this.#tell(`+${pid}`);
  }

  /** The group is gone: its number may come to mean somebody else's processes. */
  forgetGroup(pid: number): Promise<void> {
    return this.#tell(`-${pid}`);
  }

  /**
   * Starts a program in a group of its own that is registered before the program runs, and forgotten when it exits.
   * Its standard input is at its end. Rejects when it cannot be started; that the program itself is missing or may not be
   * run shows as exit status 126 or 127, as in any shell.
   */
  async spawn(
    command: string,
    args: readonly string[],
    options: Omit<SpawnOptions, 'detached'>,
  ): Promise<ChildProcess> {
    const [, ...output] = Array.isArray(options.stdio) ? options.stdio : [];
    const child = spawn('/bin/sh', ['-c', WAIT_FOR_GO, 'sh', command, ...args], {
      ...options,
      stdio: ['pipe', ...output],
      detached: true,
    });
    await once(child, 'spawn');
    const { pid } = child;
    if (pid !== undefined) {
      child.once('exit', () => this.forgetGroup(pid));
      await this.watchGroup(pid);
    }
    child.stdin?.on('error', () => {});
    child.stdin?.end('go\n');
    return child;
  }

  /** All is cleaned up: ends the reaper, which touches nothing. Safe to call twice. */
  async close(): Promise<void> {
    if (this.#line.closed || this.#line.writableEnded) return;
    const closed = once(this.#line, 'close');
    this.#line.end('done\n');
    const limit = setTimeout(() => this.#line.destroy(), CLOSE_LIMIT_MS);
    await closed;
    clearTimeout(limit);
  }

  async #tell(line: string): Promise<void> {
    if (this.#line.writableEnded || this.#line.destroyed) return;
    await new Promise<void>((resolve) => this.#line.write(`${line}\n`, () => resolve()));
  }
}
