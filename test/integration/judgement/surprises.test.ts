import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { surprises } from '../../../src/judgement/surprises.ts';
import { snapshot } from '../../../src/postgres/catalog/snapshot.ts';
import { loadParser, parseSql } from '../../../src/project/sql.ts';
import { type Finding, findingSchema } from '../../../src/report/model.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';
import { inDatabase, run } from './round-trip.ts';

const SETUP = `
  create type order_status as enum ('new', 'done');
  create table users (id bigint primary key, email text, state order_status default 'new');
  create table orders (id bigint primary key, user_id bigint references users (id), status order_status, total numeric, note text);
  create index orders_status_idx on orders (status);
  create index orders_user_note_idx on orders (user_id, note);
  create view open_orders as select id, total from orders where status = 'new';
  create view open_totals as select sum(total) as total from open_orders;
  create function price(o orders) returns numeric language sql as $$ select o.total $$;
  create sequence numbers;
  create table invoices (id bigint default nextval('numbers'), order_id bigint);
  create table events (id bigint, at date) partition by range (at);
  create table events_2020 partition of events for values from ('2020-01-01') to ('2021-01-01');
  create table leavings (id int);
  alter table leavings owner to leaver;
  create schema legacy;
  create table legacy.accounts (id int primary key);
  create table bonuses (account_id int references legacy.accounts (id));
  create schema code;
  create operator code.=== (leftarg = int, rightarg = int, function = int4eq);
  create operator class code.odd for type int using hash as operator 1 pg_catalog.=, function 1 hashint4(int);
  create conversion code.c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
  create text search configuration code.german (copy = pg_catalog.german);
  create text search template code.template (lexize = dsimple_lexize);
  create text search dictionary code.dictionary (template = pg_catalog.simple);
  create text search parser code.parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
  create language made handler plpgsql_call_handler;
  create schema plain;
  create function plain.one() returns int language sql as $$ select 1 $$;
  create extension citext schema code;
  create table code.labels (name code.citext, tag text);
  alter table code.labels set schema public;
`;

let server: ScratchPostgres;
beforeAll(async () => {
  await loadParser();
  server = await startScratchPostgres();
  await inDatabase(server, (client) => run(client, 'create role leaver'));
});
afterAll(() => server.stop());

function surprised(setup: string, script: string, searchPath?: readonly string[]): Promise<Finding[]> {
  return inDatabase(server, async (client) => {
    await run(client, setup);
    const before = await snapshot(client);
    await run(client, script);
    const { statements = [] } = parseSql(script);
    return surprises({
      path: 'db/1.sql',
      statements,
      before,
      after: await snapshot(client),
      ...(searchPath && { searchPath }),
    });
  });
}

const brief = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ severity, line, message }) => `${severity} ${line}: ${message}`);

interface Case {
  readonly name: string;
  readonly script: string;
  readonly expected: readonly string[];
  readonly searchPath?: readonly string[];
}

