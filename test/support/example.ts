import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../../src/report/model.ts';
import { run } from '../../src/run.ts';
import { readReport, type Target, targets } from './deploy.ts';
import { type GitRepo, gitRepo } from './git-repo.ts';
import { lockstepHere, Process } from './in-process.ts';
import { testTools } from './postgres.ts';

/** The projects in `examples`, as a user would run Lockstep on them. */

const root = fileURLToPath(new URL('../../examples', import.meta.url));

/** All files of an example, by their path in it. */
export function exampleFiles(name: string): Record<string, string> {
  const folder = join(root, name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name: file }) => {
      const path = join(parentPath, file);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

/** `check` of what stands in the working tree against `main`, through the sources. */
export async function checkHere(repo: GitRepo): Promise<{ readonly report: Report; readonly printed: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-here-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.json');
  const cache = join(testTools, '../e2e-bases');
  const given = ['--base', 'main', '--tool-directory', testTools, '--cache-directory', cache, '--report', file];
  const host = new Process(repo.dir, ['check', ...given], repo.env);
  await run(host);
  return { report: readReport(file), printed: host.stdout.text + host.stderr.text };
}

interface Example {
  /** The folder in `examples`. */
  readonly name: string;
  /** As which tool's it is recognised, without being told. */
  readonly tool: string;
  /** The path of its newest migration's file, which a pull request brings, and those that come with it. */
  readonly newest: readonly string[];
  /** Files that are others without them: what a tool keeps over all its migrations. */
  readonly base?: Readonly<Record<string, string>>;
  /** What becomes of the newest one's down script; 'missing' where the tool has none. */
  readonly down: 'reversed' | 'missing';
  /** What the target has before any migration. */
  readonly prepare?: (target: Target) => Promise<void>;
  /** The tool itself, after a deploy: it must find nothing to do. Throws when it fails. */
  readonly agrees?: (repo: GitRepo, target: Target) => unknown;
}

/** Registers the tests: a pull request is checked, and what it brings is planned and applied. */
export function runsExample({ name, tool, newest, base = {}, down, prepare, agrees }: Example): void {
  const target = targets();
  const files = exampleFiles(name);
  const rest = Object.entries(files).filter(([path]) => !newest.includes(path));
  const before = { ...Object.fromEntries(rest), ...base };

  describe(`the example of ${name}`, () => {
    it('is checked, planned and applied as it stands, and the tool agrees', async () => {
      const repo = gitRepo(before);
      repo.branch('change');
      repo.commit('the newest migration', files);
      // A project's own tests find what it has installed.
      symlinkSync(join(root, '../node_modules'), join(repo.dir, 'node_modules'));
      const { report, printed } = await checkHere(repo);
      expect(report, printed).toMatchObject({ result: 'passed', project: { tool } });
      expect(report.migrations).toMatchObject([{ path: newest[0], up: { status: 'applied' }, down: { status: down } }]);

      const shop = await target();
      await prepare?.(shop);
      repo.checkout('main');
      const first = await lockstepHere('apply', repo, shop.url);
      expect(first.report.result, first.printed).toBe('applied');
      repo.checkout('change');
      const plan = await lockstepHere('plan', repo, shop.url);
      expect(plan.report.result, plan.printed).toBe('planned');
      expect(plan.report.plan?.pending).toHaveLength(1);
      const second = await lockstepHere('apply', repo, shop.url);
      expect(second.report.result, second.printed).toBe('applied');
      await agrees?.(repo, shop);
      const third = await lockstepHere('apply', repo, shop.url);
      expect(third.report.result, third.printed).toBe('noop');
    });
  });
}
