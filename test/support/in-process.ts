import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Report } from '../../src/report/model.ts';
import { type Host, run } from '../../src/run.ts';
import { readReport } from './deploy.ts';
import type { GitRepo } from './git-repo.ts';

/** Commands through the sources, in this process: what the bundle does, before there is one. */

class Output extends EventEmitter {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

export class Process extends EventEmitter implements Host {
  readonly stdout = new Output();
  readonly stderr = new Output();
  exitCode: number | string | null | undefined;
  readonly argv: string[];
  readonly env: Record<string, string>;
  readonly #directory: string;

  constructor(directory: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    super();
    this.#directory = directory;
    this.argv = ['node', 'lockstep', ...args];
    this.env = { PATH: process.env.PATH ?? '', ...env };
  }

  cwd(): string {
    return this.#directory;
  }

  exit(): void {}
}

interface Ran {
  readonly exitCode: unknown;
  readonly report: Report;
  readonly printed: string;
}

/** Runs `apply`, `plan`, ['resolve', '001_a', '--as', 'applied'] ... on a database. What writes is not asked about. */
export async function lockstepHere(
  command: string | readonly string[],
  repo: GitRepo,
  url: string,
  { onHost }: { readonly onHost?: (host: Process) => void } = {},
): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-here-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const words = typeof command === 'string' ? [command] : command;
  const writes = ['apply', 'baseline', 'resolve'].includes(words[0] ?? '');
  const file = join(folder, 'report.json');
  const given = ['--database-url-env', 'TARGET_URL', '--log-dir', join(folder, 'logs'), '--report', file];
  const host = new Process(repo.dir, [...words, ...given, ...(writes ? ['--yes'] : [])], {
    ...repo.env,
    TARGET_URL: url,
  });
  onHost?.(host);
  await run(host);
  const printed = host.stdout.text + host.stderr.text;
  return { exitCode: host.exitCode, report: readReport(file), printed };
}
