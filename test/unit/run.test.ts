import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LockstepError } from '../../src/errors.ts';
import { type Report, reportSchema } from '../../src/report/model.ts';
import { type Command, type Host, run } from '../../src/run.ts';
import { version } from '../../src/version.ts';
import { blocked, errored, noop, passed } from '../fixtures/reports.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lockstep-run-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

class Output extends EventEmitter {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

/** A process of our own, for one run. */
class Process extends EventEmitter implements Host {
  readonly argv: string[];
  readonly env: Record<string, string>;
  readonly stdout = new Output();
  readonly stderr = new Output();
  readonly exits: number[] = [];
  exitCode: number | string | null | undefined;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    super();
    this.argv = ['node', 'lockstep', ...args];
    this.env = { HOME: directory, ...env };
  }

  cwd(): string {
    return directory;
  }

  exit(code: number): void {
    this.exits.push(code);
  }
}

async function start(args: readonly string[], command: Command): Promise<Process> {
  const host = new Process(args);
  await run(host, { check: async () => command });
  return host;
}

const gives =
  (report: Report): Command =>
  async () =>
    report;

const fails =
  (error: unknown): Command =>
  async () => {
    throw error;
  };

function writtenReport(path: string): Report {
  return reportSchema.parse(JSON.parse(readFileSync(join(directory, path), 'utf8')));
}

describe('the exit status', () => {
  it.each([
    ['passed', passed, 0],
    ['noop', noop, 0],
    ['blocked', blocked, 1],
    ['planned', { ...passed, result: 'planned' }, 0],
    ['applied', { ...passed, result: 'applied' }, 0],
    ['superseded', { ...passed, result: 'superseded' }, 0],
    ['failed', { ...passed, result: 'failed' }, 1],
    ['partial', { ...passed, result: 'partial' }, 1],
    ['refused', { ...passed, result: 'refused' }, 1],
    ['busy', { ...passed, result: 'busy' }, 1],
    ['error', errored, 2],
  ] as const)('of %s', async (_, report, exitCode) => {
    expect(await start(['check'], gives(report))).toMatchObject({ exitCode });
  });

  it('is 2 as long as there is no verdict', async () => {
    const host = new Process(['check']);
    void run(host, { check: async () => () => new Promise<Report>(() => {}) });
    expect(host.exitCode).toBe(2);
    await new Promise(setImmediate);
    host.emit('beforeExit', 2);
    expect(host.exitCode).toBe(2);
    expect(host.stderr.text).toContain('ended without a verdict');
  });
});

describe('a verdict', () => {
  it('goes to standard output, and the whole report to the file that was asked for', async () => {
    const host = await start(['check', '--report', 'deep/down/report.json'], gives(blocked));
    expect(host.stdout.text).toMatch(/^✗ 2 migrations: 1 blocks writes on `orders`/);
    expect(host.stderr.text).toBe('');
    expect(writtenReport('deep/down/report.json')).toEqual(blocked);
  });

  it('that cannot be written down is no answer', async () => {
    const host = await start(['check', '--report', '.'], gives(passed));
    expect(host).toMatchObject({ exitCode: 2 });
    expect(host.stderr.text).toMatch(/^error: the report could not be written: .*\n\nreport-not-written: https.*\n$/);
  });

  it('that nobody reads any more is no error', async () => {
    const host = new Process(['check']);
    host.stdout.write = () => {
      host.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    };
    await run(host, { check: async () => gives(blocked) });
    expect(host).toMatchObject({ exitCode: 1 });
    expect(host.stderr.text).toBe('');
  });
});

