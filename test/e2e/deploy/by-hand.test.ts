import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadParser, parseScript } from '../../../src/project/sql.ts';
import { statementHash } from '../../../src/project/statement-hash.ts';
import { bare, change, lockstep, project, start, targets, temporaryFolder } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** On the command line: status, resolve, who is asked, where the URL comes from, and what stays secret. */

const target = targets();

const a = { '001_a.sql': 'CREATE TABLE a ();\n' };

it('status shows what is there, what is pending and who deploys now', async () => {
  const shop = await target();
  const repo = project(a);
  await lockstep('apply', repo, shop);
  const sha = repo.git('rev-parse', 'HEAD');
  change(repo, { '002_b.sql': 'CREATE TABLE b ();\n' });
  const { report, stdout, exitCode } = await lockstep('status', repo, shop);
  expect(exitCode).toBe(0);
  expect(report).toMatchObject({
    result: 'passed',
    history: {
      relation: 'lockstep.migrations',
      applied: 1,
      entries: [{ id: '001_a', status: 'applied', how: 'applied', commit: sha, inRepository: true }],
    },
    plan: { pending: [{ id: '002_b' }] },
    migrations: [{ id: '002_b', status: 'pending' }],
  });
  expect(report.lock?.holder).toBeUndefined();
  for (const word of ['001_a', '002_b', sha.slice(0, 7)]) expect(stdout).toContain(word);
});

describe('resolve', () => {
  it('has nothing to say about what is neither failed nor half-done', async () => {
    const shop = await target();
    const repo = project(a);
    await lockstep('apply', repo, shop);
    for (const id of ['001_a', 'nonsense']) {
      const run = await lockstep(['resolve', id, '--as', 'retry'], repo, shop);
      expect(run.exitCode).toBe(2);
      expect(run.report.error?.code).toBe('nothing-to-resolve');
    }
    expect(await shop.rows('SELECT how FROM lockstep.migrations')).toEqual([{ how: 'applied' }]);
  });

  it('shows what is really there, and `retry` lets the statement run again where nothing could tell', async () => {
    const shop = await target();
    const sql = (table: string): string =>
      `-- lockstep: no-transaction\nCREATE TABLE log (n int);\nINSERT INTO ${table} VALUES (1);\n`;
    const repo = project({ '001_a.sql': sql('lock') });
    expect((await lockstep('apply', repo, shop)).report.result).toBe('partial');
    change(repo, { '001_a.sql': sql('log') });
    // As a run leaves it that died in a statement of which no catalog tells.
    await loadParser();
    const [, insert] = parseScript({ text: sql('log') }).statements ?? [];
    if (insert === undefined) throw new Error('there is no second statement');
    await shop.admin.query(
      "INSERT INTO lockstep.steps (migration, statement, hash, state) VALUES ('001_a', 1, $1, 'started')",
      [statementHash(insert)],
    );
    const refused = await lockstep('apply', repo, shop);
    expect(refused.closed, refused.printed).toEqual(['unfinished']);
    expect(refused.gate('unfinished').help).toContain('lockstep resolve 001_a --as');
    const resolved = await lockstep(['resolve', '001_a', '--as', 'retry'], repo, shop);
    expect(resolved.exitCode, resolved.printed).toBe(0);
    expect(resolved.stdout).toContain('Statement 1 (CREATE TABLE log (n int)): done');
    expect(resolved.stdout).toContain('Statement 2 (INSERT INTO log VALUES (1)): begun, and nothing can tell');
    expect(await shop.rows('SELECT statement, state FROM lockstep.steps')).toEqual([{ statement: 0, state: 'done' }]);
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(await shop.rows('SELECT n FROM log')).toEqual([{ n: 1 }]);
  });
});

describe('where nobody can be asked', () => {
  it('apply and resolve write nothing without --yes', async () => {
    const shop = await target();
    const repo = project(a);
    const run = await lockstep('apply', repo, shop, ['--no-yes']);
    expect(run.exitCode).toBe(2);
    expect(run.report.error).toMatchObject({ code: 'confirmation-needed', hint: expect.stringContaining('--yes') });
    expect(await shop.relations()).toEqual(['public']);
  });

  it('apply without anything to do asks nobody', async () => {
    const shop = await target();
    const repo = project(a);
    await lockstep('apply', repo, shop);
    expect((await lockstep('apply', repo, shop, ['--no-yes'])).report.result).toBe('noop');
  });
});

