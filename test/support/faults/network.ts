import { execFileSync } from 'node:child_process';

/** Another machine, as far as the network goes: a namespace of its own, on a cable that can be cut. */
interface Machine {
  /** Where it finds this machine. */
  readonly host: string;
  /** What stands before a command that is to run there. */
  readonly prefix: readonly string[];
  /** From now on nothing goes in or out, and nobody is told. */
  cutCable(): void;
  remove(): void;
}

/** undefined: this machine does not allow it. */
export function anotherMachine(number: number): Machine | undefined {
  const name = `lockstep${process.pid}n${number}`;
  const [ours, theirs] = [`lsa${number}x${process.pid}`.slice(0, 15), `lsb${number}x${process.pid}`.slice(0, 15)];
  const third = 100 + number;
  const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'ignore' });
  const remove = (): void => {
    for (const args of [
      ['link', 'delete', ours],
      ['netns', 'delete', name],
    ]) {
      try {
        ip(...args);
      } catch {
        // It was not there.
      }
    }
  };
  try {
    ip('netns', 'add', name);
    ip('link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs);
    ip('link', 'set', theirs, 'netns', name);
    ip('addr', 'add', `10.213.${third}.1/24`, 'dev', ours);
    ip('link', 'set', ours, 'up');
    ip('-n', name, 'addr', 'add', `10.213.${third}.2/24`, 'dev', theirs);
    ip('-n', name, 'link', 'set', theirs, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  } catch {
    remove();
    return undefined;
  }
  return {
    host: `10.213.${third}.1`,
    prefix: ['ip', 'netns', 'exec', name],
    // Their end only: on ours, the system would tell the server that there is no way.
    cutCable: () => ip('-n', name, 'link', 'set', theirs, 'down'),
    remove,
  };
}
