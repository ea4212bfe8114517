import { describe, expect, it } from 'vitest';
import { change, lockstep, project, start, type Target, targets } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** Migrations without a transaction: statement by statement, each remembered, none done twice. */

const target = targets();

const marker = '-- lockstep: no-transaction\n';

function steps({ rows }: Target) {
  return rows<{ statement: number; state: string }>('SELECT statement, state FROM lockstep.steps ORDER BY statement');
}

describe('a migration that stops half-way', () => {
  const sql = (second: string): string =>
    `${marker}CREATE TABLE log (what text);\nINSERT INTO log VALUES ('once');\n${second}\nINSERT INTO log VALUES ('last');\n`;

  async function stopped() {
    const shop = await target();
    const repo = project({ '001_steps.sql': sql('INSERT INTO nowhere VALUES (1);') });
    const run = await lockstep('apply', repo, shop);
    expect(run.exitCode).toBe(1);
    expect(run.report.result, run.printed).toBe('partial');
    expect(run.migration('001_steps')).toMatchObject({
      status: 'partial',
      transaction: 'none',
      up: { error: { sqlstate: '42P01', line: 4, statement: 2 }, statements: [{ index: 0 }, { index: 1 }] },
    });
    return { shop, repo };
  }

  it('goes on at the first statement that is not done, once the file is mended', async () => {
    const { shop, repo } = await stopped();
    expect(await steps(shop)).toEqual([
      { statement: 0, state: 'done' },
      { statement: 1, state: 'done' },
    ]);
    const status = await lockstep('status', repo, shop);
    expect(status.report.history?.entries).toMatchObject([
      { id: '001_steps', status: 'partial', statementsDone: 2, statements: 4 },
    ]);
    change(repo, { '001_steps.sql': sql("INSERT INTO log VALUES ('mended');") });
    const plan = await lockstep('plan', repo, shop);
    expect(plan.gate('unfinished')).toMatchObject({ open: true, message: expect.stringContaining('statement 2') });
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(run.migration('001_steps').up?.statements.map(({ index }) => index)).toEqual([2, 3]);
    expect(await shop.rows('SELECT what FROM log')).toEqual([{ what: 'once' }, { what: 'mended' }, { what: 'last' }]);
  });

  it('is refused when a statement that is done has been changed, and resolve settles it', async () => {
    const { shop, repo } = await stopped();
    const mended = sql("INSERT INTO log VALUES ('mended');").replace("'once'", "'twice'");
    change(repo, { '001_steps.sql': mended });
    const refused = await lockstep('apply', repo, shop);
    expect(refused.closed).toEqual(['unfinished']);
    expect(refused.gate('unfinished')).toMatchObject({
      details: [expect.stringContaining('statement 2, which is done, has been changed')],
      help: expect.stringContaining('lockstep resolve 001_steps --as'),
    });
    await shop.admin.query('DROP TABLE log');
    const resolved = await lockstep(['resolve', '001_steps', '--as', 'rolled-back'], repo, shop);
    expect(resolved.exitCode, resolved.printed).toBe(0);
    expect(resolved.report.notices?.join('\n')).toMatch(/2 of 4 statements are done.*Statement 2, edited since/s);
    expect(await steps(shop)).toEqual([]);
    expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
    expect(await shop.rows('SELECT what FROM log')).toEqual([{ what: 'twice' }, { what: 'mended' }, { what: 'last' }]);
  });

  it('can be recorded as applied', async () => {
    const { shop, repo } = await stopped();
    const resolved = await lockstep(['resolve', '001_steps', '--as', 'applied'], repo, shop);
    expect(resolved.exitCode, resolved.printed).toBe(0);
    expect(await shop.rows('SELECT id, how FROM lockstep.migrations')).toEqual([{ id: '001_steps', how: 'resolved' }]);
    expect(await steps(shop), 'progress of what is applied').toEqual([]);
    expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
  });

  it.each(['applied', 'rolled-back', 'retry'])(
    'is not settled as %s when what is done is not what was shown any more',
    async (as) => {
      const { shop, repo } = await stopped();
      const holder = await shop.session();
      await holder.query('SELECT pg_advisory_lock(-755303831882598282)');
      const run = start(['resolve', '001_steps', '--as', as], repo, shop);
      expect(await eventually(() => run.printed().includes('waiting for the lock'), 20_000), run.printed()).toBe(true);
      await shop.admin.query('DELETE FROM lockstep.steps WHERE statement = 1');
      await holder.end();
      const { exitCode, report, printed } = await run.finished;
      expect(exitCode, printed).toBe(2);
      expect(report.error).toMatchObject({ code: 'history-changed', message: expect.stringContaining('001_steps') });
      expect(await steps(shop)).toEqual([{ statement: 0, state: 'done' }]);
      expect(await shop.rows('SELECT id FROM lockstep.migrations')).toEqual([]);
    },
  );
});

it('what belongs to the session is sent again before it goes on', async () => {
  const shop = await target();
  const sql = (last: string): string =>
    [
      `${marker}CREATE SCHEMA side;`,
      'SET search_path = side;',
      'CREATE TABLE t (a text, b text);',
      "SET app.tenant = 'acme';",
      "PREPARE add(text) AS INSERT INTO side.t SELECT $1, current_setting('app.tenant');",
      last,
      '',
    ].join('\n');
  const repo = project({ '001_session.sql': sql("EXECUTE addd('x');") });
  expect((await lockstep('apply', repo, shop)).report.result).toBe('partial');
  change(repo, { '001_session.sql': sql("EXECUTE add('x');") });
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(await shop.rows('SELECT * FROM side.t')).toEqual([{ a: 'x', b: 'acme' }]);
});