describe('the URL', () => {
  const config = 'environments:\n  dev: { kind: development }\n  staging: {}\n';

  it('may stand in a .env file for an environment that is called development, and for no other', async () => {
    const shop = await target();
    const repo = project(a, config);
    repo.write({ '.env': `DATABASE_URL=${shop.url}\n`, '.gitignore': '.env\n' });
    const dev = await bare(['apply', '--environment', 'dev', '--yes'], repo);
    expect(dev.report, dev.printed).toMatchObject({ result: 'applied', target: { environment: 'dev' } });
    for (const text of [dev.printed, dev.log, JSON.stringify(dev.report)]) expect(text).not.toContain('hunter2');
    for (const environment of ['staging', 'production']) {
      const run = await bare(['plan', '--environment', environment], repo);
      expect(run.exitCode).toBe(2);
      expect(['database-url-missing', 'unknown-environment']).toContain(run.report.error?.code);
    }
  });

  it('is read nowhere else', async () => {
    const shop = await target();
    const env = { DATABASE_URL: shop.url, PGHOST: '127.0.0.1', PGDATABASE: shop.database };
    const run = await bare(['plan'], project(a), { env });
    expect(run.report.error?.code).toBe('database-url-missing');
    expect(run.report.error?.hint).toContain('--database-url-env');
  });
});

describe('the password', () => {
  it('is in no output, log, report, nor in the process list, even when a migration prints it', async () => {
    const shop = await target();
    const encoded = encodeURIComponent(shop.password);
    const repo = project({
      '001_a.sql': 'CREATE TABLE a ();\nSELECT pg_sleep(1);\n',
      '002_bad.sql': `DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = 'dblink to ${shop.url} with ${shop.password} failed'; END $$;\n`,
    });
    const logs = join(temporaryFolder(), 'logs');
    // On the command line itself, which everybody may see.
    const args = ['--database-url', shop.url, '--log-dir', logs, '--html', 'page.html', '--summary', 'sum.md'];
    const { child, finished } = start('apply', repo, shop, args);
    let shown = '';
    await eventually(() => {
      try {
        shown = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
      } catch {
        return true;
      }
      return shown.startsWith('lockstep apply');
    }, 10_000);
    const run = await finished;
    expect(run.report.result, run.printed).toBe('partial');
    const log = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'));
    const page = readFileSync(join(repo.dir, 'page.html'), 'utf8');
    const summary = readFileSync(join(repo.dir, 'sum.md'), 'utf8');
    const row = JSON.stringify(await shop.rows('SELECT * FROM lockstep.runs'));
    expect(row).toContain('dblink to');
    for (const text of [shown, run.printed, JSON.stringify(run.report), ...log, page, summary, row]) {
      expect(text).not.toContain(shop.password);
      expect(text).not.toContain(encoded);
    }
    // Host, user and database stay readable.
    expect(run.stdout).toContain(`${shop.role}@127.0.0.1`);
  });

  it('is in no error about the address either', async () => {
    const shop = await target();
    for (const url of [
      shop.url.replace(/:\d+\//, ':1/'),
      shop.url.replace(shop.role, 'nobody'),
      `${shop.url}?sslmode=no`,
    ]) {
      const run = await lockstep('plan', project(a), shop, [], { url });
      expect(run.exitCode).toBe(2);
      for (const text of [run.printed, run.log, JSON.stringify(run.report)]) expect(text).not.toContain('hunter2');
    }
  });
});

it('each run leaves a log file that only its owner may read, with what was printed and times', async () => {
  const shop = await target();
  const logs = join(temporaryFolder(), 'deep', 'logs');
  const repo = project(a);
  for (const command of ['plan', 'apply']) await lockstep(command, repo, shop, ['--log-dir', logs]);
  const names = readdirSync(logs).sort();
  expect(names).toEqual([expect.stringMatching(/-plan-\d+\.log$/), expect.stringMatching(/-apply-\d+\.log$/)]);
  const path = join(logs, names[1] ?? '');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('applied 001_a');
  expect(text).toContain('CREATE TABLE a');
  for (const line of text.trim().split('\n')) expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z /);
  expect(existsSync(join(repo.dir, 'logs'))).toBe(false);
});
