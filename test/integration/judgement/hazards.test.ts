import { DatabaseError } from 'pg';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { runningCodeRules } from '../../../src/judgement/running-code-rules.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { findingSchema } from '../../../src/report/model.ts';
import { edgeMajors, type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';
import { judgedChanges, places } from './change-set.ts';
import { inDatabase, run } from './round-trip.ts';

/** Holds each hazard once already: what was there before is nobody's news. */
const SETUP = `
  create table users (id int primary key, email text, org_id int);
  create table orders (id bigint primary key, user_id int references users (id), total numeric(10,2), at timestamp);
  create table logs (line text);
  create index logs_1 on logs (line);
  create index logs_2 on logs (line);
  alter table logs enable row level security;
  create policy old on orders using (true);
  create function admin() returns boolean language sql security definer as 'select true';
  grant select on logs to public;
  alter table users add constraint old_check check (id > 0) not valid;
  create table items (id serial primary key);
  create table events (id bigint, at date, primary key (id, at)) partition by range (at);
  create table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');
`;

interface Case {
  readonly name: string;
  readonly migrations: readonly string[];
  readonly found: readonly string[];
  readonly says?: readonly string[];
}

const one = (name: string, sql: string, found: readonly string[] = [], ...says: string[]): Case => ({
  name,
  migrations: [sql],
  found,
  says,
});
const several = (name: string, migrations: readonly string[], found: readonly string[] = []): Case => ({
  name,
  migrations,
  found,
});

const references: readonly Case[] = [
  one(
    'a foreign key that cascades, without an index',
    'select 1;\nalter table logs add column user_id int references users (id) on delete cascade',
    ['warn 1.sql:2 foreign-key-without-index'],
    'Constraint logs_user_id_fkey on public.logs: no index begins with user_id, so each DELETE on public.users reads all of public.logs, for ON DELETE CASCADE.',
  ),
  one(
    'on a new table it is a note',
    'create table notes (id int primary key, user_id int references users (id) on delete cascade)',
    ['info 1.sql:1 foreign-key-without-index'],
  ),
  one(
    'one that refuses deletes as well',
    'create table notes (id int primary key, user_id int references users (id))',
    ['info 1.sql:1 foreign-key-without-index'],
  ),
  one(
    'a partial index, an expression, the second column of an index, an index of another method',
    'create table notes (id int primary key, user_id int references users (id), at date, tags int[]);\ncreate index on notes (user_id) where at is null;\ncreate index on notes (abs(user_id));\ncreate index on notes (at, user_id);\ncreate index on notes using brin (user_id)',
    ['info 1.sql:1 foreign-key-without-index'],
  ),
  one(
    'the index of a foreign key that was there is dropped',
    'create index i on orders (user_id);\ndrop index i;\nalter table orders add column item_id int references items (id);\ncreate index on orders (item_id)',
  ),
  one(
    'an index on it',
    'create table notes (id int primary key, user_id int references users (id)); create index on notes (user_id, id)',
  ),
  one(
    'the primary key begins with it',
    'create table members (user_id int references users (id), org_id int, primary key (user_id, org_id))',
  ),
  one(
    'several columns in another order',
    'create table pairs (a int, b int, primary key (a, b)); create table notes (id int primary key, x int, y int, foreign key (x, y) references pairs (a, b)); create index on notes (y, x, id)',
  ),
  one(
    'a hash index',
    'create table notes (id int primary key, user_id int references users (id)); create index on notes using hash (user_id)',
  ),
  one(
    'an index of all that is not NULL',
    'create table notes (id int primary key, user_id int references users (id)); create index on notes (user_id) where user_id is not null',
  ),
  one(
    'names in quotes',
    'create table "My Notes" (id int primary key, "User, Id" int references users (id)); create index on "My Notes" ("User, Id")',
  ),
  several('the index comes in a migration of its own', [
    'create table notes (id int primary key, user_id int references users (id) on delete cascade)',
    'create index concurrently on notes (user_id)',
  ]),
  one(
    'a key grows beyond what refers to it',
    'select 1;\nalter table users alter column id type bigint',
    ['warn 1.sql:2 narrower-reference'],
    'Column public.orders.user_id is integer and refers to public.users.id, which is bigint: keys beyond 2147483647 cannot be referred to (22003).',
  ),
  one(
    'a serial column grows beyond its sequence',
    'alter table items alter column id type bigint',
    ['warn 1.sql:1 narrower-reference'],
    'Column public.items.id is bigint, but sequence public.items_id_seq is integer and ends at 2147483647: nextval fails there (2200H).',
  ),
  one(
    'the sequence grows as well',
    'alter table items alter column id type bigint; alter sequence items_id_seq as bigint',
  ),
  one('a narrow sequence of a narrow column', 'create table small (id serial primary key)'),
];

const keys: readonly Case[] = [
  one('a new table without a primary key', 'create table notes (line text)', [
    'info 1.sql:1 table-without-primary-key',
  ]),
  one(
    'one that a publication covers',
    'create publication everything for all tables; create table notes (line text)',
    ['block 1.sql:1 table-without-primary-key', 'warn 1.sql:1 table-without-primary-key'],
    'Table public.notes has no primary key, and a publication covers it: UPDATE and DELETE on it fail (55000).',
  ),
  one(
    'with a replica identity',
    'create table notes (line text not null unique); alter table notes replica identity using index notes_line_key',
  ),
  one('full', 'create table notes (line text); alter table notes replica identity full'),
  one(
    'a partition, an unlogged and a temporary table',
    "create table events_2021 partition of events for values from ('2021-01-01') to ('2022-01-01'); create unlogged table cache (line text); create temp table t (line text)",
  ),
  one(
    'a primary key is dropped',
    'alter table orders drop constraint orders_pkey',
    ['warn 1.sql:1 primary-key-dropped'],
    'Nothing identifies the rows of table public.orders any more: its primary key or replica identity has gone.',
  ),
  one(
    'of a published table',
    'create publication sent for table orders;\nalter table orders drop constraint orders_pkey',
    ['block 1.sql:2 primary-key-dropped'],
  ),
  one('a replica identity of nothing', 'alter table orders replica identity nothing', [
    'warn 1.sql:1 primary-key-dropped',
  ]),
  one(
    'a publication of other tables, and of inserts alone',
    "create publication sent for table users; create publication new for table orders with (publish = 'insert'); alter table orders drop constraint orders_pkey",
    ['warn 1.sql:1 primary-key-dropped'],
  ),
  one(
    'a key that is exchanged',
    'create unique index k on orders (id); alter table orders drop constraint orders_pkey, add constraint orders_pkey primary key using index k',
  ),
  one('a table that is renamed', 'alter table logs rename to lines'),
];

const indexes: readonly Case[] = [
  one(
    'the beginning of another one',
    'create index a on orders (user_id);\ncreate index b on orders (user_id, total)',
    ['info 1.sql:1 redundant-index'],
    'Index public.a on public.orders (user_id) is the beginning of index public.b on public.orders (user_id, total).',
  ),
  one(
    'a twin of a key',
    'create index a on orders (id)',
    ['info 1.sql:1 redundant-index'],
    'is the same as constraint orders_pkey on public.orders: (id).',
  ),
  one('twins: one of them', 'create index a on orders (at);\ncreate index b on orders (at)', [
    'info 1.sql:2 redundant-index',
  ]),
  one(
    'other rows, another order, another operator class, another method',
    'create index a on orders (user_id); create index b on orders (user_id, total) where total > 0; create index c on orders (user_id desc, at); create index d on users (email); create index e on users (email text_pattern_ops, id); create index f on orders using hash (user_id)',
  ),
  one(
    'a unique one beside a wider one',
    'create unique index a on users (email); create index b on users (email, id)',
    [],
  ),
  one(
    'one that brings more columns',
    'create index a on orders (user_id) include (total); create index b on orders (user_id, at)',
  ),
  one('left invalid, on a parent alone', 'create index a on only events (at)', ['warn 1.sql:1 index-invalid']),
  several('made valid by a later migration', [
    'create index a on only events (at)',
    'create index p on events_2020 (at); alter index a attach partition p',
  ]),
];

const others: readonly Case[] = [
  one(
    'a constraint that nobody validates',
    'select 1;\nalter table orders add constraint c check (total > 0) not valid',
    ['info 1.sql:2 constraint-not-validated'],
  ),
  several('validated by the next migration', [
    'alter table orders add constraint c check (total > 0) not valid',
    'alter table orders validate constraint c',
  ]),
  one(
    'row-level security without a policy',
    'alter table users enable row level security',
    ['warn 1.sql:1 row-security-without-policy'],
    'all roles but the owner find no row in it',
  ),
  one(
    'forced',
    'alter table users enable row level security;\nalter table users force row level security',
    ['warn 1.sql:2 row-security-without-policy'],
    'every role, the owner too',
  ),
  one('the last policy is dropped', 'alter table orders enable row level security;\ndrop policy old on orders', [
    'warn 1.sql:2 row-security-without-policy',
  ]),
  several('a policy in the next migration', [
    'alter table users enable row level security',
    'create policy all_of_them on users using (true)',
  ]),
  one(
    'a policy that is not in force',
    'select 1;\ncreate policy own on users using (true)',
    ['warn 1.sql:2 policy-not-in-force'],
    'Policy own on public.users does nothing',
  ),
  one('a policy that is', 'create policy own on users using (true); alter table users enable row level security'),
  one(
    'SECURITY DEFINER without a path',
    "create function f() returns int language sql security definer as 'select 1'",
    ['warn 1.sql:1 security-definer-search-path'],
  ),
  one('with one', "create function f() returns int language sql security definer set search_path = '' as 'select 1'"),
  one(
    'with one that comes after',
    "create function f() returns int language sql security definer as 'select 1'; alter function f() set search_path = pg_catalog, pg_temp",
  ),
  one(
    'with a body that is bound',
    'create function f() returns int language sql security definer begin atomic select 1; end',
  ),
  one(
    'SET search_path in the body does not count',
    'create function f() returns int language plpgsql security definer as $$ begin\n SET search_path TO x;\n return 1; end $$',
    ['warn 1.sql:1 security-definer-search-path'],
  ),
  one(
    'another body of one that was there',
    "create or replace function admin() returns boolean language sql security definer as 'select false'",
  ),
  one(
    'a right for everybody',
    'grant select, insert on users to public',
    ['warn 1.sql:1 granted-to-public'],
    'Every role has INSERT and SELECT on table public.users',
  ),
  one('one more of them', 'grant insert on logs to public', ['warn 1.sql:1 granted-to-public']),
  one(
    'what Postgres grants anyway',
    "create function g() returns int language sql as 'select 1'; grant execute on function g() to public",
  ),
  one(
    'a number loses its fraction',
    'alter table orders alter column total type int',
    ['warn 1.sql:1 values-cut-off'],
    'column public.orders.total numeric(10,2) -> integer keeps only what fits',
  ),
  one('a time loses its hour', 'alter table orders alter column at type date', ['warn 1.sql:1 values-cut-off']),
  one(
    'types that fit or fail',
    'alter table orders alter column total type numeric(12,2), alter column user_id type bigint; alter table users alter column id type bigint; alter table users alter column email type varchar(10)',
  ),
];

describe.each(edgeMajors)('hazards on Postgres $major', ({ major }) => {
  let server: ScratchPostgres;
  beforeAll(async () => {
    await loadParser();
    server = await startScratchPostgres(major);
  });
  afterAll(() => server.stop());

  describe.each([
    ['foreign keys', references],
    ['keys', keys],
    ['indexes', indexes],
    ['the rest', others],
  ] as const)('%s', (_, cases) => {
    test.each(cases)('$name', async ({ migrations, found, says = [] }) => {
      const all = await judgedChanges(server, SETUP, migrations);
      const findings = all.filter(({ rule }) => !(rule in runningCodeRules));
      expect(places(findings)).toEqual(found);
      const text = findings.map(({ message }) => message).join('\n');
      for (const words of says) expect(text).toContain(words);
      for (const finding of findings) expect(findingSchema.safeParse(finding).error).toBeUndefined();
    });
  });

  describe('what the rules say of Postgres', () => {
    const failure = (work: Promise<unknown>): Promise<string | undefined> =>
      work.then(
        () => 'ok',
        (error: unknown) => (error instanceof DatabaseError ? error.code : String(error)),
      );

    it.each([
      ['on notes (user_id) where user_id is not null', 1],
      ['on notes (user_id)', 1],
      ['on notes (user_id) where at is null', 0],
      ['on notes (at, user_id)', 0],
    ])('the check of a foreign key reads an index %s: %i', async (index, reads) => {
      await inDatabase(server, async (client) => {
        await run(client, SETUP);
        await run(
          client,
          'create table notes (id int primary key, user_id int references users (id) on delete cascade, at date)',
        );
        await run(client, 'insert into users (id) select generate_series(1, 3000)');
        await run(client, "insert into notes select n, n, date '2020-01-01' + n from generate_series(1, 3000) n");
        await run(client, [`create index ${index}`, 'analyze notes', 'begin']);
        const scans = async (): Promise<{ seq: number; idx: number }> => {
          const text =
            "select seq_scan, coalesce(idx_scan, 0) as idx_scan from pg_stat_xact_user_tables where relname = 'notes'";
          const [row] = (await client.query<{ seq_scan: string; idx_scan: string }>(text)).rows;
          return { seq: Number(row?.seq_scan), idx: Number(row?.idx_scan) };
        };
        const before = await scans();
        await client.query('delete from users where id = 7');
        const after = await scans();
        expect([after.idx - before.idx, after.seq - before.seq]).toEqual([reads, 1 - reads]);
      });
    });

    it('an UPDATE on a published table without identity fails, and a narrow sequence ends', async () => {
      await inDatabase(server, async (client) => {
        await run(client, SETUP);
        await run(client, 'create publication sent for table logs; insert into logs values (1)');
        expect(await failure(client.query('update logs set line = 2'))).toBe('55000');
        await run(client, "alter table items alter column id type bigint; select setval('items_id_seq', 2147483647)");
        expect(await failure(client.query('insert into items default values'))).toBe('2200H');
      });
    });
  });
});
