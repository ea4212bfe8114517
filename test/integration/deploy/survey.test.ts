import type { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { longTransactions } from '../../../src/deploy/survey/blockers.ts';
import { whoBlocks } from '../../../src/deploy/survey/blocking.ts';
import { invalidIndexes } from '../../../src/deploy/survey/invalid-indexes.ts';
import { missingRights } from '../../../src/deploy/survey/rights.ts';
import { indexProgress, oldSnapshots } from '../../../src/deploy/survey/snapshots.ts';
import { startWithPreparedTransactions } from '../../support/prepared-transactions.ts';
import { testMajors } from '../../support/scratch-postgres.ts';
import { bench, benchOf, LOOKERS, migrations } from './survey-support.ts';

const SHOP = `CREATE TABLE users (id int PRIMARY KEY, email text);
  INSERT INTO users SELECT i, 'u' || i % 10 FROM generate_series(1, 1000) i;
  CREATE TABLE orders (id int PRIMARY KEY, buyer int CONSTRAINT buyer_fk REFERENCES users);
  GRANT ALL ON ALL TABLES IN SCHEMA public TO app; ALTER TABLE users OWNER TO app; ALTER TABLE orders OWNER TO app;
  CREATE TABLE other (); GRANT ALL ON other TO app; GRANT CREATE ON SCHEMA public TO app`;

const ALTER = migrations('ALTER TABLE users ADD COLUMN name text');

/** Whether a backend waits for a lock by now. */
const waits = (admin: Client, pid: number) => async (): Promise<boolean> =>
  (await admin.query('SELECT FROM pg_locks WHERE pid = $1 AND NOT granted', [pid])).rowCount !== 0;

/** The error is sent before the locks are let go: only the next answer says that the statement is over. */
async function failing(client: Client, sql: string): Promise<string> {
  const error = await client.query(sql).then(
    () => 'it did not fail',
    (caught: Error) => caught.message,
  );
  await client.query('SELECT');
  return error;
}

describe.each(testMajors)('on Postgres $major', ({ major }) => {
  const { database, app, looker, server } = benchOf(major);

  describe.each(LOOKERS)('%s', (role) => {
    const sees = role !== 'plain';
    /** What only those may see who may see what others do. */
    const private_ = (about: object): object => (sees ? about : {});

    it('names a long reader that an ALTER TABLE would wait for', async () => {
      await database(SHOP);
      const reader = await app('BEGIN');
      await reader.query("SELECT count(*),\n  'postgres://me:geheim@db/x'   FROM users");
      const session = await looker(role);
      if (sees) expect((await longTransactions(session, ALTER, [], 60_000)).sessions).toEqual([]);
      await expect
        .poll(async () => await longTransactions(session, ALTER, [], 200))
        .toEqual({ visible: sees, sessions: [report()] });
      await reader.query('COMMIT');
      expect(await longTransactions(session, ALTER, [], 200)).toEqual({ visible: sees, sessions: [] });

      function report(): object {
        return {
          pid: reader.pid,
          application: 'shop',
          user: 'app',
          ...private_({
            state: 'idle in transaction',
            ageMs: expect.any(Number),
            query: "SELECT count(*), 'postgres://***@db/x' FROM users",
          }),
          relations: ['public.users'],
        };
      }
    });

    it('does not call many short transactions a long one', async () => {
      await database(SHOP);
      const busy = await app();
      let stop = false;
      const work = (async () => {
        while (!stop) await busy.query('BEGIN; SELECT count(*) FROM users; SELECT pg_sleep(0.03); COMMIT');
      })();
      const session = await looker(role);
      for (let round = 0; round < 4; round++) {
        expect((await longTransactions(session, ALTER, [], 300)).sessions).toEqual([]);
      }
      stop = true;
      await work;
    });

    it('says whom an index that is built CONCURRENTLY waits for, and that it is no invalid one yet', async () => {
      const admin = await database(SHOP);
      const reader = await app('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM other');
      const builder = await app();
      const concurrently = migrations('CREATE INDEX CONCURRENTLY i ON users (email)');
      const session = await looker(role);
      // Or the build would wait for who looks: for the transaction's end, once a look had a snapshot at the wrong moment.
      await session.run('COMMIT');
      const held = {
        pid: reader.pid,
        application: 'shop',
        user: 'app',
        ...private_({
          state: 'idle in transaction',
          ageMs: expect.any(Number),
          query: expect.stringMatching(/^BEGIN ISO/),
        }),
      };
      expect(await oldSnapshots(session, [])).toEqual({ visible: sees, sessions: [held] });
      expect(await oldSnapshots(session, [reader.pid])).toEqual({ visible: sees, sessions: [] });
      expect(await longTransactions(session, concurrently, [], 0)).toEqual({ visible: sees, sessions: [held] });
      expect((await longTransactions(session, concurrently, [reader.pid], 0)).sessions).toEqual([]);
      // Nothing else waits for a snapshot.
      expect((await longTransactions(session, ALTER, [], 0)).sessions).toEqual([]);

      const building = failing(builder, 'CREATE INDEX CONCURRENTLY i ON users (email)');
      await expect.poll(() => whoBlocks(session, builder.pid)).toEqual([held]);
      await expect
        .poll(() => indexProgress(session, builder.pid))
        .toBe(sees ? `waiting for old snapshots, locker pid ${reader.pid}` : undefined);
      expect(await invalidIndexes(session)).toEqual([]);
      await admin.query('SELECT pg_cancel_backend($1)', [builder.pid]);
      expect(await building).toContain('cancel');
      expect(await invalidIndexes(session)).toEqual(['public.i']);
    });

    it('follows a chain of blockers to its root', async () => {
      const admin = await database(SHOP);
      const root = await app('BEGIN; SELECT FROM users WHERE id = 1 FOR UPDATE');
      const middle = await app('BEGIN; SELECT FROM orders');
      const blocked = await app();
      const waiting = middle.query('UPDATE users SET email = NULL WHERE id = 1').catch(() => {});
      await expect.poll(waits(admin, middle.pid)).toBe(true);
      const altering = blocked.query('ALTER TABLE orders ADD COLUMN x int').catch(() => {});
      await expect.poll(waits(admin, blocked.pid)).toBe(true);

      const session = await looker(role);
      const chain = await whoBlocks(session, blocked.pid);
      expect(chain).toEqual([
        {
          pid: middle.pid,
          application: 'shop',
          user: 'app',
          ...private_({
            state: 'active',
            ageMs: expect.any(Number),
            query: 'UPDATE users SET email = NULL WHERE id = 1',
          }),
          relations: ['public.orders', 'public.users'],
        },
        {
          pid: root.pid,
          application: 'shop',
          user: 'app',
          ...private_({
            state: 'idle in transaction',
            ageMs: expect.any(Number),
            query: 'BEGIN; SELECT FROM users WHERE id = 1 FOR UPDATE',
          }),
          relations: ['public.users'],
        },
      ]);
      expect(await whoBlocks(session, root.pid)).toEqual([]);
      await root.query('ROLLBACK');
      await waiting;
      await middle.query('ROLLBACK');
      await altering;
      expect(await whoBlocks(session, blocked.pid)).toEqual([]);
    });
  });

  it('counts only locks that conflict with what the migration takes', async () => {
    await database(SHOP);
    await app('BEGIN; SELECT FROM users; SELECT FROM orders');
    await app('BEGIN; INSERT INTO users VALUES (0)');
    const session = await looker('postgres');
    const blockersOf = async (sql: string): Promise<(string | undefined)[]> =>
      (await longTransactions(session, migrations(sql), [], 0)).sessions.map(({ query }) => query?.slice(7, 13));
    expect(await blockersOf("INSERT INTO users VALUES (-1, 'x')")).toEqual([]);
    expect(await blockersOf('CREATE INDEX i ON users (email)')).toEqual(['INSERT']);
    expect(await blockersOf('CREATE TABLE basket (buyer int REFERENCES users)')).toEqual(['INSERT']);
    expect(await blockersOf('ALTER TABLE users VALIDATE CONSTRAINT users_pkey')).toEqual([]);
    expect(await blockersOf('ALTER TABLE orders DROP CONSTRAINT buyer_fk')).toEqual(['SELECT', 'INSERT']);
    expect(await blockersOf('DROP INDEX users_pkey')).toEqual(['SELECT', 'INSERT']);
    expect(await blockersOf('ALTER TABLE other ADD COLUMN x int')).toEqual([]);
    expect(await blockersOf('CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ DELETE FROM users $$')).toEqual([]);
  });

  it('shows one role what sessions of its own do, and then all is visible', async () => {
    await database(SHOP);
    const reader = await app('BEGIN; SELECT FROM users');
    const other = await looker('app');
    // The superuser's connection that made the database is hidden from it.
    expect((await longTransactions(other, ALTER, [], 0)).visible).toBe(false);
    const alone = await database(SHOP).then((admin) => admin.end().then(() => looker('app')));
    const mine = await app('BEGIN; SELECT FROM users');
    const { visible, sessions } = await longTransactions(alone, ALTER, [], 0);
    expect({ visible, sessions: sessions.map(({ pid, state }) => ({ pid, state })) }).toEqual({
      visible: true,
      sessions: [{ pid: mine.pid, state: 'idle in transaction' }],
    });
    await reader.query('ROLLBACK');
  });

  it('shows no password that a statement sets', async () => {
    const admin = await database(SHOP);
    await admin.query(`BEGIN; SELECT FROM users; ALTER ROLE plain PASSWORD 'it''s geheim' VALID UNTIL '2030-01-01'`);
    const { sessions } = await longTransactions(await looker('postgres'), ALTER, [], 0);
    expect(sessions.map(({ query }) => query)).toEqual([
      "BEGIN; SELECT FROM users; ALTER ROLE plain PASSWORD *** VALID UNTIL '2030-01-01'",
    ]);
    await admin.query('ROLLBACK');
  });

  it('finds a broken unique index, the halves of a REINDEX, and nothing that is as it should be', async () => {
    const admin = await database(`${SHOP};
      CREATE TABLE parts (a int) PARTITION BY RANGE (a); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9);
      CREATE INDEX later ON ONLY parts (a); CREATE SCHEMA "Bad.Name"; CREATE TABLE "Bad.Name"."T ""x""" (a int, t text);
      INSERT INTO "Bad.Name"."T ""x""" VALUES (1), (1)`);
    const session = await looker('plain');
    expect(await invalidIndexes(session)).toEqual([]);
    expect(await failing(admin, 'CREATE UNIQUE INDEX CONCURRENTLY "I ü." ON "Bad.Name"."T ""x""" (a)')).toContain(
      'unique',
    );
    expect(await invalidIndexes(session)).toEqual(['Bad.Name.I ü.']);
    await admin.query('DROP INDEX "Bad.Name"."I ü."');

    const reader = await app('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM other');
    await admin.query("SET lock_timeout = '300ms'");
    expect(await failing(admin, 'REINDEX INDEX CONCURRENTLY users_pkey')).toContain('lock timeout');
    expect(await invalidIndexes(session)).toEqual(['public.users_pkey_ccnew']);
    await reader.query('COMMIT');
  });

  it('tells a leftover from the build of another index of the same table, where it may see which one is built', async () => {
    const admin = await database(SHOP);
    expect(await failing(admin, 'CREATE UNIQUE INDEX CONCURRENTLY broken ON users (email)')).toContain('unique');
    await app('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM other');
    const builder = await app();
    void builder.query('CREATE INDEX CONCURRENTLY good ON users (email)').catch(() => {});
    await expect.poll(waits(admin, builder.pid)).toBe(true);
    expect(await invalidIndexes(await looker('stats'))).toEqual(['public.broken']);
  });

  it('shows how far the build of an index is', async () => {
    await database(`${SHOP}; ALTER TABLE users ALTER email SET STORAGE PLAIN; UPDATE users SET email = repeat('x', 2000);
      CREATE FUNCTION slow(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN t; END $$`);
    const builder = await app();
    const session = await looker('stats');
    expect(await indexProgress(session, builder.pid)).toBeUndefined();
    void builder.query('CREATE INDEX ON users (slow(id::text))').catch(() => {});
    await expect
      .poll(() => indexProgress(session, builder.pid), { timeout: 10_000 })
      .toMatch(/^building index: scanning table, [1-9]\d? % \(\d+ of \d{3} blocks\)$/);
  });

  it('leaves out replication slots, because no index build waits for them', async () => {
    const admin = await database(SHOP);
    await admin.query("SELECT pg_create_logical_replication_slot('slot', 'pgoutput')");
    await admin.query('DELETE FROM users WHERE id > 500');
    await admin.query("SET lock_timeout = '2s'; ");
    await admin.query('CREATE INDEX CONCURRENTLY i ON users (email)');
    expect((await oldSnapshots(await looker('postgres'), [])).sessions).toEqual([]);
    await admin.query("SELECT pg_drop_replication_slot('slot')");
  });

  it('gives the GRANTs for a full view, which are enough', async () => {
    const admin =
      await database(`CREATE SCHEMA lockstep; CREATE TABLE lockstep.migrations (); CREATE TABLE lockstep.runs ();
      CREATE SCHEMA "Old ""App"""; CREATE TABLE "Old ""App"""."Schema.Version" (); CREATE TABLE public.flyway ()`);
    const session = await looker('Le "lecteur"');
    const relations = [
      { schema: 'lockstep', relation: 'migrations' },
      { schema: 'lockstep', relation: 'runs' },
      { schema: 'lockstep', relation: 'not_there' },
      { schema: 'not_there', relation: 'x' },
      { schema: 'Old "App"', relation: 'Schema.Version' },
      { schema: 'public', relation: 'flyway' },
    ];
    const missing = await missingRights(session, relations);
    expect(missing).toEqual([
      'GRANT USAGE ON SCHEMA lockstep TO "Le ""lecteur""";',
      'GRANT USAGE ON SCHEMA "Old ""App""" TO "Le ""lecteur""";',
      'GRANT SELECT ON lockstep.migrations TO "Le ""lecteur""";',
      'GRANT SELECT ON lockstep.runs TO "Le ""lecteur""";',
      'GRANT SELECT ON "Old ""App"""."Schema.Version" TO "Le ""lecteur""";',
      'GRANT SELECT ON public.flyway TO "Le ""lecteur""";',
      'GRANT pg_read_all_stats TO "Le ""lecteur""";',
    ]);
    await admin.query(missing.join('\n'));
    expect(await missingRights(session, relations)).toEqual([]);
    await admin.query('REVOKE pg_read_all_stats FROM "Le ""lecteur"""');
    expect(await missingRights(await looker('postgres'), relations)).toEqual([]);
    expect(server().major).toBe(major);
  });
});

describe.each(testMajors)('prepared transactions on Postgres $major', ({ major }) => {
  const { database, app, looker } = bench(() => startWithPreparedTransactions(major));

  it('are named where nobody is there who could be asked', async () => {
    const admin = await database(SHOP);
    await app("BEGIN; UPDATE users SET email = 'x' WHERE id = 1; PREPARE TRANSACTION 'it''s gone'");
    const blocked = await app();
    const altering = blocked.query('ALTER TABLE users ADD COLUMN x int');
    await expect.poll(waits(admin, blocked.pid)).toBe(true);
    const session = await looker('plain');
    const prepared = {
      pid: 0,
      application: "prepared transaction 'it's gone'",
      user: 'app',
      state: 'prepared',
      ageMs: expect.any(Number),
      relations: ['public.users'],
    };
    expect(await whoBlocks(session, blocked.pid)).toEqual([prepared]);
    expect((await longTransactions(session, ALTER, [blocked.pid], 0)).sessions).toEqual([prepared]);
    expect((await longTransactions(session, ALTER, [blocked.pid], 60_000)).sessions).toEqual([]);
    await admin.query("ROLLBACK PREPARED 'it''s gone'");
    await altering;
  });
});
