import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminSession } from '../../../src/rehearsal/admin-session.ts';
import { type Seeding, type SeedOptions, seed } from '../../../src/rehearsal/seed/seed.ts';
import { type TestServer, testServer } from '../../support/postgres.ts';
import { edgeMajors } from '../../support/scratch-postgres.ts';
import { nastySchema } from './nasty-schema.ts';

describe.each(edgeMajors)('generic rows on Postgres $major', ({ major }) => {
  let started: TestServer;
  let databases = 0;

  beforeAll(async () => {
    started = await testServer({ major });
  });
  afterAll(() => started.stop());

  interface Seeded {
    readonly client: Client;
    readonly seeding: Seeding;
  }

  async function seeded(schema: string, options: SeedOptions = { ignore: new Set() }): Promise<Seeded> {
    const name = `d${++databases}`;
    await started.server.createDatabase(name);
    const client = await started.connect(name);
    await client.query(schema);
    const session = await adminSession(started.server, name);
    try {
      return { client, seeding: await seed(session, options) };
    } finally {
      await session.close();
    }
  }

  async function column(client: Client, sql: string): Promise<unknown[]> {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.map(([value]) => value);
  }

  async function count(client: Client, table: string): Promise<number> {
    return Number((await column(client, `SELECT count(*) FROM ${table}`))[0]);
  }

  describe('in a schema with every kind of column and constraint', () => {
    let client: Client;
    let seeding: Seeding;

    beforeAll(async () => {
      ({ client, seeding } = await seeded(nastySchema));
    });

    test('all tables are filled that can be, and the others are told with their reason', async () => {
      expect(seeding.notFilled).toEqual([
        { table: 'public.impossible', reason: expect.stringContaining('impossible_n_check') },
        { table: 'public.of_impossible', reason: expect.stringContaining('could not be filled') },
        { table: 'public.of_of_impossible', reason: expect.stringContaining('could not be filled') },
        { table: 'public.no_partition', reason: 'it is partitioned and has no partition' },
      ]);
      for (const table of seeding.filled) expect(await count(client, quoted(table)), table).toBeGreaterThan(0);
    });

    test('every foreign key and every CHECK holds', async () => {
      await client.query(
        "UPDATE pg_constraint SET convalidated = false WHERE contype IN ('f', 'c') AND conrelid >= 16384",
      );
      const statements = await column(
        client,
        `SELECT format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
         WHERE contype IN ('f', 'c') AND conrelid >= 16384 AND conparentid = 0`,
      );
      expect(statements.length).toBeGreaterThan(30);
      for (const statement of statements) await client.query(String(statement));
    });

    test('every unique index holds', async () => {
      await client.query('REINDEX SCHEMA public');
      await client.query('REINDEX SCHEMA app');
    });

    test('a row with NULL in each nullable column, and two that are equal but for the key', async () => {
      expect(await column(client, 'SELECT email FROM users ORDER BY email')).toHaveLength(3);
      const nulls = `SELECT count(*) FROM app."Every ""nullable" AS seeded WHERE to_jsonb(seeded) - 'id' - 'bc' = (
        SELECT jsonb_object_agg(key, NULL) FROM jsonb_each(to_jsonb(seeded) - 'id' - 'bc'))`;
      expect(await column(client, nulls)).toEqual(['1']);
      const twins = "SELECT count(*) FROM app.every_type AS seeded GROUP BY to_jsonb(seeded) - 'id' ORDER BY 1";
      expect(await column(client, twins)).toEqual(['1', '2']);
      expect(await column(client, 'SELECT count(*) FROM tenants GROUP BY plan ORDER BY 1')).toEqual(['1', '2']);
      expect(await column(client, 'SELECT count(*) FROM alias_uses GROUP BY alias ORDER BY 1')).toEqual(['1', '2']);
    });

    test('of a table that takes few rows it makes as many as there may be', async () => {
      expect(await count(client, 'settings')).toBe(1);
      expect(await count(client, 'smaller_keys')).toBe(2);
      expect(await count(client, 'of_smaller')).toBe(3);
      expect(await count(client, 'setting_uses')).toBe(3);
      expect(await count(client, 'the_one_holder')).toBe(1);
      expect(await count(client, 'role_holders')).toBe(3);
    });

    test('a table that has rows stays as it is', async () => {
      expect(seeding.kept).toEqual(['public.roles']);
      expect(await column(client, 'SELECT name FROM roles')).toEqual(['admin']);
    });

    test('values are as large as their type lets them be', async () => {
      expect(await column(client, 'SELECT max(length(l)) FROM app.every_type')).toEqual([3]);
      expect(await column(client, 'SELECT max(c) > 2^31 FROM app.every_type')).toEqual([true]);
      expect(await column(client, 'SELECT max(low) FROM checked')).not.toEqual([null]);
    });
  });

  test('tables of extensions, views and what is to be ignored are left alone', async () => {
    const { client, seeding } = await seeded(
      `CREATE TABLE history (version text); CREATE TABLE t (id int); CREATE TABLE x (id int);
       CREATE VIEW v AS SELECT * FROM t; CREATE EXTENSION citext; ALTER EXTENSION citext ADD TABLE x`,
      { ignore: new Set(['public.history']) },
    );
    expect(seeding).toMatchObject({ filled: ['public.t'], notFilled: [], kept: [] });
    expect(await count(client, 'history')).toBe(0);
    expect(await count(client, 'x')).toBe(0);
  });

  test('five hundred tables take well under two seconds', async () => {
    const tables = Array.from({ length: 500 }, (_, n) => {
      const parent = n === 0 ? '' : `, parent_id bigint NOT NULL REFERENCES t${Math.floor(n / 2)}`;
      return `CREATE TABLE t${n} (id bigserial PRIMARY KEY, name varchar(100) NOT NULL, email text UNIQUE, age int CHECK (age > 0),
        born date, note text, created_at timestamptz NOT NULL DEFAULT now(), data jsonb, price numeric(10,2)${parent})`;
    });
    const name = `d${++databases}`;
    await started.server.createDatabase(name);
    const client = await started.connect(name);
    await client.query(tables.join(';'));
    const session = await adminSession(started.server, name);
    const begun = performance.now();
    const seeding = await seed(session, { ignore: new Set() });
    const took = performance.now() - begun;
    await session.close();
    expect(seeding.filled).toHaveLength(500);
    expect(took).toBeLessThan(2_000);
  });
});

/** 'app.Every "nullable' as SQL; the names here hold no dot. */
function quoted(table: string): string {
  return table
    .split('.')
    .map(
      (part) =>
        `"${part
          .replace(/^"(.*)"$/, '$1')
          .replaceAll('""', '"')
          .replaceAll('"', '""')}"`,
    )
    .join('.');
}
