import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../../../src/project/sql.ts';
import { chunksOf } from '../../../../src/rehearsal/capture/statements.ts';

beforeAll(loadParser);

const HISTORY = { schema: 'public', relation: 'knex_migrations' };
const TABLES = { history: HISTORY, own: [HISTORY, { schema: 'public', relation: 'knex_migrations_lock' }] };

function divided(...sent: readonly string[]) {
  return chunksOf(
    sent.map((sql) => ({ session: 1, sql })),
    TABLES,
  );
}

const record = (name: string): string => `insert into "knex_migrations" ("batch", "name") values ('1', '${name}')`;

describe('what a tool has sent', () => {
  it('is divided by the rows of its history', () => {
    const { chunks, rest } = divided(
      'BEGIN;',
      'CREATE TABLE a (id int)',
      record('1.js'),
      'COMMIT;',
      'CREATE TABLE b (id int)',
      record('2.js'),
    );
    expect(chunks).toEqual([
      { values: ['1', '1.js'], pieces: [{ sql: 'CREATE TABLE a (id int)', wrapped: true }] },
      { values: ['1', '2.js'], pieces: [{ sql: 'CREATE TABLE b (id int)', wrapped: false }] },
    ]);
    expect(rest).toEqual([]);
  });

  it('loses what was rolled back, and keeps it apart: the last of it has failed', () => {
    const { chunks, rest, undone } = divided('BEGIN', 'CREATE TABLE a (id int)', 'ALTER TABLE b ADD c int', 'ROLLBACK');
    expect([chunks, rest]).toEqual([[], []]);
    expect(undone.map(({ sql }) => sql)).toEqual(['CREATE TABLE a (id int)', 'ALTER TABLE b ADD c int']);
  });

  it('goes back to a savepoint', () => {
    const { rest } = divided(
      'BEGIN',
      'CREATE TABLE a (id int)',
      'SAVEPOINT s',
      'CREATE TABLE b (id int)',
      'ROLLBACK TO s',
      'CREATE TABLE c (id int)',
      'COMMIT',
    );
    expect(rest.map(({ sql }) => sql)).toEqual(['CREATE TABLE a (id int)', 'CREATE TABLE c (id int)']);
  });

  it('keeps what one session rolls back apart from what another does', () => {
    const { rest } = chunksOf(
      [
        { session: 1, sql: 'BEGIN' },
        { session: 1, sql: 'CREATE TABLE a (id int)' },
        { session: 2, sql: 'CREATE TABLE b (id int)' },
        { session: 1, sql: 'ROLLBACK' },
      ],
      TABLES,
    );
    expect(rest.map(({ sql }) => sql)).toEqual(['CREATE TABLE b (id int)']);
  });

  it.each([
    ['update "knex_migrations_lock" set "is_locked" = 1'],
    ['create table "knex_migrations_lock" (index serial primary key)'],
    ["select * from information_schema.tables where table_name = 'a'"],
    ['SELECT version()'],
    ["SET client_min_messages TO 'warning'"],
    ['SHOW server_version'],
    ['WITH r AS (SELECT 1) SELECT * FROM r'],
    ['SELECT pg_try_advisory_lock(7)'],
    ['SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef'],
    ["SELECT set_config('TimeZone', 'UTC', false)"],
    ["SELECT current_setting('jit') AS cur, set_config('jit', 'off', false) AS new"],
    ['update public.knex_migrations_lock set is_locked = 1'],
    ['alter table "knex_migrations_lock" add column "since" timestamptz default now()'],
    ['create unique index on knex_migrations_lock (lower(who))'],
    ['LOCK TABLE "knex_migrations" IN ACCESS EXCLUSIVE MODE'],
    ['DEALLOCATE a'],
  ])('has noise taken out: %s', (sql) => {
    expect(divided(sql).rest).toEqual([]);
  });

  it.each([
    ["SELECT setval('a_id_seq', 7)"],
    ['SELECT my_backfill(id) FROM a'],
    ['WITH gone AS (DELETE FROM a RETURNING *) SELECT * FROM gone'],
    ['SELECT generate_invoices()'],
    ['SELECT regexp_rewrite_all()'],
    ['SELECT current_period_close()'],
    ['SELECT pg_get_even()'],
    ['SELECT app.now()'],
    ['SELECT count(app.max(id)) FROM a'],
    ["SELECT set_config('lock_timeout', '0', false)"],
    ["SELECT set_config(name, '0', false) FROM a"],
    ['DELETE FROM billing.knex_migrations'],
    ["INSERT INTO billing.knex_migrations (batch, name) VALUES (1, '1.js')"],
    ['UPDATE billing.knex_migrations_lock SET is_locked = 0'],
    ['UPDATE knex_migrations_lock SET is_locked = generate_invoices()'],
    ['WITH x AS (UPDATE users SET a = 1) DELETE FROM knex_migrations_lock'],
    ['CREATE TRIGGER t AFTER INSERT ON knex_migrations EXECUTE FUNCTION wipe()'],
    ['ALTER TABLE knex_migrations ADD CONSTRAINT u FOREIGN KEY (batch) REFERENCES users (id)'],
    ['CREATE TABLE knex_migrations (id int REFERENCES users (id))'],
    ['CREATE TABLE knex_migrations (LIKE users)'],
    ['ALTER TABLE knex_migrations ATTACH PARTITION users DEFAULT'],
    ['CREATE TABLE backup AS SELECT * FROM knex_migrations'],
    ['CREATE VIEW v AS SELECT * FROM knex_migrations'],
    ['LOCK TABLE knex_migrations, users'],
    ['TRUNCATE knex_migrations_lock'],
    ["COPY knex_migrations_lock TO PROGRAM 'sh'"],
    ['SET search_path = app'],
    ["SET lock_timeout = '2s'"],
    ['UPDATE a SET b = 1'],
    ['DO $$ BEGIN END $$'],
  ])('keeps what has an effect: %s', (sql) => {
    expect(divided(sql).rest.map((piece) => piece.sql)).toEqual([sql]);
  });

  it.each([
    ["WITH x AS (DELETE FROM users) INSERT INTO knex_migrations (name) VALUES ('1.js')", ['1.js']],
    ['INSERT INTO knex_migrations (name) SELECT wipe()', []],
    ["UPDATE knex_migrations SET name = '1.js' FROM users", ['1.js']],
    ["DELETE FROM knex_migrations WHERE name = '1.js' AND wipe()", ['1.js']],
  ])('keeps what a row of the history is written by, where it does more than that: %s', (sql, values) => {
    const { chunks, rest } = divided('BEGIN', sql, 'COMMIT');
    expect(chunks).toEqual([{ values, pieces: [{ sql, wrapped: true }] }]);
    expect(rest).toEqual([]);
  });

  it.each([
    ["INSERT INTO knex_migrations (name, at) VALUES ('1.js', now() AT TIME ZONE 'utc')"],
    ["INSERT INTO knex_migrations (name, at) VALUES ('1.js', extract(epoch FROM clock_timestamp()))"],
    ["INSERT INTO knex_migrations (name, batch) SELECT '1.js', max(batch) + 1 FROM knex_migrations"],
    ["INSERT INTO knex_migrations (id, name) VALUES (gen_random_uuid(), '1.js') ON CONFLICT DO NOTHING RETURNING id"],
  ])('has a row of the history taken out, however a runner writes it: %s', (sql) => {
    expect(divided(sql).chunks.map(({ pieces }) => pieces)).toEqual([[]]);
  });

  it('tells a write of the history once where the server tells its rows', () => {
    const sql = "WITH x AS (DELETE FROM users) INSERT INTO knex_migrations (name) VALUES ('1.js')";
    const sent = [
      { session: 1, sql, wrapped: true },
      { session: 1, sql, wrapped: true, values: ['1.js'] },
    ];
    expect(chunksOf(sent, TABLES).chunks.flatMap(({ pieces }) => pieces)).toEqual([{ sql, wrapped: true }]);
  });

  it('is split where one message holds several', () => {
    expect(divided('CREATE TABLE a (id int); ALTER TABLE a ADD b int').rest).toHaveLength(2);
  });

  it('is kept as it is where the parser cannot read it', () => {
    expect(divided('CREATE TABEL a').rest).toEqual([{ sql: 'CREATE TABEL a', wrapped: false }]);
  });
});
