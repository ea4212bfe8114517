import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../../src/report/model.ts';
import { type CliResult, startCli } from '../cli.ts';
import type { FaultProject } from './project.ts';

/** One run of the program on a target. */
export interface Attempt {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** undefined: it was killed before it wrote one. */
  readonly report: Report | undefined;
  readonly ms: number;
  /** It did not end by itself. */
  readonly hung: boolean;
}

interface RunningAttempt {
  readonly child: ChildProcess;
  readonly ended: Promise<Attempt>;
}

const LIMIT_MS = 90_000;

export function startLockstep(
  { repo }: FaultProject,
  url: string,
  [command = 'apply', ...args]: readonly string[] = [],
  limitMs = LIMIT_MS,
  prefix: readonly string[] = [],
): RunningAttempt {
  const path = join(tmpdir(), `lockstep-faults-${randomUUID()}.json`);
  const all = [command, ...args, '--database-url-env', 'TARGET', '--yes', '--report', path];
  const started = performance.now();
  const { child, finished } = startCli(all, {
    cwd: repo.dir,
    env: { ...repo.env, TARGET: url },
    timeoutMs: limitMs,
    prefix,
  });
  const ended = finished.then(async (result: CliResult): Promise<Attempt> => {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    await rm(path, { force: true });
    const ms = Math.round(performance.now() - started);
    const report = text === undefined ? undefined : (JSON.parse(text) as Report);
    return { ...result, report, ms, hung: result.exitCode === null && ms >= limitMs };
  });
  return { child, ended };
}

/** What a reader needs to see of an attempt that went wrong. */
export function told({ exitCode, report, ms, stdout, stderr }: Attempt): string {
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.trim() !== '');
  return `exit ${exitCode}, ${report?.result ?? 'no report'}, ${ms} ms\n    ${lines.slice(-18).join('\n    ')}`;
}
