import { describe, expect, it } from 'vitest';
import { check } from '../../support/check.ts';
import { change, lockstep, project, targets } from '../../support/deploy.ts';

/** Beside the history of another tool: its own table is written as it would write it, and the ledger keeps the rest. */

const target = targets();

const marker = '-- lockstep: no-transaction\n';
const mixed = 'CREATE TABLE c (id int);\nCREATE INDEX CONCURRENTLY c_id ON c (id);\n';

describe('golang-migrate', () => {
  const itsTable = 'CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null);';
  const pairs = {
    '000001_a.up.sql': 'CREATE TABLE a ();\n',
    '000001_a.down.sql': 'DROP TABLE a;\n',
    '000002_b.up.sql': 'CREATE TABLE b ();\n',
    '000002_b.down.sql': 'DROP TABLE b;\n',
  };

  it('its table holds the newest version alone, the ledger a row for each', async () => {
    const shop = await target();
    const repo = project(pairs);
    const run = await lockstep('apply', repo, shop);
    expect(run.report, run.printed).toMatchObject({ result: 'applied', project: { tool: 'golang-migrate' } });
    expect(await shop.rows('SELECT * FROM schema_migrations')).toEqual([{ version: '2', dirty: false }]);
    expect(await shop.rows('SELECT id, name FROM lockstep.migrations ORDER BY id')).toEqual([
      { id: '1', name: '000001_a' },
      { id: '2', name: '000002_b' },
    ]);
    const columns = await shop.rows(
      "SELECT attname || ' ' || atttypid::regtype AS c FROM pg_attribute WHERE attrelid = 'schema_migrations'::regclass AND attnum > 0",
    );
    expect(columns).toEqual([{ c: 'version bigint' }, { c: 'dirty boolean' }]);
  });

  it('goes on where the tool itself has come to, and the tool where we have', async () => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role}; ${itsTable}
      INSERT INTO schema_migrations VALUES (1, false); CREATE TABLE a (); RESET ROLE`);
    const repo = project(pairs);
    const run = await lockstep('apply', repo, shop);
    expect(run.report.migrations, run.printed).toMatchObject([{ id: '000002_b', status: 'applied' }]);
    expect(await shop.rows('SELECT * FROM schema_migrations')).toEqual([{ version: '2', dirty: false }]);
    // `migrate down 1`: the table says what is applied, whatever the ledger remembers.
    await shop.admin.query('DROP TABLE b; UPDATE schema_migrations SET version = 1');
    const again = await lockstep('apply', repo, shop);
    expect(again.report.migrations, again.printed).toMatchObject([{ id: '000002_b', status: 'applied' }]);
  });

  it('a dirty version stops everything, until it is settled', async () => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role}; ${itsTable}
      INSERT INTO schema_migrations VALUES (2, true); CREATE TABLE a (); RESET ROLE`);
    const repo = project(pairs);
    const refused = await lockstep('apply', repo, shop);
    expect(refused.closed, refused.printed).toEqual(['unfinished']);
    expect(refused.gate('unfinished').details?.[0]).toMatch(/^000002_b: the tool's history calls it failed/);
    const status = await lockstep('status', repo, shop);
    expect(status.report.history?.entries).toMatchObject([
      { id: '000001_a', status: 'applied', how: 'tool' },
      { id: '000002_b', status: 'failed', how: 'tool' },
    ]);
    const settled = await lockstep(['resolve', '000002_b', '--as', 'rolled-back'], repo, shop);
    expect(settled.exitCode, settled.printed).toBe(0);
    expect(await shop.rows('SELECT * FROM schema_migrations')).toEqual([{ version: '1', dirty: false }]);
    expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
    await shop.admin.query('UPDATE schema_migrations SET dirty = true');
    const applied = await lockstep(['resolve', '000002_b', '--as', 'applied'], repo, shop);
    expect(applied.exitCode, applied.printed).toBe(0);
    expect(await shop.rows('SELECT * FROM schema_migrations')).toEqual([{ version: '2', dirty: false }]);
    expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
  });

  it.each([
    ['beside its table', itsTable, 'First: 000001_a, 000002_b'],
    ['where it has none yet', '', 'lockstep baseline'],
  ])('one is not recorded as applied before those that come before it: %s', async (_, history, hint) => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role}; ${history} RESET ROLE`);
    const third = { '000003_c.up.sql': 'CREATE TABLE c ();\n', '000003_c.down.sql': 'DROP TABLE c;\n' };
    const repo = project({ ...pairs, ...third });
    const refused = await lockstep(['resolve', '000003_c', '--as', 'applied'], repo, shop);
    expect(refused.exitCode, refused.printed).toBe(2);
    expect(refused.report.error).toMatchObject({ code: 'nothing-to-resolve', hint: expect.stringContaining(hint) });
    // Its one number would have called all of them applied.
    expect((await lockstep('apply', repo, shop)).report.migrations).toMatchObject(
      ['000001_a', '000002_b', '000003_c'].map((id) => ({ id, status: 'applied' })),
    );
  });

  it('one that is half-done is not recorded as applied before one that was merged later and comes before it', async () => {
    const shop = await target();
    const { '000002_b.up.sql': up, '000002_b.down.sql': down, ...first } = pairs;
    const third = `${marker}CREATE TABLE c ();\nINSERT INTO nowhere VALUES (1);\n`;
    const repo = project({ ...first, '000003_c.up.sql': third, '000003_c.down.sql': 'DROP TABLE c;\n' });
    const stopped = await lockstep('apply', repo, shop);
    expect(stopped.report.result, stopped.printed).toBe('partial');
    const kept = await shop.rows('SELECT * FROM schema_migrations');
    change(repo, { '000002_b.up.sql': up, '000002_b.down.sql': down });
    const refused = await lockstep(['resolve', '000003_c', '--as', 'applied'], repo, shop);
    expect(refused.exitCode, refused.printed).toBe(2);
    expect(refused.report.error).toMatchObject({
      code: 'nothing-to-resolve',
      hint: expect.stringContaining('000002_b'),
    });
    expect(await shop.rows('SELECT * FROM schema_migrations')).toEqual(kept);
    expect(await shop.rows('SELECT id FROM lockstep.migrations ORDER BY id')).toEqual([{ id: '1' }]);
    // Nothing is lost by that.
    change(repo, { '000003_c.up.sql': third.replace('nowhere VALUES (1)', 'c DEFAULT VALUES') });
    const run = await lockstep('apply', repo, shop);
    expect(run.report.migrations, run.printed).toMatchObject(
      ['000002_b', '000003_c'].map((id) => ({ id, status: 'applied' })),
    );
    expect(await shop.rows('SELECT * FROM schema_migrations')).toEqual([{ version: '3', dirty: false }]);
  });

  it('a dirty version that is to be tried again runs from the beginning, as it is told', async () => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role}; ${itsTable}
      INSERT INTO schema_migrations VALUES (2, true); CREATE TABLE a (); RESET ROLE`);
    const repo = project(pairs);
    const settled = await lockstep(['resolve', '000002_b', '--as', 'retry'], repo, shop);
    expect(settled.exitCode, settled.printed).toBe(0);
    expect(settled.report.notices?.at(-1)).toContain('runs it from the beginning');
    expect(settled.printed).not.toContain('where it stopped');
    expect(await shop.rows('SELECT * FROM schema_migrations')).toEqual([{ version: '1', dirty: false }]);
    expect((await lockstep('apply', repo, shop)).report.migrations).toMatchObject([
      { id: '000002_b', status: 'applied' },
    ]);
  });

  it('a file that mixes CONCURRENTLY with others fails in check and apply alike, unless Lockstep alone runs it', async () => {
    const shop = await target();
    const repo = project(pairs);
    repo.branch('change');
    repo.commit('mixed', { 'migrations/000003_c.up.sql': mixed, 'migrations/000003_c.down.sql': 'DROP TABLE c;\n' });
    const judged = await check(repo);
    expect(judged.report.result).toBe('blocked');
    expect(judged.finding('mixed-transaction').severity).toBe('block');
    const refused = await lockstep('apply', repo, shop);
    expect(refused.closed, refused.printed).toEqual(['statements']);
    expect(await shop.rows("SELECT to_regclass('a') AS a")).toEqual([{ a: null }]);
    repo.commit('marked', { 'migrations/000003_c.up.sql': marker + mixed });
    const passed = await check(repo);
    expect(passed.report.result, passed.stdout).toBe('passed');
    expect(passed.migration('000003_c').transaction).toBe('none');
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(await shop.rows('SELECT * FROM schema_migrations')).toEqual([{ version: '3', dirty: false }]);
    expect(await shop.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'c_id'::regclass")).toEqual([
      { indisvalid: true },
    ]);
  });

  it('CONCURRENTLY alone in its file runs, as the tool runs it', async () => {
    const shop = await target();
    const repo = project({
      '1_c.up.sql': 'CREATE TABLE c (id int);\n',
      '1_c.down.sql': 'DROP TABLE c;\n',
      '2_i.up.sql': 'CREATE INDEX CONCURRENTLY c_id ON c (id);\n',
      '2_i.down.sql': 'DROP INDEX c_id;\n',
    });
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(run.migration('2_i').transaction).toBe('none');
  });
});

