import { describe, expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';

/** The history of another tool: which one counts, under which name, and what stands in it before and after a migration. */

const target = targets();

type Files = Readonly<Record<string, string | null>>;

function repository(files: Files, config = ''): GitRepo {
  return gitRepo({ ...(files as Record<string, string>), 'lockstep.yml': `lock_timeout: 500ms\n${config}` });
}

const GOLANG = 'CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null);';
const pair = (version: number, name: string, up: string): Record<string, string> => ({
  [`migrations/${version}_${name}.up.sql`]: up,
  [`migrations/${version}_${name}.down.sql`]: `DROP TABLE ${name};\n`,
});
const pairs = { ...pair(1, 'a', 'CREATE TABLE a ();\n'), ...pair(2, 'b', 'CREATE TABLE b ();\n') };
const numbered = { 'migrations/001_a.sql': 'CREATE TABLE a ();\n' };

describe('which history counts', () => {
  it.each([
    ['golang-migrate', `${GOLANG} INSERT INTO schema_migrations VALUES (7, false)`, '1 row'],
    [
      'dbmate',
      "CREATE TABLE schema_migrations (version varchar primary key); INSERT INTO schema_migrations VALUES ('1'), ('2')",
      '2 rows',
    ],
    [
      'rails',
      "CREATE TABLE schema_migrations (version varchar primary key); CREATE TABLE ar_internal_metadata (key varchar); INSERT INTO schema_migrations VALUES ('1')",
      '1 row',
    ],
  ])('files without a tool, and the history of %s: nobody guesses', async (tool, sql, rows) => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role}; ${sql}; RESET ROLE`);
    const before = await shop.relations();
    for (const command of ['plan', 'apply', 'status']) {
      const { report, exitCode } = await lockstepHere(command, repository(numbered), shop.url);
      expect(exitCode).toBe(2);
      expect(report.error).toMatchObject({
        code: 'history-ambiguous',
        message: expect.stringContaining(`public.schema_migrations (${rows}), of ${tool}`),
        hint: expect.stringContaining('tool: numbered'),
      });
      expect(report.error?.message).toContain('lockstep.migrations of numbered has no rows');
    }
    expect(await shop.relations()).toEqual(before);
  });

  it('a tool that is named is taken, and the other history is told', async () => {
    const shop = await target();
    await shop.admin.query(
      `SET ROLE ${shop.role}; ${GOLANG} INSERT INTO schema_migrations VALUES (7, false); RESET ROLE`,
    );
    const repo = repository(numbered, 'tool: numbered\n');
    const planned = await lockstepHere('plan', repo, shop.url);
    expect(planned.report.notices, planned.printed).toContainEqual(
      expect.stringContaining('a history of golang-migrate as well, public.schema_migrations (1 row)'),
    );
    expect((await lockstepHere(['baseline', '--to', 'none'], repo, shop.url)).report.result).toBe('passed');
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
    expect(await shop.rows('SELECT version::int, dirty FROM schema_migrations')).toEqual([
      { version: 7, dirty: false },
    ]);
  });

  it('an empty table of another tool, and one that the role may not read, say nothing', async () => {
    const shop = await target();
    await shop.admin.query(`${GOLANG} INSERT INTO schema_migrations VALUES (7, false)`);
    const hidden = await lockstepHere('plan', repository(numbered), shop.url);
    expect(hidden.report.error, hidden.printed).toBeUndefined();
    await shop.admin.query(`DELETE FROM schema_migrations; GRANT SELECT ON schema_migrations TO ${shop.role}`);
    const empty = await lockstepHere('plan', repository(numbered), shop.url);
    expect(empty.report.error, empty.printed).toBeUndefined();
  });

  it('a deploy that has worked here goes on beside the table of another', async () => {
    const shop = await target();
    const repo = repository(numbered);
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
    await shop.admin.query(
      `SET ROLE ${shop.role}; ${GOLANG} INSERT INTO schema_migrations VALUES (7, false); RESET ROLE`,
    );
    repo.commit('more', { 'migrations/002_b.sql': 'CREATE TABLE b ();\n' });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(report.notices).toContainEqual(expect.stringContaining('a history of golang-migrate as well'));
  });

  it("a table of golang-migrate's is not read as dbmate's", async () => {
    const shop = await target();
    await shop.admin.query(
      `SET ROLE ${shop.role}; ${GOLANG} INSERT INTO schema_migrations VALUES (7, false); RESET ROLE`,
    );
    const files = { 'migrations/1_a.sql': '-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n' };
    const { report } = await lockstepHere('plan', repository(files), shop.url);
    expect(report.error).toMatchObject({ code: 'history-table-different', message: expect.stringContaining('dirty') });
  });
});

describe("a tool's table of another name", () => {
  it('is made with its schema, and read and written there alone', async () => {
    const shop = await target();
    const repo = repository(pairs, `history:\n  table: '"Ops".my_migrations'\n`);
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report, printed).toMatchObject({ result: 'applied', history: { applied: 2 } });
    expect(await shop.rows('SELECT version::int, dirty FROM "Ops".my_migrations')).toEqual([
      { version: 2, dirty: false },
    ]);
    expect(await shop.relations()).not.toContain('public.schema_migrations');
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report).toMatchObject({ result: 'noop', history: { relation: 'Ops.my_migrations' } });
    const verified = await lockstepHere('verify', repo, shop.url);
    expect(verified.report.result, verified.printed).toBe('passed');
  });

  it("with a column it is that of the project's own runner, as before", async () => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role}; CREATE TABLE mine (file text); RESET ROLE`);
    const repo = repository(pairs, 'history:\n  table: mine\n  id_column: file\n');
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.rows('SELECT file FROM mine ORDER BY 1')).toEqual([
      { file: '1_a.up.sql' },
      { file: '2_b.up.sql' },
    ]);
    expect(await shop.relations()).not.toContain('public.schema_migrations');
  });
});