const dropped: readonly Case[] = [
  {
    name: "a type's CASCADE takes columns of two tables, and what hangs on them",
    script: 'select 1;\ndrop type order_status cascade;',
    expected: [
      'block 2: `drop type order_status cascade` also drops column public.orders.status, column public.users.state, view public.open_orders and view public.open_totals, which no statement of this migration names.',
    ],
  },
  {
    name: "a table's CASCADE takes a foreign key of another table",
    script: 'drop table users cascade',
    expected: [
      'block 1: `drop table users cascade` also drops constraint orders_user_id_fkey on public.orders, which no statement of this migration names.',
    ],
  },
  {
    name: "a table's CASCADE takes views and functions",
    script: 'drop table orders cascade',
    expected: [
      'warn 1: `drop table orders cascade` also drops view public.open_orders, view public.open_totals and function public.price(public.orders), which no statement of this migration names.',
    ],
  },
  {
    name: "a column's CASCADE takes views; its indexes go naturally",
    script: 'alter table orders drop column status cascade',
    expected: [
      'warn 1: `alter table orders drop column status cascade` also drops view public.open_orders and view public.open_totals, which no statement of this migration names.',
    ],
  },
  {
    name: "a constraint's CASCADE takes the foreign keys that need it",
    script: 'alter table users drop constraint users_pkey cascade',
    expected: [
      'block 1: `alter table users drop constraint users_pkey cascade` also drops constraint orders_user_id_fkey on public.orders, which no statement of this migration names.',
    ],
  },
  {
    name: "a sequence's CASCADE takes a column's default",
    script: 'drop sequence numbers cascade',
    expected: [
      'warn 1: `drop sequence numbers cascade` also drops the default of column public.invoices.id, which no statement of this migration names.',
    ],
  },
  {
    name: 'a partitioned table takes its partitions, without CASCADE',
    script: 'drop table events',
    expected: [
      'warn 1: `drop table events` also drops table public.events_2020, which no statement of this migration names.',
    ],
  },
  {
    name: "a schema's CASCADE takes what is in the schema, and reaches beyond it",
    script: 'drop schema legacy cascade',
    expected: [
      'block 1: `drop schema legacy cascade` also drops table legacy.accounts and constraint bonuses_account_id_fkey on public.bonuses, which no statement of this migration names.',
    ],
  },
  {
    name: 'a whole schema: the tables first, and a long list is cut',
    script: 'drop schema public cascade; create schema public',
    expected: [
      'block 1: `drop schema public cascade` also drops table public.bonuses, table public.events, table public.invoices, table public.labels, table public.leavings, table public.orders, table public.users, table public.events_2020 and 5 more, which no statement of this migration names.',
    ],
  },
  {
    name: 'a schema that is made anew with the same tables: what they held has gone',
    script:
      'drop schema legacy cascade; create schema legacy; create table legacy.accounts (id int primary key); alter table bonuses add constraint bonuses_account_id_fkey foreign key (account_id) references legacy.accounts (id)',
    expected: [
      'block 1: `drop schema legacy cascade` also drops what table legacy.accounts held (it is made anew), which no statement of this migration names.',
    ],
  },
  {
    name: 'a schema without data',
    script: 'drop schema plain cascade',
    expected: [
      'warn 1: `drop schema plain cascade` also drops function plain.one(), which no statement of this migration names.',
    ],
  },
  {
    name: 'an extension takes the columns of its types',
    script: 'drop extension citext cascade',
    expected: [
      'block 1: `drop extension citext cascade` also drops column public.labels.name, which no statement of this migration names.',
    ],
  },
  {
    name: 'all that a role owns',
    script: 'drop owned by leaver',
    expected: [
      'block 1: `drop owned by leaver` also drops table public.leavings, which no statement of this migration names.',
    ],
  },
  {
    name: 'a column that is altered before its type takes it along',
    script: "alter table orders alter status set default 'new'; drop type order_status cascade",
    expected: [
      'block 1: `drop type order_status cascade` also drops column public.orders.status, column public.users.state, view public.open_orders and view public.open_totals, which no statement of this migration names.',
    ],
  },
  {
    name: 'a body of code that mentions a table is no excuse for CASCADE',
    script: "do $$ begin raise notice 'accounts'; end $$; drop table bonuses; drop schema legacy cascade",
    expected: [
      'block 1: `drop schema legacy cascade` also drops table legacy.accounts, which no statement of this migration names.',
    ],
  },
  {
    name: 'a DO block that composes the name',
    script: "do $$ begin execute 'drop table in' || 'voices'; end $$",
    expected: [
      "block 1: `do $$ begin execute 'drop table in' || 'voices'; end $$` also drops table public.invoices, which no statement of this migration names.",
    ],
  },
  {
    name: 'each loss is laid to the statement that it hangs on',
    script: 'drop table invoices cascade;\ndrop view open_orders cascade;\ndrop table users cascade;',
    expected: [
      'warn 2: `drop view open_orders cascade` also drops view public.open_totals, which no statement of this migration names.',
      'block 3: `drop table users cascade` also drops constraint orders_user_id_fkey on public.orders, which no statement of this migration names.',
    ],
  },
  {
    name: 'a function that drops something unheard of',
    script:
      "create function tidy() returns void language plpgsql as $$ begin execute 'drop table ' || 'invoices'; end $$;\nselect tidy();",
    expected: [
      'block 2: `select tidy()` also drops table public.invoices, which no statement of this migration names.',
    ],
  },
];