describe('dbmate', () => {
  const file = (sql: string, name: string, word = ''): string =>
    `-- migrate:up${word}\n${sql}\n-- migrate:down\nDROP TABLE ${name};\n`;

  it('its table holds a row for each version, the ledger the rest', async () => {
    const shop = await target();
    const repo = project({
      '20250101000000_a.sql': file('CREATE TABLE a ();', 'a'),
      '20250102000000_b.sql': file('VACUUM;', 'a', ' transaction:false'),
      '20250103000000_c.sql': `-- migrate:up\n${marker}${mixed}-- migrate:down\nDROP TABLE c;\n`,
    });
    const run = await lockstep('apply', repo, shop);
    expect(run.report, run.printed).toMatchObject({
      result: 'applied',
      project: { tool: 'dbmate' },
      migrations: [{ transaction: 'single' }, { transaction: 'none' }, { transaction: 'none' }],
    });
    const versions = ['20250101000000', '20250102000000', '20250103000000'];
    expect(await shop.rows('SELECT version FROM schema_migrations ORDER BY 1')).toEqual(
      versions.map((version) => ({ version })),
    );
    expect(await shop.rows('SELECT id FROM lockstep.migrations ORDER BY 1')).toEqual(versions.map((id) => ({ id })));
    expect(await shop.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'c_id'::regclass")).toEqual([
      { indisvalid: true },
    ]);
  });

  it("a table of the same name that is another tool's is not taken for its own", async () => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role}; CREATE TABLE schema_migrations (id int, filename text); RESET ROLE`);
    const run = await lockstep('plan', project({ '1_a.sql': file('CREATE TABLE a ();', 'a') }), shop);
    expect(run.exitCode).toBe(2);
    expect(run.report.error, run.printed).toMatchObject({
      code: 'history-table-different',
      message: expect.stringContaining('version'),
    });
  });
});

describe("a project with its own runner's history table", () => {
  const files = { '001_a.sql': 'CREATE TABLE a ();\n', '002_b.sql': 'CREATE TABLE b ();\n' };
  const config =
    'history:\n  table: migrations\n  id_column: filename\n  applied_at_column: ran_at\n  checksum_column: sha\n';

  it('is adopted: what it has run does not run again, and new rows are written as it would', async () => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role};
      CREATE TABLE migrations (id serial PRIMARY KEY, filename text UNIQUE, ran_at timestamptz NOT NULL, sha text);
      INSERT INTO migrations (filename, ran_at) VALUES ('001_a.sql', now()); CREATE TABLE a (); RESET ROLE`);
    const repo = project(files, config);
    const plan = await lockstep('plan', repo, shop);
    expect(plan.report, plan.printed).toMatchObject({
      result: 'planned',
      history: { relation: 'public.migrations', applied: 1, newest: '001_a' },
      plan: { pending: [{ id: '002_b' }] },
    });
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(
      await shop.rows('SELECT id, filename, ran_at IS NOT NULL AS at, length(sha) AS sha FROM migrations'),
    ).toEqual([
      { id: 1, filename: '001_a.sql', at: true, sha: null },
      { id: 2, filename: '002_b.sql', at: true, sha: 64 },
    ]);
  });

  it('must be there: another database is no empty one', async () => {
    const shop = await target();
    for (const command of ['plan', 'apply']) {
      const run = await lockstep(command, project(files, config), shop);
      expect(run.exitCode).toBe(2);
      expect(run.report.error?.code).toBe('history-table-missing');
    }
    expect(await shop.relations()).toEqual(['public']);
  });
});
