import { describe, expect, it } from 'vitest';
import { type Target, targets } from '../../support/deploy.ts';
import { checkHere, runsExample } from '../../support/example.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { npmTool, roundTrip } from '../../support/round-trip.ts';

const up = (repo: GitRepo, url: string, ...options: string[]): string =>
  npmTool('node-pg-migrate', ['up', '--no-verbose', ...options], repo, url);

const ROWS = 'SELECT * FROM public.pgmigrations ORDER BY run_on, id';

roundTrip({
  name: 'node-pg-migrate',
  files: (migrations) =>
    Object.fromEntries(
      migrations.map(({ index, name, up: sql, down }) => [
        `migrations/170000000000${index}_${name}.sql`,
        `-- Up Migration\n${sql}\n\n-- Down Migration\n${down}\n`,
      ]),
    ),
  migrate: up,
  rollback: (repo, url) => npmTool('node-pg-migrate', ['down', '--no-verbose'], repo, url),
  rows: ROWS,
  lock: { key: 7_241_865_325_823_964n, refusal: 'Another migration is already running' },
  varying: ['run_on'],
});

runsExample({
  name: 'node-pg-migrate',
  tool: 'node-pg-migrate',
  newest: ['migrations/1735862400000_add-books-isbn.sql'],
  down: 'reversed',
  agrees: (repo, { url }) => expect(up(repo, `${url}?sslmode=disable`)).toContain('No migrations to run!'),
});

const target = targets();

const sql = (name: string, up = `CREATE TABLE ${name} (id int);`): string =>
  `-- Up Migration\n${up}\n-- Down Migration\nDROP TABLE ${name};\n`;

function repository(files: Readonly<Record<string, string>>, config = ''): GitRepo {
  return gitRepo({ ...files, 'lockstep.yml': `lock_timeout: 1s\n${config}` });
}

const withoutTls = ({ url }: Target): string => `${url}?sslmode=disable`;

describe('traps of node-pg-migrate', () => {
  it('a file that was merged late is applied, as its author allows; the tool is content without its checkOrder', async () => {
    const shop = await target();
    const repo = repository({ 'migrations/1_a.sql': sql('a'), 'migrations/3_c.sql': sql('c') });
    up(repo, withoutTls(shop));
    repo.commit('late', { 'migrations/2_b.sql': `-- lockstep: out-of-order reason=merged late\n${sql('b')}` });
    // The tool's own answer, which is the same before and after.
    const refusal = 'Not run migration 2_b is preceding already run migration 3_c';
    expect(() => up(repo, withoutTls(shop))).toThrow(refusal);
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.rows(ROWS)).toMatchObject([{ name: '1_a' }, { name: '3_c' }, { name: '2_b' }]);
    expect(() => up(repo, withoutTls(shop))).toThrow(refusal);
    expect(up(repo, withoutTls(shop), '--no-check-order')).toContain('No migrations to run!');
  });

  it('without that word the gate is closed', async () => {
    const shop = await target();
    const repo = repository({ 'migrations/1_a.sql': sql('a'), 'migrations/3_c.sql': sql('c') });
    up(repo, withoutTls(shop));
    repo.commit('late', { 'migrations/2_b.sql': sql('b') });
    const { report } = await lockstepHere('plan', repo, shop.url);
    expect(report.result).toBe('refused');
    expect(report.plan?.gates).toContainEqual(expect.objectContaining({ name: 'order', open: false }));
  });

  it('a program between the SQL files is named, and nothing runs past it; once the tool has run it, the rest goes on', async () => {
    const shop = await target();
    const program = "export const up = (pgm) => pgm.sql('CREATE TABLE b (id int)');\nexport const down = false;\n";
    const repo = repository({
      'package.json': '{ "type": "module" }',
      'migrations/1_a.sql': sql('a'),
      'migrations/2_b.js': program,
      'migrations/3_c.sql': sql('c', 'CREATE TABLE c AS SELECT * FROM b;'),
    });
    const before = await lockstepHere('apply', repo, shop.url);
    expect(before.report.result, before.printed).toBe('refused');
    expect(before.printed).toContain('migrations/2_b.js:1: A program, which node-pg-migrate alone can run');
    expect(await shop.rows("SELECT to_regclass('a') AS a")).toEqual([{ a: null }]);
    up(repo, withoutTls(shop), '2');
    const after = await lockstepHere('apply', repo, shop.url);
    expect(after.report.result, after.printed).toBe('applied');
    expect(up(repo, withoutTls(shop))).toContain('No migrations to run!');
  });

  it('a pull request with a program is blocked; one of the base branch is told, with what to do', async () => {
    const program = "export const up = (pgm) => pgm.sql('CREATE TABLE b (id int)');\n";
    const repo = repository({ 'migrations/1_a.sql': sql('a') });
    repo.branch('program');
    repo.commit('program', { 'migrations/2_b.js': program });
    const added = await checkHere(repo);
    expect(added.report.result, added.printed).toBe('blocked');
    expect(added.report.findings).toContainEqual(
      expect.objectContaining({ rule: 'tool-refuses', path: 'migrations/2_b.js' }),
    );
    repo.branch('main-with-program', 'program');
    repo.git('branch', '--force', 'main', 'program');
    repo.commit('more', { 'migrations/3_c.sql': sql('c') });
    const more = await checkHere(repo);
    expect(more.report.result, more.printed).toBe('passed');
    expect(more.report.notices).toContainEqual(
      expect.stringContaining('node-pg-migrate alone can run (migrations/2_b.js)'),
    );
  });

  it('what refuses a transaction fails with the tool; our own word for it makes Lockstep run it', async () => {
    const shop = await target();
    const index = 'CREATE INDEX CONCURRENTLY a_id ON a (id);';
    const repo = repository({ 'migrations/1_a.sql': sql('a'), 'migrations/2_i.sql': `-- Up Migration\n${index}\n` });
    expect(() => up(repo, withoutTls(shop))).toThrow('cannot run inside a transaction block');
    const ours = await lockstepHere('apply', repo, shop.url);
    expect(ours.report.result, ours.printed).toBe('partial');
    expect(ours.printed).toContain('cannot run inside a transaction block');
    repo.commit('marked', { 'migrations/2_i.sql': `-- Up Migration\n-- lockstep: no-transaction\n${index}\n` });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(up(repo, withoutTls(shop))).toContain('No migrations to run!');
  });

  it('other line endings are nothing to the tool, and cosmetic to Lockstep', async () => {
    const shop = await target();
    const repo = repository({ 'migrations/1_a.sql': sql('a') });
    await lockstepHere('apply', repo, shop.url);
    repo.commit('windows', { 'migrations/1_a.sql': sql('a').replaceAll('\n', '\r\n') });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('noop');
    expect(up(repo, withoutTls(shop))).toContain('No migrations to run!');
  });
});
