import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Report } from '../../src/report/model.ts';
import { run } from '../../src/run.ts';
import { readReport, type Target } from './deploy.ts';
import { type GitRepo, gitRepo } from './git-repo.ts';
import { Process } from './in-process.ts';
import { testTools } from './postgres.ts';

/** An example whose tool runs its migrations itself, in a repository of its own, with the real tool. */

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Example {
  readonly repo: GitRepo;
  /** Commits the migrations that are held back. */
  complete(): void;
  /** Runs a program of the project's, to apply or to take back. Throws when it fails; returns what it printed. */
  tool(argv: readonly string[], url: string): string;
}

/** `held`: files that `complete` brings. `files`: more, or others in place of the example's. */
export function example(name: string, held: readonly string[], files: Readonly<Record<string, string>> = {}): Example {
  return toolProject({ ...filesIn(join(root, 'examples', name)), ...files }, held);
}

/** The same with the programs that Debian's packages have installed, whatever else is first in PATH. */
export function debianExample(...[name, held, files]: Parameters<typeof example>): Example {
  const project = example(name, held, files);
  Object.assign(project.repo.env, { PATH: `/usr/bin:${process.env.PATH}` });
  return project;
}

/** A project of these files, in which what npm has installed here is installed. */
export function toolProject(all: Readonly<Record<string, string>>, held: readonly string[]): Example {
  const later = Object.fromEntries(Object.entries(all).filter(([path]) => held.includes(path)));
  const first = Object.fromEntries(Object.entries(all).filter(([path]) => !held.includes(path)));
  const repo = gitRepo(first);
  for (const path of Object.keys(all)) if (path.startsWith('bin/')) chmodSync(join(repo.dir, path), 0o755);
  if (Object.keys(all).some((path) => path.startsWith('bin/'))) repo.commit('programs may be run');
  const installed = join(process.env.LOCKSTEP_TEST_TOOLS ?? root, 'node_modules');
  // A link is no folder, which .gitignore means.
  writeFileSync(join(repo.dir, '.git', 'info', 'exclude'), 'node_modules\n');
  symlinkSync(installed, join(repo.dir, 'node_modules'));
  return {
    repo,
    complete: () => void repo.commit('the rest', later),
    tool(argv, url) {
      const [program = '', ...args] = argv;
      const env = { ...repo.env, DATABASE_URL: url, PGAPPNAME: 'the tool itself' };
      const { status, stdout, stderr, error } = spawnSync(program, args, {
        cwd: repo.dir,
        env,
        encoding: 'utf8',
        timeout: 60_000,
      });
      if (error !== undefined || status !== 0)
        throw new Error(`${argv.join(' ')}: ${error?.message ?? `${status}\n${stdout}\n${stderr}`}`);
      return `${stdout}\n${stderr}`;
    },
  };
}

function filesIn(folder: string, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below))) {
    const path = below === '' ? name : `${below}/${name}`;
    if (name === 'node_modules' || name === '__pycache__') continue;
    if (statSync(join(folder, path)).isDirectory()) Object.assign(found, filesIn(folder, path));
    else found[path] = readFileSync(join(folder, path), 'utf8');
  }
  return found;
}

interface Checked {
  readonly exitCode: unknown;
  readonly report: Report;
  readonly printed: string;
  /** Names of the findings that count. */
  readonly rules: readonly string[];
}

/** `check` of the branch that stands in the working tree, through the sources. */
export async function checkHere(repo: GitRepo, args: readonly string[] = []): Promise<Checked> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-here-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.json');
  const given = ['--tool-directory', testTools, '--cache-directory', join(testTools, '../e2e-bases'), '--report', file];
  const host = new Process(repo.dir, ['check', '--base', 'main', ...given, ...args], repo.env);
  await run(host);
  const printed = host.stdout.text + host.stderr.text;
  const report = readReport(file);
  return {
    exitCode: host.exitCode,
    report,
    printed,
    rules: report.findings.filter(({ suppressed }) => suppressed === undefined).map(({ rule }) => rule),
  };
}

/** 'postgres://...' as drivers without TLS want it. */
export function plainUrl({ url }: Pick<Target, 'url'>): string {
  return `${url}?sslmode=disable`;
}
