import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Catalog, find, type ObjectKind } from '../../../src/postgres/catalog/catalog.ts';
import { compare, isSame } from '../../../src/postgres/catalog/compare.ts';
import { snapshot } from '../../../src/postgres/catalog/snapshot.ts';
import { createDatabase } from '../../../src/rehearsal/server/databases.ts';
import { withServer } from '../../support/postgres.ts';
import { type ScratchPostgres, startScratchPostgres, testMajors } from '../../support/scratch-postgres.ts';
import { inDatabase, run } from '../judgement/round-trip.ts';

/** One of every kind, in an order in which they can be made. */
const EVERYTHING: Readonly<Record<ObjectKind, string>> = {
  schema: 'create schema app; grant usage on schema app to catalog_reader',
  extension: 'create extension citext schema app',
  enum: "create type app.status as enum ('new', 'in progress', 'done')",
  domain: 'create domain app.positive as integer not null default 1',
  'domain constraint': 'alter domain app.positive add constraint above_zero check (value > 0)',
  'composite type': 'create type app.pair as (a integer, b text collate "C")',
  attribute: 'alter type app.pair add attribute c app.status',
  'range type': 'create type app.span as range (subtype = numeric)',
  type: 'create type app.shell',
  collation: 'create collation app.posix from "C"',
  function: `create function app.next(a integer, b app.status default 'new') returns integer language sql immutable strict security definer set search_path = app as $$ select a + 1 $$;
    revoke execute on function app.next(integer, app.status) from public`,
  procedure: 'create procedure app.nothing() language plpgsql as $$ begin end $$',
  aggregate: 'create aggregate app.total(integer) (sfunc = int4pl, stype = integer, initcond = 0)',
  table: `create table app.users (id bigint generated always as identity primary key, email app.citext unique, "Camel Case" text);
    create table app.orders (id bigserial, user_id bigint references app.users (id) on delete cascade deferrable, at date not null, state app.status default 'new') partition by range (at);
    create table app.orders_old partition of app.orders for values from (minvalue) to ('2020-01-01');
    create unlogged table app.scratch (like app.users) with (fillfactor = 50);
    create table app.child () inherits (app.users);
    alter table app.users enable row level security, force row level security, replica identity full`,
  column: `alter table app.users add twice integer generated always as (length("Camel Case") * 2) stored, alter email set statistics 77;
    comment on column app.users.email is 'where to reach them'; grant update (email) on app.users to catalog_reader`,
  constraint: 'alter table app.users add constraint short check (length("Camel Case") < 100) not valid',
  index:
    'create unique index half on app.users (lower("Camel Case") desc) include (id) where id > 0; create index whole on app.users ("Camel Case"); alter table app.users cluster on whole',
  'statistics object': 'create statistics app.together (ndistinct) on id, "Camel Case" from app.users',
  view: 'create view app.addresses with (security_barrier) as select email from app.users',
  'materialized view': 'create materialized view app.counts as select count(*) from app.users with no data',
  sequence: 'create sequence app.numbers as smallint increment 5 cycle',
  rule: 'create rule keep as on delete to app.scratch do instead nothing',
  trigger: `create function app.touch() returns trigger language plpgsql as $$ begin return new; end $$;
    create trigger touched before update on app.users for each row when (old.email is distinct from new.email) execute function app.touch();
    alter table app.users disable trigger touched`,
  policy:
    'create policy own on app.users as restrictive for update to catalog_reader using (id > 0) with check (id < 100)',
  'event trigger': `create function app.note() returns event_trigger language plpgsql as $$ begin end $$;
    create event trigger noted on ddl_command_end when tag in ('CREATE TABLE') execute function app.note()`,
  operator:
    'create operator app.=== (leftarg = integer, rightarg = integer, function = int4eq, commutator = operator(app.===))',
  'operator class':
    'create operator class app.odd for type integer using hash as operator 1 pg_catalog.=, function 1 hashint4(integer)',
  'operator family': 'create operator family app.family using btree',
  conversion: "create conversion app.conversion for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8",
  language: 'create language made handler plpgsql_call_handler',
  cast: 'create cast (app.pair as text) with inout as assignment',
  'text search configuration': 'create text search configuration app.german (copy = pg_catalog.german)',
  'text search dictionary': 'create text search dictionary app.plain (template = pg_catalog.simple)',
  'text search parser':
    'create text search parser app.parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)',
  'text search template': 'create text search template app.template (lexize = dsimple_lexize)',
  'foreign-data wrapper': 'create foreign data wrapper nowhere',
  server: "create server far foreign data wrapper nowhere options (host 'example.org', password 'hunter2')",
  'foreign table': 'create foreign table app.distant (id integer) server far',
  'user mapping': "create user mapping for catalog_reader server far options (password 'hunter2')",
  publication: "create publication changes for table app.users with (publish = 'insert')",
  subscription:
    "create subscription everything connection 'dbname=nowhere password=hunter2' publication changes with (connect = false, slot_name = none)",
  'security label': `set allow_system_table_mods = on;
    insert into pg_seclabel values ('app.users'::regclass, 'pg_class'::regclass, 0, 'guard', 'secret'); reset allow_system_table_mods`,
  'default privileges': 'alter default privileges in schema app grant select on tables to catalog_reader',
  setting: `do $$ begin execute format('alter database %I set app.jwt_secret = %L', current_database(), 'hunter2'); end $$`,
  database: `do $$ begin execute format('grant create on database %I to catalog_reader', current_database());
    execute format('alter database %I connection limit 50', current_database());
    execute format('comment on database %I is %L', current_database(), 'everything'); end $$`,
  role: 'alter role catalog_reader set work_mem = 64000',
};