const natural: readonly (readonly [name: string, script: string])[] = [
  ['a table with all its parts', 'drop table invoices; drop table bonuses'],
  ['a column with its indexes over several columns, and its foreign key', 'alter table orders drop column user_id'],
  ['every dependent named first', 'drop view open_totals, open_orders; drop function price(orders); drop table orders'],
  ['named with its schema, and in capitals', 'DROP VIEW public.open_totals; DROP VIEW "public"."open_orders"'],
  [
    'found by a search path that the script sets',
    'set local search_path = legacy; alter table public.bonuses drop constraint bonuses_account_id_fkey; drop table accounts',
  ],
  [
    'renamed, then dropped by the new name',
    'alter table invoices rename to bills; alter table bills rename column order_id to o; alter table bills drop column o; drop table bills',
  ],
  [
    'renamed or moved',
    'alter table orders rename to sales; alter table sales rename column note to remark; alter table invoices set schema legacy; alter type order_status rename to state',
  ],
  ['code dropped in a DO block that names it', "do $$ begin execute 'drop view open_totals'; end $$"],
  ['an empty schema', 'drop table bonuses; drop table legacy.accounts; drop schema legacy cascade'],
  [
    'an operator, an operator class and family, a conversion, text search, a language',
    'drop operator code.=== (int, int); drop operator class code.odd using hash; drop operator family code.odd using hash; drop conversion code.c; drop text search configuration code.german; drop text search dictionary code.dictionary; drop text search parser code.parser; drop text search template code.template; drop language made',
  ],
  [
    'two tables that change names in a block',
    'do $$ begin alter table invoices rename to x; alter table leavings rename to invoices; alter table x rename to leavings; end $$',
  ],
  ['a default taken by name', 'alter table invoices alter id drop default'],
  [
    'an index that becomes a constraint',
    'create unique index users_email_key on users (email); alter table users add constraint one_email unique using index users_email_key',
  ],
  [
    'dropped and made again',
    'drop view open_totals; create view open_totals as select sum(total) as total from open_orders',
  ],
  ['a partition detached', 'alter table events detach partition events_2020'],
  ['a column of a partitioned table', 'alter table events drop column id'],
  ['a table that a role owns, named before', 'drop table leavings; drop owned by leaver'],
];

const hidden: readonly Case[] = [
  {
    name: 'a table in a DO block',
    script: "do $$ begin execute 'drop table invoices'; end $$",
    expected: [
      "warn 1: `do $$ begin execute 'drop table invoices'; end $$` drops table public.invoices inside a DO block, where no linter looks.",
    ],
  },
  {
    name: 'a table whose name is plain and whose DROP is not',
    script: "select 1 from orders;\ndo $$ begin execute 'drop ta' || 'ble invoices'; end $$",
    expected: [
      "warn 2: `do $$ begin execute 'drop ta' || 'ble invoices'; end $$` drops table public.invoices inside a DO block, where no linter looks.",
    ],
  },
  {
    name: 'a column, with its indexes',
    script: 'select count(note) from orders;\ndo $$ begin alter table orders drop column note; end $$',
    expected: [
      'warn 2: `do $$ begin alter table orders drop column note; end $$` drops column public.orders.note inside a DO block, where no linter looks.',
    ],
  },
  {
    name: 'a table that is renamed before',
    script: 'alter table invoices rename to bills; do $$ begin drop table bills; end $$',
    expected: [
      'warn 1: `do $$ begin drop table bills; end $$` drops table public.invoices inside a DO block, where no linter looks.',
    ],
  },
  {
    name: 'a table that is made anew',
    script: 'do $$ begin drop table invoices; create table invoices (id bigint, order_id bigint); end $$',
    expected: [
      'warn 1: `do $$ begin drop table invoices; create table invoices (id bigint, order_id big…` drops what table public.invoices held (it is made anew) inside a DO block, where no linter looks.',
    ],
  },
  {
    name: 'in a procedure',
    script:
      "create procedure code.drop_table(t text) language plpgsql as $$ begin execute 'drop table ' || t; end $$;\ncall code.drop_table('invoices')",
    expected: [
      "warn 2: `call code.drop_table('invoices')` drops table public.invoices inside a procedure, where no linter looks.",
    ],
  },
];

