import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { ServerRequest } from '../../../src/rehearsal/server/types.ts';
import { definedEnvironment, testTools } from '../../support/postgres.ts';

/** A program of its own that any user can run. */
export interface ChildProgram {
  readonly file: string;
  remove(): Promise<void>;
}

/** Bundles child-server.ts, or a source whose imports are seen from here. */
export async function buildChild(contents = "import './child-server.ts';"): Promise<ChildProgram> {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-child-'));
  await chmod(directory, 0o755);
  const file = join(directory, 'child.cjs');
  await build({
    stdin: { contents, loader: 'ts', resolveDir: import.meta.dirname },
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['pg-native'],
    logLevel: 'warning',
  });
  return { file, remove: () => rm(directory, { recursive: true, force: true }) };
}

interface ChildOptions {
  readonly request?: Partial<ServerRequest> & { readonly keep?: boolean };
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
}

export function startChild({ file }: ChildProgram, { request = {}, env = {}, ...user }: ChildOptions): ChildProcess {
  const about = { major: 18, toolDirectory: testTools, ...request };
  return spawn(process.execPath, [file, JSON.stringify(about)], {
    cwd: '/',
    env: { ...definedEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...user,
  });
}

interface ChildReport {
  readonly version: string;
  readonly origin: string;
  readonly prepared: boolean;
  readonly directory: string;
}

/** What it says when its server is ready. Rejects with its errors when it ends before. */
export async function reportOf(child: ChildProcess): Promise<ChildReport> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the child has no output');
  let problems = '';
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    problems += chunk;
  });
  const line = await Promise.race([
    once(stdout.setEncoding('utf8'), 'data').then(([chunk]) => String(chunk)),
    once(child, 'close').then(() => undefined),
  ]);
  if (line === undefined) throw new Error(problems);
  return JSON.parse(line) as ChildReport;
}