/** In every database of the cluster, as they are. */
const ALWAYS: readonly ObjectKind[] = ['database', 'role'];

/** A database and what a rehearsal clones from it. */
async function cloned(server: ScratchPostgres): Promise<{ readonly original: Catalog; readonly clone: Catalog }> {
  const client = await server.connect('original');
  await run(
    client,
    `create table t (id serial primary key); grant create, temporary on database original to catalog_reader;
      alter database original connection limit 7; alter database original set work_mem = 64000;
      alter role catalog_reader in database original set search_path = app; comment on database original is 'shared'`,
  );
  const original = await snapshot(client);
  await client.end();
  const admin = await server.connect('cloner');
  const wanted = { name: 'the_clone', template: 'original', strategy: undefined };
  await createDatabase(admin, wanted, new AbortController().signal);
  await admin.end();
  const other = new Client(server.config('the_clone'));
  await other.connect();
  try {
    return { original, clone: await snapshot(other) };
  } finally {
    await other.end();
  }
}

describe.each(testMajors)('on Postgres $major', ({ major }) => {
  let server: ScratchPostgres;
  let everything: Client;
  beforeAll(async () => {
    server = await startScratchPostgres(major);
    everything = await server.connect('everything');
    await everything.query('create role catalog_reader');
    for (const [kind, sql] of Object.entries(EVERYTHING))
      await run(everything, sql).catch((error: Error) => {
        throw new Error(`${kind}: ${error.message}`);
      });
  });
  afterAll(() => server.stop());

  test('every kind of object is seen', async () => {
    const { objects } = await snapshot(everything);
    const kinds = new Set([...objects.values()].map(({ kind }) => kind));
    expect(Object.keys(EVERYTHING).filter((kind) => !kinds.has(kind as ObjectKind))).toEqual([]);
  });

  test('an empty database next to it differs in every kind, in added ones only', async () => {
    const full = await snapshot(everything);
    const difference = await inDatabase(server, async (client) => compare(await snapshot(client), full));
    expect(new Set(difference.added.map(({ kind }) => kind)).size).toBe(Object.keys(EVERYTHING).length - ALWAYS.length);
    expect([difference.dropped, difference.renamed]).toEqual([[], []]);
    expect(difference.changed.map(({ after, facts }) => [after.kind, facts.map(({ fact }) => fact)])).toEqual([
      ['database', ['connection limit', 'grants', 'comment']],
    ]);
  });

  test('two databases that were made alike are equal, value for value', async () => {
    const [a, b] = [
      await snapshot(everything),
      await inDatabase(server, async (client) => {
        for (const sql of Object.values(EVERYTHING)) await run(client, sql);
        return snapshot(client);
      }),
    ];
    expect(isSame(compare(a, b))).toBe(true);
    expect(b.objects).toEqual(a.objects);
    expect(b.columnOrder).toEqual(a.columnOrder);
  });

  test('no password leaves the snapshot', async () => {
    const { objects } = await snapshot(everything);
    expect(JSON.stringify([...objects.values()])).not.toContain('hunter2');
    expect(find({ objects } as never, 'server', 'far')?.facts['server options']).toBe(
      'host=example.org\npassword=(hidden)',
    );
  });

  test('what an extension brings is not ours', async () => {
    const { objects } = await snapshot(everything);
    expect([...objects.values()].filter(({ name }) => /citext/.test(name)).map(({ kind }) => kind)).toEqual([
      'extension',
    ]);
  });

  test('facts are told in words, names with their schema', async () => {
    const catalog = await snapshot(everything);
    expect(find(catalog, 'column', 'app.orders.state')?.facts).toEqual({
      type: 'app.status',
      default: "'new'::app.status",
    });
    expect(find(catalog, 'constraint', 'app.orders.orders_user_id_fkey')?.facts).toEqual({
      type: 'foreign key',
      definition: 'FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE DEFERRABLE',
    });
    expect(find(catalog, 'constraint', 'app.users.short')?.facts.validity).toBe('not valid');
    expect(find(catalog, 'index', 'app.half')).toMatchObject({
      table: 'app.users',
      facts: {
        unique: 'unique',
        definition: 'btree (lower("Camel Case") DESC) INCLUDE (id) WHERE (id > 0)',
      },
    });
    expect(find(catalog, 'table', 'app.users')?.facts).toMatchObject({
      'row level security': 'enabled and forced',
      'replica identity': 'full',
    });
    expect(find(catalog, 'sequence', 'app.users_id_seq')?.facts['identity of']).toBe('app.users.id');
    expect(find(catalog, 'trigger', 'app.users.touched')?.facts.enabled).toBe('disabled');
    expect(find(catalog, 'policy', 'app.users.own')?.facts).toEqual({
      mode: 'restrictive',
      command: 'UPDATE',
      roles: 'catalog_reader',
      using: '(id > 0)',
      'with check': '(id < 100)',
    });
    expect(find(catalog, 'enum', 'app.status')?.facts.labels).toBe('new\nin progress\ndone');
    // A primary key is neither an index nor a NOT NULL constraint of its own.
    expect(find(catalog, 'index', 'app.users_pkey')).toBeUndefined();
    expect(
      [...catalog.objects.values()]
        .filter(({ table, kind }) => table === 'app.users' && kind === 'constraint')
        .map(({ path }) => path.at(-1))
        .sort(),
    ).toEqual(['short', 'users_email_key', 'users_pkey']);
  });

  test('the session is as it was, in a transaction as outside of one', async () => {
    const state = `select current_setting('search_path') as path, current_setting('timezone') as zone, current_setting('transaction_isolation') as isolation`;
    await everything.query("set search_path = app, public; set timezone = 'Europe/Paris'");
    const outside = (await everything.query(state)).rows;
    const expected = await snapshot(everything);
    expect((await everything.query(state)).rows).toEqual(outside);
    await everything.query('begin; set local search_path = app; create table app.uncommitted (id int)');
    const inside = (await everything.query(state)).rows;
    const seen = await snapshot(everything);
    expect((await everything.query(state)).rows).toEqual(inside);
    expect(find(seen, 'table', 'app.uncommitted')).toBeDefined();
    await everything.query('rollback; reset search_path; reset timezone');
    expect((await snapshot(everything)).objects).toEqual(expected.objects);
    expect(everything.getTransactionStatus()).toBe('I');
  });

  test('a failed transaction stays the failed transaction of the caller', async () => {
    await everything.query('begin; select 1/0').catch(() => {});
    await expect(snapshot(everything)).rejects.toThrow(/current transaction is aborted/);
    expect(everything.getTransactionStatus()).toBe('E');
    await everything.query('rollback');
  });

  test('schemas and relations can be left out, with their parts', async () => {
    const { objects } = await inDatabase(server, async (client) => {
      await run(
        client,
        'create schema lockstep; create table lockstep.runs (id serial primary key); create table history (id serial primary key); create index on history (id); create table kept (id int)',
      );
      return snapshot(client, {
        ignoreSchemas: ['lockstep'],
        ignoreRelations: ['public.history'],
        ignoreRoles: ['postgres'],
      });
    });
    expect([...objects.keys()]).toEqual([
      'schema public',
      'extension plpgsql',
      'table public.kept',
      'column public.kept.id',
      'setting work_mem of role catalog_reader in every database',
      'database (this one)',
      'role catalog_reader',
    ]);
  });

  test('what databases share can be left out', async () => {
    const { objects } = await snapshot(everything, { ignoreRoles: 'all' });
    expect([...objects.keys()].filter((key) => /^role|in every database$/.test(key))).toEqual([]);
    expect(find({ objects } as never, 'setting', 'app.jwt_secret')?.facts.value).toBe('(hidden)');
  });

  test('a clone is equal to its template, roles and database included', async () => {
    const { original, clone } = await cloned(server);
    expect(isSame(compare(original, clone))).toBe(true);
    expect(clone.objects).toEqual(original.objects);
    expect(find(clone, 'database', '(this one)')?.facts).toMatchObject({ comment: 'shared', 'connection limit': '7' });
  });

  test('a snapshot of 200 tables takes a fraction of a second', async () => {
    const fastest = await inDatabase(server, async (client) => {
      await run(
        client,
        `do $$ begin for i in 1..200 loop execute format('create table t%s (id serial primary key, a text not null default 1, b int check (b > 0), c date)', i);
          execute format('create index on t%s (a, b)', i); end loop; end $$`,
      );
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const start = performance.now();
        await snapshot(client);
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    });
    expect(fastest).toBeLessThan(200);
  });

  test('an ordinary role can take a snapshot', async () => {
    await run(everything, 'set role catalog_reader');
    const seen = await snapshot(everything);
    await run(everything, 'reset role');
    expect(seen.objects).toEqual((await snapshot(everything)).objects);
  });
});

test('a copied server gives the same OIDs to other objects, and nothing is taken for renamed', async () => {
  await withServer(async ({ server, connect }) => {
    await server.createDatabase('base');
    const copy = await server.copy();
    if (copy === undefined) throw new Error('no copy');
    const made = async (client: Client, sql: string): Promise<Catalog> => {
      await client.query(sql);
      const catalog = await snapshot(client);
      await client.end();
      return catalog;
    };
    const here = await made(await connect('base'), 'create table orders (id int)');
    const there = await made(await connect('base', copy.admin('base')), 'create table letters (id int)');
    // The test means something only when they do collide.
    expect(here.identities.get('table public.orders')).toBe(there.identities.get('table public.letters'));
    const difference = compare(here, there);
    expect(difference.renamed).toEqual([]);
    expect(difference.added.map(({ name }) => name)).toEqual(['public.letters', 'public.letters.id']);
  });
});