const unchanged: readonly Case[] = [
  {
    name: 'a table with a wrong name',
    script: 'drop table if exists invoice',
    expected: [
      'warn 1: There is no table public.invoice: IF EXISTS passed it over in silence. Did you mean table public.invoices?',
    ],
  },
  {
    name: 'a table in another schema',
    script: 'drop table if exists accounts',
    expected: [
      'warn 1: There is no table public.accounts: IF EXISTS passed it over in silence. Did you mean table legacy.accounts?',
    ],
  },
  {
    name: 'a column, a constraint, an index, a trigger on a table that exists',
    script: `alter table orders drop column if exists notes,
  drop constraint if exists orders_user_fkey;
drop index if exists orders_statuses_idx;
drop trigger if exists touched on orders;`,
    expected: [
      'warn 1: There is no column public.orders.notes: IF EXISTS passed it over in silence. Did you mean column public.orders.note?',
      'warn 1: There is no constraint public.orders.orders_user_fkey: IF EXISTS passed it over in silence. Did you mean constraint orders_user_id_fkey on public.orders?',
      'warn 3: There is no index public.orders_statuses_idx: IF EXISTS passed it over in silence. Did you mean index public.orders_status_idx on public.orders?',
      'warn 4: There is no trigger public.orders.touched: IF EXISTS passed it over in silence.',
    ],
  },
  {
    name: 'a table that is missing is one mistake',
    script: 'alter table if exists order drop column if exists a, drop column if exists b;'.replace(
      'order ',
      '"order" ',
    ),
    expected: [
      'warn 1: There is no relation public.order: IF EXISTS passed it over in silence. Did you mean table public.orders?',
    ],
  },
  {
    name: 'a quoted name in capitals',
    script: 'drop view if exists "Open_Orders"',
    expected: [
      'warn 1: There is no view public.Open_Orders: IF EXISTS passed it over in silence. Did you mean view public.open_orders?',
    ],
  },
  {
    name: 'a function with other arguments, which stays',
    script:
      'drop function if exists price(bigint);\ncreate function price(o bigint) returns numeric language sql as $$ select 1.0 $$;',
    expected: [
      'warn 1: There is no function public.price(bigint): IF EXISTS passed it over in silence. Did you mean function public.price(public.orders)?',
    ],
  },
  {
    name: 'types, sequences, extensions, schemas',
    script:
      'drop type if exists orders_status;\ndrop sequence if exists nummers;\ndrop extension if exists hstore;\ndrop schema if exists legasy;',
    expected: [
      'warn 1: There is no type public.orders_status: IF EXISTS passed it over in silence. Did you mean enum public.order_status?',
      'warn 2: There is no sequence public.nummers: IF EXISTS passed it over in silence. Did you mean sequence public.numbers?',
      'warn 3: There is no extension hstore: IF EXISTS passed it over in silence.',
      'warn 4: There is no schema legasy: IF EXISTS passed it over in silence. Did you mean schema legacy?',
    ],
  },
  {
    name: 'a search path that is given',
    script: 'drop table if exists account',
    searchPath: ['legacy', 'public'],
    expected: [
      'warn 1: There is no table legacy.account: IF EXISTS passed it over in silence. Did you mean table legacy.accounts?',
    ],
  },
  {
    name: 'a table that exists otherwise',
    script: 'create table if not exists invoices (id bigint primary key, order_id integer, paid boolean not null)',
    expected: [
      'warn 1: table public.invoices existed already with column id nullable, not NOT NULL, with column order_id of type bigint, not integer, without column paid; IF NOT EXISTS left it as it is.',
    ],
  },
  {
    name: 'a view where a table is wanted',
    script: 'create table if not exists open_orders (id bigint)',
    expected: ['warn 1: view public.open_orders existed already as a view; IF NOT EXISTS left it as it is.'],
  },
  {
    name: 'a column that exists with another type',
    script: 'alter table orders add column if not exists note varchar(20)',
    expected: [
      'warn 1: column public.orders.note existed already of type text, not character varying(20); IF NOT EXISTS left it as it is.',
    ],
  },
  {
    name: 'an index that exists on other columns, or not unique',
    script:
      'create index if not exists orders_status_idx on orders (status, total);\ncreate unique index if not exists orders_user_note_idx on orders (user_id, note);',
    expected: [
      'warn 1: index public.orders_status_idx on public.orders existed already on (status), not (status, total); IF NOT EXISTS left it as it is.',
      'warn 2: index public.orders_user_note_idx on public.orders existed already and is not unique; IF NOT EXISTS left it as it is.',
    ],
  },
];

