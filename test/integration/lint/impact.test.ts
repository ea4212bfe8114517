import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Impact } from '../../../src/report/model.ts';
import { added, changeSet, policy } from '../../support/change-set.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';
import { lintOf } from './support.ts';

/** What findings say about whom a statement makes wait, against a Postgres that runs it. */

let postgres: ScratchPostgres;
let migrator: Client;
let application: Client;

const SCHEMA = `
  CREATE TABLE users (id int PRIMARY KEY, email text);
  CREATE TABLE orders (id int, user_id int, code int, total int, email text);
  INSERT INTO users SELECT n, n FROM generate_series(1, 100) n;
  INSERT INTO orders SELECT n, n, n, n, n FROM generate_series(1, 100) n;
  CREATE UNIQUE INDEX orders_code ON orders (code);
  ALTER TABLE orders ALTER COLUMN code SET NOT NULL;
`;

beforeAll(async () => {
  postgres = await startScratchPostgres();
  migrator = await postgres.connect('shop');
  await migrator.query(SCHEMA);
  application = new Client(postgres.config('shop'));
  await application.connect();
  await application.query("SET lock_timeout = '100ms'");
});

afterAll(async () => {
  await application?.end();
  await postgres?.stop();
});

async function impactsOf(sql: string): Promise<Impact[]> {
  const { findings } = await lintOf(changeSet([added('migrations/001_m.sql', sql)]));
  return findings.flatMap(({ impact }) => impact ?? []);
}

/** Runs a script, and asks while its locks are held. Nothing of it stays. */
async function during<T>(sql: string, ask: (rowsRead: number) => Promise<T>): Promise<T> {
  await migrator.query('BEGIN');
  try {
    await migrator.query(
      'SET LOCAL max_parallel_maintenance_workers = 0; SET LOCAL max_parallel_workers_per_gather = 0',
    );
    const before = await rowsRead();
    await migrator.query(sql);
    return await ask((await rowsRead()) - before);
  } finally {
    await migrator.query('ROLLBACK');
  }
}

async function rowsRead(): Promise<number> {
  const { rows } = await migrator.query<{ count: string }>(
    'SELECT coalesce(sum(seq_tup_read), 0) AS count FROM pg_stat_xact_user_tables',
  );
  return Number(rows[0]?.count);
}

/** What the application waits for on a table. */
async function blockedOn(table: string): Promise<Impact['blocks'] | 'nothing'> {
  const waits = async (sql: string): Promise<boolean> => {
    try {
      await application.query(sql);
      return false;
    } catch (error) {
      if ((error as { code?: string }).code === '55P03') return true;
      throw error;
    }
  };
  const reads = await waits(`SELECT FROM ${table} WHERE id = -1`);
  const writes = await waits(`DELETE FROM ${table} WHERE id = -1`);
  return reads ? 'reads and writes' : writes ? 'writes' : 'nothing';
}

describe('a finding says who waits, and Postgres makes them wait', () => {
  test.each<[sql: string, ...told: Impact[]]>([
    ['CREATE INDEX i ON orders (total)', { blocks: 'writes', relations: ['orders'] }],
    ['REINDEX TABLE orders', { blocks: 'reads and writes', relations: ['orders'] }],
    [
      'ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id) REFERENCES public.users (id)',
      { blocks: 'writes', relations: ['orders', 'public.users'] },
    ],
    ['ALTER TABLE users ADD FOREIGN KEY (id) REFERENCES users (id)', { blocks: 'writes', relations: ['users'] }],
    [
      'ALTER TABLE orders ADD COLUMN ü int DEFAULT 1 REFERENCES users (id)',
      { blocks: 'reads and writes', relations: ['orders'] },
    ],
    ['ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0)', { blocks: 'reads and writes', relations: ['orders'] }],
    ['ALTER TABLE orders ADD UNIQUE (total)', { blocks: 'reads and writes', relations: ['orders'] }],
    ['ALTER TABLE orders ADD COLUMN slug text UNIQUE', { blocks: 'reads and writes', relations: ['orders'] }],
    ['ALTER TABLE orders ADD PRIMARY KEY (id)', { blocks: 'reads and writes', relations: ['orders'] }],
    [
      'ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid()',
      { blocks: 'reads and writes', relations: ['orders'] },
    ],
    ['ALTER TABLE orders ALTER COLUMN total SET NOT NULL', { blocks: 'reads and writes', relations: ['orders'] }],
    ['ALTER TABLE orders ALTER COLUMN total TYPE bigint', { blocks: 'reads and writes', relations: ['orders'] }],
  ])('%s', async (sql, ...told) => {
    expect(await impactsOf(sql)).toEqual(told);
    await during(sql, async (rows) => {
      expect(rows).toBeGreaterThan(0);
      for (const { blocks, relations } of told)
        for (const relation of relations) expect([relation, await blockedOn(relation)]).toEqual([relation, blocks]);
    });
  });
});