describe('a migration without a transaction', () => {
  const marker = '-- lockstep: no-transaction\n';
  const rows = 'SELECT version::int, dirty FROM schema_migrations';

  it('is begun in the history of the tool, which would refuse to go on; we go on, and finish it', async () => {
    const shop = await target();
    const third = `${marker}CREATE TABLE c (id int);\nINSERT INTO nowhere VALUES (1);\n`;
    const repo = repository({ ...pairs, ...pair(3, 'c', third) });
    const stopped = await lockstepHere('apply', repo, shop.url);
    expect(stopped.report.result, stopped.printed).toBe('partial');
    expect(await shop.rows(rows)).toEqual([{ version: 3, dirty: true }]);
    repo.commit('mended', { 'migrations/3_c.up.sql': third.replace('nowhere', 'c') });
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.result, again.printed).toBe('applied');
    expect(await shop.rows(rows)).toEqual([{ version: 3, dirty: false }]);
    expect(await shop.rows('SELECT FROM lockstep.steps')).toEqual([]);
  });

  it('that came to nothing at its first statement goes on by itself, also as one with a transaction', async () => {
    const shop = await target();
    const third = `${marker}CREATE TABLE c (id nothing);\nCREATE TABLE d ();\n`;
    const repo = repository({ ...pairs, ...pair(3, 'c', third) });
    const stopped = await lockstepHere('apply', repo, shop.url);
    expect(stopped.report.migrations.at(-1), stopped.printed).toMatchObject({ id: '3_c', status: 'failed' });
    expect(await shop.rows(rows)).toEqual([{ version: 3, dirty: true }]);
    const status = await lockstepHere('status', repo, shop.url);
    expect(status.report.history?.entries?.at(-1)).toMatchObject({ id: '3_c', status: 'failed', how: 'applied' });
    repo.commit('mended', { 'migrations/3_c.up.sql': 'CREATE TABLE c (id int);\nCREATE TABLE d ();\n' });
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.migrations, again.printed).toMatchObject([
      { id: '3_c', status: 'applied', transaction: 'single' },
    ]);
    expect(await shop.rows(rows)).toEqual([{ version: 3, dirty: false }]);
    expect(await shop.rows('SELECT FROM lockstep.steps')).toEqual([]);
  });

  it('that is settled as rolled back leaves the row that stood there before', async () => {
    const shop = await target();
    const third = `${marker}CREATE TABLE c (id int);\nINSERT INTO nowhere VALUES (1);\n`;
    const repo = repository({ ...pairs, ...pair(3, 'c', third) });
    await lockstepHere('apply', repo, shop.url);
    await shop.admin.query('DROP TABLE c');
    const settled = await lockstepHere(['resolve', '3_c', '--as', 'rolled-back'], repo, shop.url);
    expect(settled.report.result, settled.printed).toBe('passed');
    expect(await shop.rows(rows)).toEqual([{ version: 2, dirty: false }]);
    expect(await shop.rows('SELECT FROM lockstep.steps')).toEqual([]);
  });

  it('and one that was merged late, before it: that one is not taken for applied', async () => {
    const shop = await target();
    const third = `${marker}CREATE TABLE c (id int);\nINSERT INTO nowhere VALUES (1);\n`;
    const repo = repository({ ...pair(1, 'a', 'CREATE TABLE a ();\n'), ...pair(3, 'c', third) });
    await lockstepHere('apply', repo, shop.url);
    expect(await shop.rows(rows)).toEqual([{ version: 3, dirty: true }]);
    repo.commit('late', {
      ...pair(2, 'b', 'CREATE TABLE b ();\n'),
      'migrations/3_c.up.sql': third.replace('nowhere', 'c'),
    });
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.migrations, again.printed).toMatchObject([
      { id: '2_b', status: 'applied' },
      { id: '3_c', status: 'applied' },
    ]);
    expect(await shop.rows(rows)).toEqual([{ version: 3, dirty: false }]);
  });

  /** Applied up to 1, begun with 3, which golang-migrate has brought to its end since, and 4 as well; 2 is merged late. */
  const lateBeforeNewer = async (late: string) => {
    const shop = await target();
    const third = `${marker}CREATE TABLE c (id int);\nINSERT INTO nowhere VALUES (1);\n`;
    const repo = repository({ ...pair(1, 'a', 'CREATE TABLE a ();\n'), ...pair(3, 'c', third) });
    await lockstepHere('apply', repo, shop.url);
    await shop.admin.query(
      `SET ROLE ${shop.role}; CREATE TABLE d (); UPDATE schema_migrations SET version = 4, dirty = false; RESET ROLE`,
    );
    repo.commit('late', { ...pair(2, 'b', late), ...pair(4, 'd', 'CREATE TABLE d ();\n') });
    return { shop, repo };
  };
  const allowed = '-- lockstep: out-of-order reason=merged late\n';

  it('one that was merged late does not move its row back: what came after it does not run again', async () => {
    const { shop, repo } = await lateBeforeNewer(`${allowed}CREATE TABLE b ();\n`);
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.migrations, printed).toMatchObject([{ id: '2_b', status: 'applied' }]);
    expect(await shop.rows(rows)).toEqual([{ version: 4, dirty: false }]);
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('noop');
  });

  it('nor does one that was merged late and stops half-way, and is settled as not applied', async () => {
    const { shop, repo } = await lateBeforeNewer(
      `${marker}${allowed}CREATE TABLE b (id int);\nINSERT INTO nowhere VALUES (1);\n`,
    );
    const stopped = await lockstepHere('apply', repo, shop.url);
    expect(stopped.report.migrations, stopped.printed).toMatchObject([{ id: '2_b', status: 'partial' }]);
    expect(await shop.rows(rows)).toEqual([{ version: 4, dirty: false }]);
    await shop.admin.query('DROP TABLE b');
    const settled = await lockstepHere(['resolve', '2_b', '--as', 'rolled-back'], repo, shop.url);
    expect(settled.report.result, settled.printed).toBe('passed');
    expect(await shop.rows(rows)).toEqual([{ version: 4, dirty: false }]);
    repo.commit('mended', { 'migrations/2_b.up.sql': `${marker}${allowed}CREATE TABLE b (id int);\n` });
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.migrations, again.printed).toMatchObject([{ id: '2_b', status: 'applied' }]);
    expect(await shop.rows(rows)).toEqual([{ version: 4, dirty: false }]);
  });

  it('nor does one that was merged late take back that a newer one is half-done', async () => {
    const shop = await target();
    const fifth = `${marker}CREATE TABLE c (id int);\nINSERT INTO nowhere VALUES (1);\n`;
    const repo = repository({ ...pair(1, 'a', 'CREATE TABLE a ();\n'), ...pair(5, 'c', fifth) });
    await lockstepHere('apply', repo, shop.url);
    repo.commit('late', { ...pair(2, 'b', 'CREATE TABLE b ();\n'), ...pair(3, 'd', 'CREATE TABLE d (id nothing);\n') });
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.migrations, again.printed).toMatchObject([
      { id: '2_b', status: 'applied' },
      { id: '3_d', status: 'failed' },
      { id: '5_c', status: 'not-run' },
    ]);
    expect(await shop.rows(rows)).toEqual([{ version: 5, dirty: true }]);
  });

  it('one that the tool has brought to its end, and rolled back later, runs from its beginning', async () => {
    const shop = await target();
    const second = `${marker}CREATE TABLE b (id int);\nINSERT INTO nowhere VALUES (1);\n`;
    const repo = repository({ ...pairs, ...pair(2, 'b', second) });
    await lockstepHere('apply', repo, shop.url);
    // By hand, and `migrate force 2`.
    await shop.admin.query('UPDATE schema_migrations SET dirty = false');
    repo.commit('mended', { 'migrations/2_b.up.sql': second.replace('nowhere', 'b') });
    const settled = await lockstepHere('apply', repo, shop.url);
    expect(settled.report.result, settled.printed).toBe('noop');
    expect(await shop.rows('SELECT FROM lockstep.steps')).toEqual([]);
    // `migrate down 1`
    await shop.admin.query('DROP TABLE b; UPDATE schema_migrations SET version = 1');
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.result, again.printed).toBe('applied');
    expect(await shop.rows('SELECT id FROM b')).toEqual([{ id: 1 }]);
  });

  it('one that was merged late and failed is not taken for applied in the next run, whatever is forgotten', async () => {
    const { shop, repo } = await lateBeforeNewer(`${allowed}CREATE TABLE b (id nothing);\n`);
    for (const _ of ['first', 'second']) {
      const { report, printed } = await lockstepHere('apply', repo, shop.url);
      expect(report.migrations, printed).toMatchObject([{ id: '2_b', status: 'failed' }]);
      expect(await shop.rows('SELECT statement FROM lockstep.steps')).toEqual([{ statement: -1 }]);
    }
    repo.commit('mended', { 'migrations/2_b.up.sql': `${allowed}CREATE TABLE b (id int);\n` });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.migrations, printed).toMatchObject([{ id: '2_b', status: 'applied' }]);
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('noop');
    expect(await shop.rows('SELECT FROM lockstep.steps')).toEqual([]);
  });

  it('one that its one number hides is named', async () => {
    const shop = await target();
    const repo = repository({ ...pair(1, 'a', 'CREATE TABLE a ();\n'), ...pair(3, 'c', 'CREATE TABLE c ();\n') });
    await lockstepHere('apply', repo, shop.url);
    repo.commit('late', pair(2, 'b', 'CREATE TABLE b ();\n'));
    const { report, printed } = await lockstepHere('plan', repo, shop.url);
    expect(report.result, printed).toBe('noop');
    expect(report.notices).toContainEqual(expect.stringMatching(/golang-migrate counts as applied .*: 2_b\. If/));
  });
});

