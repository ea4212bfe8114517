import { describe, expect, it } from 'vitest';
import { type Target, targets } from '../../support/deploy.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { npmTool } from '../../support/round-trip.ts';

/** Tools that call their table alike: golang-migrate, dbmate and Rails all keep theirs in `schema_migrations`. */

const target = targets();

const file = (version: number, name: string): Record<string, string> => ({
  [`db/migrations/${version}_${name}.sql`]: `-- migrate:up\nCREATE TABLE ${name} (id int);\n-- migrate:down\nDROP TABLE ${name};\n`,
});

function repository(files: Readonly<Record<string, string>>, config = ''): GitRepo {
  return gitRepo({ ...files, 'lockstep.yml': `lock_timeout: 1s\n${config}` });
}

const dbmate = (repo: GitRepo, { url }: Target, ...options: string[]): string =>
  npmTool(
    'dbmate',
    ['--no-dump-schema', '--migrations-dir', 'db/migrations', ...options, 'migrate'],
    repo,
    `${url}?sslmode=disable`,
  );

const RAILS = `CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);
  CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar, created_at timestamp NOT NULL, updated_at timestamp NOT NULL);
  INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240202000000')`;
const GOLANG = `CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null);
  INSERT INTO schema_migrations VALUES (7, false)`;

async function withHistory(sql: string): Promise<Target> {
  const shop = await target();
  await shop.admin.query(`SET ROLE ${shop.role}; ${sql}; RESET ROLE`);
  return shop;
}

describe("the files of dbmate, and a table that is Rails'", () => {
  it('are not taken for one project: nobody guesses, and nothing is written', async () => {
    const shop = await withHistory(RAILS);
    const before = await shop.relations();
    for (const command of ['plan', 'apply', 'status']) {
      const { report, exitCode } = await lockstepHere(command, repository(file(1, 'a')), shop.url);
      expect(exitCode).toBe(2);
      expect(report.error).toMatchObject({
        code: 'history-ambiguous',
        message: expect.stringMatching(
          /dbmate.*of rails: public\.schema_migrations \(2 rows\), with public\.ar_internal_metadata/,
        ),
        hint: expect.stringMatching(/table: public\.dbmate_migrations[\s\S]*tool: dbmate/),
      });
    }
    expect(await shop.relations()).toEqual(before);
  });

  it('with a table of its own both go on, and the tool agrees', async () => {
    const shop = await withHistory(RAILS);
    const repo = repository(file(1, 'a'), 'history:\n  table: dbmate_migrations\n');
    expect((await lockstepHere(['baseline', '--to', 'none'], repo, shop.url)).report.result).toBe('passed');
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(report.notices).toContainEqual(expect.stringContaining('a history of rails as well'));
    dbmate(repo, shop, '--migrations-table', 'dbmate_migrations');
    expect(await shop.rows('SELECT version FROM dbmate_migrations')).toEqual([{ version: '1' }]);
    expect(await shop.rows('SELECT count(*)::int AS rows FROM schema_migrations')).toEqual([{ rows: 2 }]);
  });

  it('said to be one, what the other has applied is missed, by name', async () => {
    const shop = await withHistory(RAILS);
    const { report, printed } = await lockstepHere('plan', repository(file(1, 'a'), 'tool: dbmate\n'), shop.url);
    expect(report.result, printed).toBe('refused');
    expect(report.plan?.gates).toContainEqual(
      expect.objectContaining({
        name: 'missing',
        open: false,
        details: expect.arrayContaining([expect.stringContaining('20240101000000')]),
      }),
    );
  });

  it("a table of dbmate's own is no reason to ask", async () => {
    const shop = await target();
    const repo = repository(file(1, 'a'));
    dbmate(repo, shop);
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('noop');
  });
});

it('of a Rails project it is its own: nothing is asked, whatever Lockstep knows of it', async () => {
  const shop = await withHistory(RAILS);
  const migration = (name: string): string => `class ${name} < ActiveRecord::Migration[7.1]\nend\n`;
  const repo = repository({
    Gemfile: 'gem "rails"\n',
    'config/database.yml': 'production: {}\n',
    'bin/rails': '#!/usr/bin/env ruby\n',
    'db/migrate/20240101000000_a.rb': migration('A'),
    'db/migrate/20240202000000_b.rb': migration('B'),
  });
  const { report, printed } = await lockstepHere('plan', repo, shop.url);
  expect(report.error, printed).toBeUndefined();
  expect(report, printed).toMatchObject({ result: 'noop', project: { tool: 'rails' } });
});

describe('a table of the same name with other columns', () => {
  const pair = {
    'migrations/1_a.up.sql': 'CREATE TABLE a ();\n',
    'migrations/1_a.down.sql': 'DROP TABLE a;\n',
  };

  it("golang-migrate's is no dbmate's, which the tool finds out when it writes", async () => {
    const shop = await withHistory(GOLANG);
    const repo = repository(file(8, 'a'));
    const { report } = await lockstepHere('apply', repo, shop.url);
    expect(report.error).toMatchObject({ code: 'history-table-different', message: expect.stringContaining('dirty') });
    expect(() => dbmate(repo, shop)).toThrow('null value in column "dirty"');
  });

  it.each([
    ["Rails'", RAILS],
    [
      "dbmate's",
      "CREATE TABLE schema_migrations (version varchar primary key); INSERT INTO schema_migrations VALUES ('1')",
    ],
  ])("%s is no golang-migrate's", async (_, sql) => {
    const shop = await withHistory(sql);
    const { report } = await lockstepHere('apply', repository(pair), shop.url);
    expect(report.error).toMatchObject({ code: 'history-table-different', message: expect.stringContaining('dirty') });
  });
});

it('two projects of one tool in one table miss what the other has applied; each with its own go on', async () => {
  const shop = await target();
  expect((await lockstepHere('apply', repository(file(1, 'a')), shop.url)).report.result).toBe('applied');
  const second = repository(file(2, 'b'), 'ledger_schema: second\n');
  const { report } = await lockstepHere('plan', second, shop.url);
  expect(report.plan?.gates).toContainEqual(expect.objectContaining({ name: 'missing', open: false }));
  second.commit('apart', {
    'lockstep.yml': 'lock_timeout: 1s\nledger_schema: second\nhistory:\n  table: second.schema_migrations\n',
  });
  await lockstepHere(['baseline', '--to', 'none'], second, shop.url);
  const apart = await lockstepHere('apply', second, shop.url);
  expect(apart.report.result, apart.printed).toBe('applied');
  dbmate(second, shop, '--migrations-table', 'second.schema_migrations');
  expect(await shop.rows('SELECT version FROM second.schema_migrations')).toEqual([{ version: '2' }]);
});