const effective: readonly (readonly [name: string, script: string])[] = [
  [
    'what exists is dropped',
    'drop view if exists open_totals; drop index if exists orders_status_idx; alter table orders drop column if exists note; drop function if exists price(public.orders); drop language if exists made; drop extension if exists plpgsql',
  ],
  [
    'the habit of dropping before making',
    'drop table if exists fresh; create table fresh (id int); drop trigger if exists t on orders; create trigger t before update on orders for each row execute function suppress_redundant_updates_trigger(); drop function if exists f(int); create function f(a bigint) returns bigint language sql as $$ select a $$',
  ],
  [
    'what the script made itself',
    'create table scratch (id int, a int); alter table scratch drop column if exists a; drop table if exists scratch; create temp table work (id int); drop table if exists work',
  ],
  [
    'renamed before',
    'alter table invoices rename to bills; alter table if exists bills drop column if exists order_id; drop table if exists bills',
  ],
  [
    'the same table again',
    'create table if not exists invoices (id int8, "order_id" bigint); create index if not exists orders_status_idx on orders (status)',
  ],
  [
    'declared, then completed',
    'create table if not exists invoices (id bigint, order_id bigint, paid boolean); alter table invoices add column if not exists paid boolean',
  ],
  ['dropped and made anew', 'drop table if exists invoices; create table if not exists invoices (id text)'],
  [
    'types in all their notations',
    'create table if not exists kinds (a int, b varchar(20), c timestamptz(3), d numeric(10,2), e text[], f order_status, g char(3), h time, i double precision, j serial)',
  ],
];

describe('what goes though no statement names it', () => {
  test.each(dropped)('$name', async ({ script, expected }) => {
    const findings = await surprised(SETUP, script);
    expect(brief(findings)).toEqual(expected);
    expect(findings.map(({ rule }) => rule)).toEqual(expected.map(() => 'dropped-by-cascade'));
    for (const finding of findings) expect(findingSchema.safeParse(finding).error).toBeUndefined();
  });
  test.each(hidden)('hidden from linters: $name', async ({ script, expected }) => {
    const findings = await surprised(SETUP, script);
    expect(brief(findings)).toEqual(expected);
    expect(findings.map(({ rule }) => rule)).toEqual(expected.map(() => 'dropped-in-a-block'));
    for (const finding of findings) expect(findingSchema.safeParse(finding).error).toBeUndefined();
  });
  test.each(natural)('no surprise: %s', async (_, script) => {
    expect(brief(await surprised(SETUP, script))).toEqual([]);
  });
});

describe('what is named and stays as it was', () => {
  test.each(unchanged)('$name', async ({ script, expected, searchPath }) => {
    const setup = searchPath ? `${SETUP}; set search_path = ${searchPath.join(', ')}` : SETUP;
    const findings = await surprised(setup, script, searchPath);
    expect(brief(findings)).toEqual(expected);
    expect(findings.map(({ rule }) => rule)).toEqual(expected.map(() => 'named-but-unchanged'));
  });
  test.each(effective)('no surprise: %s', async (_, script) => {
    const kinds =
      'create table kinds (a int4, b character varying(20), c timestamp(3) with time zone, d decimal(10,2), e text[], f order_status, g character(3), h time without time zone, i float8, j int not null);';
    expect(brief(await surprised(SETUP + kinds, script))).toEqual([]);
  });
  test('an invalid index counts as missing work', async () => {
    const findings = await inDatabase(server, async (client) => {
      await run(client, SETUP);
      await run(client, "insert into users values (1, 'a'), (2, 'a')");
      await run(client, 'create unique index concurrently users_email_idx on users (email)').catch(() => {});
      const before = await snapshot(client);
      const script = 'create unique index concurrently if not exists users_email_idx on users (email)';
      await run(client, script);
      return surprises({
        path: 'db/1.sql',
        statements: parseSql(script).statements ?? [],
        before,
        after: await snapshot(client),
      });
    });
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining('is invalid: an earlier CREATE INDEX CONCURRENTLY failed'),
    ]);
  });
});
