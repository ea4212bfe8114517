import { describe, expect, it } from 'vitest';
import { touchedTables } from '../../../src/deploy/survey/tables.ts';
import { testMajors } from '../../support/scratch-postgres.ts';
import { benchOf, migrations } from './survey-support.ts';

const SCHEMA = `CREATE TABLE users (id int PRIMARY KEY, email text); CREATE INDEX users_email ON users (email);
  CREATE TABLE orders (id int PRIMARY KEY, buyer int CONSTRAINT buyer_fk REFERENCES users, note text);
  CREATE TABLE lines (order_id int REFERENCES orders); CREATE TABLE other (id int); CREATE VIEW v AS SELECT * FROM other;
  CREATE TABLE log (at int, t text) PARTITION BY RANGE (at);
  CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (100);
  CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (at);
  CREATE TABLE log_2_1 PARTITION OF log_2 FOR VALUES FROM (100) TO (200);
  CREATE INDEX log_at ON log (at);
  CREATE SCHEMA "S.1"; CREATE TABLE "S.1"."T.ä ""q"" 'x' \\" (id int); CREATE INDEX "I.1" ON "S.1"."T.ä ""q"" 'x' \\" (id);
  CREATE TABLE "S.1".users (id int);
  INSERT INTO users SELECT i FROM generate_series(1, 2000) i; INSERT INTO log SELECT i FROM generate_series(0, 199) i;
  ANALYZE`;

describe.each(testMajors)('the tables that migrations touch, on Postgres $major', ({ major }) => {
  const { database, looker, app } = benchOf(major);

  it('are found by every kind of statement', async () => {
    await database(SCHEMA);
    const session = await looker('plain');
    const of = async (...sql: string[]): Promise<string[]> =>
      (await touchedTables(session, migrations(...sql))).map(({ name }) => name.replace(/^public\./, '')).sort();
    expect(await of('ALTER TABLE users ADD COLUMN x int')).toEqual(['users']);
    expect(await of('ALTER TABLE IF EXISTS nowhere ADD COLUMN x int', 'nonsense')).toEqual([]);
    expect(await of('CREATE TABLE basket (buyer int REFERENCES users, LIKE other)')).toEqual(['other', 'users']);
    expect(await of('CREATE TABLE users (id int)')).toEqual([]);
    expect(await of('ALTER TABLE other ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES orders')).toEqual([
      'orders',
      'other',
    ]);
    expect(await of('ALTER TABLE orders DROP CONSTRAINT buyer_fk')).toEqual(['orders', 'users']);
    expect(await of('ALTER TABLE orders DROP COLUMN buyer')).toEqual(['orders', 'users']);
    expect(await of('ALTER TABLE orders DROP COLUMN note')).toEqual(['orders']);
    expect(await of('DROP TABLE orders')).toEqual(['orders', 'users']);
    expect(await of('TRUNCATE users CASCADE')).toEqual(['lines', 'orders', 'users']);
    expect(await of('DROP TABLE log_1')).toEqual(['log', 'log_1']);
    expect(await of('DROP INDEX CONCURRENTLY users_email')).toEqual(['users']);
    expect(await of('ALTER INDEX users_email RENAME TO x')).toEqual(['users']);
    expect(await of('REINDEX INDEX CONCURRENTLY users_email')).toEqual(['users']);
    expect(await of('DROP VIEW v')).toEqual([]);
    expect(await of('DROP TRIGGER t ON users', 'COMMENT ON COLUMN orders.note IS NULL')).toEqual(['orders', 'users']);
    expect(await of('WITH orders AS (DELETE FROM other RETURNING *) INSERT INTO users SELECT id FROM orders')).toEqual([
      'other',
      'users',
    ]);
    expect(await of('DROP SCHEMA "S.1" CASCADE')).toEqual(['S.1.T.ä "q" \'x\' \\', 'S.1.users']);
    expect(await of(`DROP INDEX "S.1"."I.1"`)).toEqual(['S.1.T.ä "q" \'x\' \\']);
    expect(await of(`UPDATE "S.1"."T.ä ""q"" 'x' \\" SET id = 1`)).toEqual(['S.1.T.ä "q" \'x\' \\']);
    expect(await of('DO $$ BEGIN DELETE FROM users; END $$')).toEqual([]);
    // Each file begins with the session's own path.
    expect(await of('SET search_path = "S.1"; LOCK users; DELETE FROM other')).toEqual(['S.1.users']);
    expect(await of('SET search_path = "S.1"', 'DELETE FROM users')).toEqual(['users']);
    await session.run('SET LOCAL search_path = "$user", "S.1", Public');
    expect(await of('DELETE FROM users; DELETE FROM orders')).toEqual(['S.1.users', 'orders']);
  });

  it('have the size of all their partitions, indexes included', async () => {
    const admin = await database(SCHEMA);
    const { rows } = await admin.query(`SELECT pg_total_relation_size('users') AS users,
      pg_total_relation_size('log_1') + pg_total_relation_size('log_2_1') AS log`);
    const sizes = await touchedTables(await looker('plain'), migrations('DELETE FROM log; DELETE FROM users'));
    expect(sizes).toEqual([
      { name: 'public.users', rows: 2000, bytes: Number(rows[0].users) },
      { name: 'public.log', rows: 200, bytes: Number(rows[0].log) },
    ]);
  });

  it('are counted without an ANALYZE too', async () => {
    const admin = await database('CREATE TABLE fresh (id int)');
    await admin.query('INSERT INTO fresh SELECT i FROM generate_series(1, 300) i');
    await admin.end();
    const session = await looker('plain');
    await expect
      .poll(async () => (await touchedTables(session, migrations('DELETE FROM fresh')))[0]?.rows, { timeout: 10_000 })
      .toBe(300);
  });

  it('are measured without a wait where somebody alters them, and without standing in the way', async () => {
    const admin = await database(SCHEMA);
    await admin.query('ALTER TABLE users OWNER TO app');
    await admin.query('VACUUM users');
    const altering = await app('BEGIN; ALTER TABLE users ADD COLUMN x int');
    const session = await looker('plain');
    const [users] = await touchedTables(session, migrations('DELETE FROM users'));
    expect(users).toMatchObject({ name: 'public.users', rows: 2000 });
    expect(users?.bytes).toBeGreaterThan(100_000);
    await altering.query('ROLLBACK');
    await touchedTables(session, migrations('DELETE FROM users'));
    await altering.query("SET lock_timeout = '1s'; ALTER TABLE users ADD COLUMN x int");
  });
});