describe('a drop that was killed, of an index that is found by what the file has set', () => {
  /** `set` leads to the schema, which belongs to a role of the same name; `mode`: of the lock that is in its way. */
  async function killed(set: 'search_path =' | 'ROLE', mode: string) {
    const shop = await target();
    const repo = project({ '001_a.sql': 'CREATE TABLE a ();\n' });
    await lockstep('apply', repo, shop);
    const { role: app } = await shop.login('app');
    await shop.admin.query(`GRANT ${app} TO ${shop.role} WITH INHERIT ${set === 'ROLE' ? 'FALSE' : 'TRUE'};
      CREATE SCHEMA AUTHORIZATION ${app} CREATE TABLE t (id int) CREATE INDEX old_idx ON t (id)`);
    change(repo, { '002_drop.sql': `${marker}SET ${set} ${app};\nDROP INDEX CONCURRENTLY old_idx;\n` });
    const reader = await shop.session();
    await reader.query(`BEGIN; LOCK TABLE ${app}.t IN ${mode} MODE`);
    const run = start('apply', repo, shop);
    const dropping = `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'DROP INDEX%'`;
    const waits = async (): Promise<boolean> => (await shop.rows(dropping)).length > 0;
    expect(await eventually(waits, 30_000), run.printed()).toBe(true);
    const ended = expect(run.finished).rejects.toThrow('no report was written');
    run.child.kill('SIGKILL');
    await ended;
    expect(await eventually(async () => !(await waits()), 30_000)).toBe(true);
    await reader.query('COMMIT');
    return { shop, repo, app };
  }

  it.each([
    ['search_path =', 'SHARE UPDATE EXCLUSIVE', 'it did not take effect'],
    ['search_path =', 'ACCESS SHARE', 'the index APP.old_idx is INVALID'],
    ['ROLE', 'ACCESS SHARE', 'the index APP.old_idx is INVALID'],
  ] as const)('is not told as done: SET %s, behind %s', async (set, mode, told) => {
    const { shop, repo, app } = await killed(set, mode);
    const resolved = await lockstep(['resolve', '002_drop', '--as', 'retry'], repo, shop);
    expect(resolved.exitCode, resolved.printed).toBe(0);
    expect(resolved.report.notices?.join('\n')).toContain(
      `Statement 2 (DROP INDEX CONCURRENTLY old_idx): begun, and ${told.replace('APP', app)}`,
    );
    expect(resolved.printed).not.toContain('shows that it took effect');
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(await shop.rows(`SELECT to_regclass('${app}.old_idx') AS it`)).toEqual([{ it: null }]);
  });

  it('is not told as done, nor as not done, when its role cannot be had any more', async () => {
    const { shop, repo, app } = await killed('ROLE', 'ACCESS SHARE');
    await shop.admin.query(`REVOKE ${app} FROM ${shop.role}`);
    const resolved = await lockstep(['resolve', '002_drop', '--as', 'retry'], repo, shop);
    expect(resolved.exitCode, resolved.printed).toBe(0);
    expect(resolved.report.notices?.join('\n')).toMatch(/Statement 2 .*: begun, and nothing can tell whether/);
  });
});

it('a temporary table that is gone stops it, and asks', async () => {
  const shop = await target();
  const repo = project({
    '001_temp.sql': `${marker}CREATE TEMP TABLE ids AS SELECT 1 AS id;\nCREATE TABLE kept AS SELECT * FROM idz;\n`,
  });
  await lockstep('apply', repo, shop);
  change(repo, {
    '001_temp.sql': `${marker}CREATE TEMP TABLE ids AS SELECT 1 AS id;\nCREATE TABLE kept AS SELECT * FROM ids;\n`,
  });
  const refused = await lockstep('apply', repo, shop);
  expect(refused.closed).toEqual(['unfinished']);
  expect(refused.gate('unfinished').details?.[0]).toContain('temporary table');
});

it('role and limits of one file do not reach the next, and a limit of 0 is not obeyed between its statements', async () => {
  const shop = await target();
  const seen = "AS SELECT current_setting('lock_timeout') AS lock, current_setting('search_path') AS path";
  const repo = project({
    '001_sets.sql': `${marker}CREATE SCHEMA side;\nSELECT set_config('lock_timeout', '0', false);\nSET search_path = side;\nCREATE TABLE side.seen ${seen};\n`,
    '002_after.sql': `${marker}CREATE TABLE public.after_it ${seen};\nSELECT 1;\n`,
  });
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(await shop.rows('SELECT * FROM side.seen')).toEqual([{ lock: '200ms', path: 'side' }]);
  expect(await shop.rows('SELECT * FROM after_it')).toEqual([{ lock: '200ms', path: '"$user", public' }]);
});

it('VACUUM runs by itself, without any marker', async () => {
  const shop = await target();
  const repo = project({ '001_t.sql': 'CREATE TABLE t ();', '002_vacuum.sql': 'VACUUM t;\nVACUUM ANALYZE t;\n' });
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(run.migration('002_vacuum').transaction).toBe('none');
  expect(run.migration('002_vacuum').up?.statements.map(({ index }) => index)).toEqual([0, 1]);
  expect(await steps(shop), 'progress of what is applied').toEqual([]);
});

it('a file whose statements want both is refused without the marker, as `check` refuses it', async () => {
  const shop = await target();
  const sql = 'CREATE TABLE t (id int);\nCREATE INDEX CONCURRENTLY t_id ON t (id);\n';
  const repo = project({ '001_t.sql': sql });
  const refused = await lockstep('apply', repo, shop);
  expect(refused.closed).toEqual(['statements']);
  expect(refused.gate('statements').details?.[0]).toContain('migrations/001_t.sql:2');
  change(repo, { '001_t.sql': marker + sql });
  expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
});