describe('a version that golang-migrate calls dirty', () => {
  const dirty = (version: number): string => `${GOLANG} INSERT INTO schema_migrations VALUES (${version}, true)`;

  it('explains itself, and is settled as `force` would', async () => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role}; ${dirty(2)}; CREATE TABLE a (); RESET ROLE`);
    const stopped = await lockstepHere('plan', repository(pairs), shop.url);
    expect(stopped.report.result, stopped.printed).toBe('refused');
    const gate = stopped.report.plan?.gates.find(({ name }) => name === 'unfinished');
    expect(gate).toMatchObject({ open: false, help: expect.stringContaining('lockstep resolve 2_b') });
    expect(gate?.details?.join()).toContain(
      'its row is dirty: golang-migrate was on its way to this version, up or down',
    );
    const resolved = await lockstepHere(['resolve', '2_b', '--as', 'rolled-back'], repository(pairs), shop.url);
    expect(resolved.report.result, resolved.printed).toBe('passed');
    const applied = await lockstepHere('apply', repository(pairs), shop.url);
    expect(applied.report, applied.printed).toMatchObject({ result: 'applied', migrations: [{ id: '2_b' }] });
  });

  it('is the first one where none is left', async () => {
    const shop = await target();
    await shop.admin.query(`SET ROLE ${shop.role}; ${dirty(-1)}; RESET ROLE`);
    const resolved = await lockstepHere(['resolve', '1_a', '--as', 'rolled-back'], repository(pairs), shop.url);
    expect(resolved.report.result, resolved.printed).toBe('passed');
    const applied = await lockstepHere('apply', repository(pairs), shop.url);
    expect(applied.report.result, applied.printed).toBe('applied');
  });
});

it("a role that may not make the tool's table is told of that alone where the ledger is there", async () => {
  const shop = await target();
  const { role, url } = await shop.login('app');
  await shop.admin.query(`CREATE SCHEMA lockstep AUTHORIZATION ${role}; GRANT CREATE ON SCHEMA public TO ${role}`);
  const repo = repository(pairs);
  expect((await lockstepHere('apply', repo, url)).report.result).toBe('applied');
  await shop.admin.query(`DROP TABLE schema_migrations; REVOKE CREATE ON SCHEMA public FROM ${role}`);
  const { report, printed } = await lockstepHere('apply', repo, url);
  expect(report.error?.code, printed).toBe('ledger-not-created');
  expect(report.error?.message).toContain('may not make public.schema_migrations');
  expect(report.error?.message).not.toContain('ledger');
  expect(report.error?.hint).not.toContain('GRANT CREATE ON DATABASE');
});
