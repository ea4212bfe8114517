import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { check } from '../support/check.ts';
import { type GitRepo, gitRepo } from '../support/git-repo.ts';

/** What depends on the machine: Debian's Postgres and psql, other users, a fresh clone, speed. */

const root = fileURLToPath(new URL('../../', import.meta.url));

function debianMajor(): number {
  const majors = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').map(Number) : [];
  const major = Math.max(...majors.filter((number) => existsSync(`/usr/lib/postgresql/${number}/bin/postgres`)));
  if (!Number.isFinite(major)) throw new Error("Debian's postgresql is not installed: .ci/run installs it");
  return major;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'lockstep-system-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function changedRepo(): GitRepo {
  const repo = gitRepo({ 'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY);' });
  repo.branch('change');
  repo.commit('change', {
    'migrations/002_a.sql': 'ALTER TABLE users ADD COLUMN a text;\n-- Rollback\n-- ALTER TABLE users DROP COLUMN a;\n',
  });
  return repo;
}

describe('server binaries of the machine', () => {
  it('are used when their major is the wanted one; nothing is fetched', async () => {
    const major = debianMajor();
    const tools = folder();
    const result = await check(changedRepo(), ['--postgres-version', String(major), '--tool-directory', tools], {
      cache: null,
    });
    expect(result.report.rehearsal?.server).toContain(`/usr/lib/postgresql/${major}/bin`);
    expect(result.migration('002_a').down?.status).toBe('reversed');
    expect(readdirSync(tools)).toEqual([]);
  });

  it('of another major are never used in silence', async () => {
    const major = debianMajor();
    const result = await check(changedRepo(), ['--postgres-version', '18'], {
      env: { LOCKSTEP_PG_BIN: `/usr/lib/postgresql/${major}/bin` },
      cache: null,
    });
    expect(result).toMatchObject({ exitCode: 2, report: { error: { code: 'postgres-bin-version' } } });
  });
});

describe('an ordinary user', () => {
  it.runIf(process.getuid?.() === 0)('comes to the same verdict as root', () => {
    const home = folder();
    const repo = changedRepo();
    cpSync(repo.dir, join(home, 'repo'), { recursive: true });
    const program = join(home, 'dist');
    cpSync(join(inject('bundle'), '..'), program, { recursive: true });
    give(home);
    const report = join(home, 'report.json');
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        join(program, 'index.cjs'),
        'check',
        '--base',
        'main',
        '--postgres-version',
        String(debianMajor()),
        '--report',
        report,
      ],
      {
        cwd: join(home, 'repo'),
        uid: 65_534,
        gid: 65_534,
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '', HOME: home, LOCKSTEP_SQUAWK: '' },
      },
    );
    expect(stderr).not.toContain('error:');
    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      result: 'passed',
      migrations: [{ down: { status: 'reversed' } }],
    });
  });
});

/** Hands a folder to nobody. */
function give(path: string): void {
  chownSync(path, 65_534, 65_534);
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    chownSync(join(entry.parentPath, entry.name), 65_534, 65_534);
  }
}

describe("README's first command", () => {
  it('shows the expected verdicts from a fresh clone', () => {
    const clone = join(folder(), 'clone');
    const run = (command: string, args: string[], cwd: string): string => {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 1e8 });
      expect(status, `${stdout}\n${stderr}`).toBe(0);
      return stdout;
    };
    run('git', ['clone', '--quiet', root, clone], root);
    const shown = run('npm', ['run', '--silent', 'demo'], clone);
    // Five pull requests, and the five steps of a deploy.
    expect(shown.match(/as expected/g)).toHaveLength(10);
    const [, address = ''] = /(file:\/\/\S*index\.html)\s*$/.exec(shown) ?? [];
    const pages = [...readFileSync(new URL(address), 'utf8').matchAll(/href="([^":]+\.html)"/g)];
    expect(pages).toHaveLength(5);
    for (const [, page = ''] of pages) expect(readFileSync(new URL(page, address), 'utf8')).toContain('</html>');
  });
});

describe('speed', () => {
  it('is of the order that `npm run bench` measures', () => {
    const file = join(folder(), 'bench.json');
    spawnSync(
      process.execPath,
      ['bench/bench.mjs', '--only', 'replay,lint,check,start', '--runs', '1', '--json', file],
      { cwd: root },
    );
    const rows = JSON.parse(readFileSync(file, 'utf8')) as { what: string; measured: number; floor?: number }[];
    const row = (part: string): { measured: number; ratio: number } => {
      const found = rows.find(({ what }) => what.includes(part));
      if (found === undefined) throw new Error(`the bench did not measure ${part}`);
      return { measured: found.measured, ratio: found.measured / (found.floor ?? Number.NaN) };
    };
    // Generous: the machine may be doing other things. The order must hold.
    expect(row('replay of 500').ratio).toBeLessThan(4);
    expect(row('lint of 1000').ratio).toBeLessThan(12);
    expect(row('base kept').measured).toBeLessThan(row('cold').measured);
    expect(row('base kept').measured).toBeLessThan(6_000);
    expect(row('--version').ratio).toBeLessThan(4);
  });
});