describe('no finding says that somebody waits where no row is read', () => {
  test.each([
    ['a new column that is NULL has nothing to look up', 'ALTER TABLE orders ADD COLUMN u int REFERENCES users (id)'],
    ['a constraint for new rows only', 'ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID'],
    ['an index that is there', 'ALTER TABLE orders ADD CONSTRAINT u UNIQUE USING INDEX orders_code'],
    ['a dropped column', 'ALTER TABLE orders DROP COLUMN total'],
    ['a dropped index', 'DROP INDEX orders_code'],
    ['a renamed table', 'ALTER TABLE orders RENAME TO purchases'],
    ['a new column with a constant', 'ALTER TABLE orders ADD COLUMN n int NOT NULL DEFAULT 1'],
  ])('%s', async (_, sql) => {
    expect(await impactsOf(sql)).toEqual([]);
    expect(await during(sql, async (rows) => rows)).toBe(0);
  });
});

describe('the relations of a finding', () => {
  const told = async (sql: string, major = 17): Promise<string[]> => {
    const input = { postgresMajor: major };
    const { findings } = await lintOf(changeSet([added('migrations/001_m.sql', sql)]), input);
    return findings.flatMap(({ rule, impact }) =>
      impact ? [`${rule}: ${impact.blocks} on ${impact.relations.join(', ')}`] : [],
    );
  };

  test('are those of its own part of a statement', async () => {
    const sql =
      'ALTER TABLE s.orders\n  ADD COLUMN grün int,\n  ADD CONSTRAINT a FOREIGN KEY (x) REFERENCES xs (id),\n' +
      '  ADD CONSTRAINT b CHECK (total > 0),\n  ADD CONSTRAINT c FOREIGN KEY (y) REFERENCES ys (id);';
    expect(await told(sql)).toEqual([
      'adding-foreign-key-constraint: writes on s.orders, xs',
      'constraint-missing-not-valid: reads and writes on s.orders',
      'adding-foreign-key-constraint: writes on s.orders, ys',
    ]);
  });

  test('are named as the SQL names them, and once', async () => {
    expect(await told('CREATE INDEX i ON public.orders (total);')).toEqual([
      'require-concurrent-index-creation: writes on public.orders',
    ]);
    expect(await told('VACUUM FULL orders, public.orders, app.orders;', 19)).toEqual([
      expect.stringMatching(/ on public\.orders, app\.orders$/),
    ]);
  });

  test('are none that the same file has made under the other of its names', async () => {
    const sql =
      'CREATE TABLE public.notes (id bigint PRIMARY KEY);\nALTER TABLE orders ADD FOREIGN KEY (n) REFERENCES notes (id);';
    expect(await told(sql)).toEqual(['adding-foreign-key-constraint: writes on orders']);
  });

  test('are none that the same file has made', async () => {
    const sql =
      'CREATE TABLE notes (id bigint PRIMARY KEY);\nALTER TABLE orders ADD FOREIGN KEY (n) REFERENCES notes (id);';
    expect(await told(sql)).toEqual(['adding-foreign-key-constraint: writes on orders']);
  });

  test('are several where a statement names several, and nobody is named where it names none', async () => {
    expect(await told('VACUUM FULL a, b;', 19)).toEqual(['prefer-repack: reads and writes on a, b']);
    expect(await told('VACUUM FULL;', 19)).toEqual([]);
    expect(await told('CLUSTER orders USING i;', 19)).toEqual(['prefer-repack: reads and writes on orders']);
    expect(await told('REINDEX INDEX orders_code;')).toEqual([]);
    expect(await told('REINDEX SCHEMA s;')).toEqual([]);
  });

  test('are not told of what a project takes for a note', async () => {
    const rules = { 'require-concurrent-index-creation': 'info' } as const;
    const change = changeSet([added('migrations/001_m.sql', 'CREATE INDEX i ON orders (total);')]);
    const { findings } = await lintOf(change, { policy: policy({ lint: { rules } }) });
    expect(findings).toMatchObject([{ severity: 'info' }]);
    expect(findings[0]).not.toHaveProperty('impact');
  });

  test('of a foreign key are the same where only the other rule speaks of it', async () => {
    const rules = { 'adding-foreign-key-constraint': 'off' } as const;
    const change = changeSet([added('migrations/001_m.sql', 'ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES bs (id);')]);
    const { findings } = await lintOf(change, { policy: policy({ lint: { rules } }) });
    expect(findings).toMatchObject([{ impact: { blocks: 'writes', relations: ['a', 'bs'] } }]);
  });
});