describe('an error of the user', () => {
  const error = new LockstepError('shallow-history', 'the base is missing', { hint: 'fetch-depth: 0' });

  it('is told with what to do, without a stack trace, and stands in the report', async () => {
    const host = await start(['check', '--report', 'error.json'], fails(error));
    expect(host).toMatchObject({ exitCode: 2 });
    expect(host.stdout.text).toBe('');
    expect(host.stderr.text).toBe(
      'error: the base is missing\n\nfetch-depth: 0\n\nshallow-history: https://github.com/lockstep-dev/lockstep/blob/v0/docs/troubleshooting.md\n',
    );
    expect(writtenReport('error.json')).toMatchObject({
      command: 'check',
      result: 'error',
      error: { code: 'shallow-history', message: 'the base is missing', hint: 'fetch-depth: 0' },
    });
  });

  it('in the options stands in the report too', async () => {
    const host = await start(['check', '--polcy=x', '--report', 'usage.json'], gives(passed));
    expect(host).toMatchObject({ exitCode: 2 });
    expect(host.stderr.text).toContain("error: unknown option --polcy; did you mean '--policy'?");
    expect(writtenReport('usage.json').error?.code).toBe('bad-usage');
  });

  it('never shows a password, nor obeys what a file name says to the terminal', async () => {
    const hostile = new LockstepError('x', 'cannot reach postgres://app:s3cret@db/x for \u001b[2J.sql', {
      hint: 'host=db password=s3cret',
    });
    const host = await start(['check', '--report', 'hostile.json'], fails(hostile));
    expect(host.stderr.text).toContain('postgres://***@db/x');
    expect(host.stderr.text).not.toContain('\u001b');
    const told = host.stderr.text + readFileSync(join(directory, 'hostile.json'), 'utf8');
    expect(told).not.toContain('s3cret');
  });
});

describe('a bug', () => {
  it('is called one, with the address, the version and the stack', async () => {
    const host = await start(['check', '--report', 'bug.json'], fails(new TypeError('x is not a function')));
    expect(host).toMatchObject({ exitCode: 2 });
    expect(host.stderr.text).toContain(`this is a bug in Lockstep ${version}`);
    expect(host.stderr.text).toContain('https://github.com/lockstep-dev/lockstep/issues');
    expect(host.stderr.text).toMatch(/TypeError: x is not a function\n +at /);
    expect(writtenReport('bug.json').error).toEqual({ code: 'bug', message: 'x is not a function' });
  });

  it('that nobody caught ends the command in order, and is told', async () => {
    const host = new Process(['check']);
    const command: Command = (_, { signal }) => {
      setImmediate(() => host.emit('uncaughtException', new RangeError('out of the blue')));
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    await run(host, { check: async () => command });
    expect(host).toMatchObject({ exitCode: 2 });
    expect(host.stderr.text).toContain('RangeError: out of the blue');
  });
});

describe('a cancelled run', () => {
  /** Ends when it is told to, and cleans up first. */
  const obedient =
    (host: Process, cleaned: string[]): Command =>
    async (_, { signal }) => {
      setImmediate(() => host.emit('SIGTERM'));
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      cleaned.push('server');
      signal.throwIfAborted();
      return passed;
    };

  it('lets the command clean up, and says that it was cancelled', async () => {
    const host = new Process(['check', '--report', 'cancelled.json']);
    const cleaned: string[] = [];
    await run(host, { check: async () => obedient(host, cleaned) });
    expect(cleaned).toEqual(['server']);
    expect(host).toMatchObject({ exitCode: 143, exits: [] });
    expect(host.stderr.text).toBe('cancelled by SIGTERM\n');
    expect(writtenReport('cancelled.json')).toMatchObject({ result: 'error', error: { code: 'cancelled' } });
  });

  it('gives no verdict, although the command came to one meanwhile', async () => {
    const host = new Process(['check']);
    const stubborn: Command = async () => {
      host.emit('SIGINT');
      return passed;
    };
    await run(host, { check: async () => stubborn });
    expect(host).toMatchObject({ exitCode: 130 });
    expect(host.stdout.text).toBe('');
  });

  it('ends at once at the second signal', async () => {
    const host = new Process(['check']);
    const deaf: Command = async () => {
      host.emit('SIGINT');
      expect(host.exits).toEqual([]);
      host.emit('SIGINT');
      expect(host.exits).toEqual([130]);
      return passed;
    };
    await run(host, { check: async () => deaf });
    expect(host.exits).toEqual([130]);
  });

  it('leaves no listener behind', async () => {
    const host = await start(['check'], gives(passed));
    for (const event of ['SIGHUP', 'SIGINT', 'SIGTERM', 'uncaughtException', 'beforeExit'])
      expect(host.listenerCount(event)).toBe(0);
  });
});

describe('without a command', () => {
  it.each([
    [['--version'], `lockstep ${version}\n`],
    [[], 'Usage: lockstep <command> [options]'],
    [['help', 'check'], '--migrations-directory DIR'],
  ])('%j', async (args, text) => {
    const host = await start(args, fails(new Error('must not be called')));
    expect(host).toMatchObject({ exitCode: 0 });
    expect(host.stdout.text).toContain(text);
    expect(existsSync(join(directory, 'undefined'))).toBe(false);
  });
});
