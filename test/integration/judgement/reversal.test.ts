import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadParser } from '../../../src/project/sql.ts';
import { type ScratchPostgres, startScratchPostgres, testMajors } from '../../support/scratch-postgres.ts';
import { judged, type Sql } from './round-trip.ts';

const USERS = `
  create type status as enum ('new', 'done');
  create table users (id bigint generated always as identity primary key, email text not null, age integer, state status default 'new');
  create table orders (id bigserial primary key, user_id bigint references users (id), total numeric(10,2) default 0 check (total >= 0));
  create view adults as select id, email from users where age >= 18;
  create function total_of(u bigint) returns numeric language plpgsql as $$
begin
  return (select sum(total) from orders where user_id = u);
end
$$;`;

/** Statements about the database that they run in, which SQL can only name. */
const database = (sql: string): string =>
  sql
    .split('; ')
    .map((statement) =>
      statement.includes('%I')
        ? `do $$ begin execute format($q$${statement}$q$, current_database()); end $$`
        : statement,
    )
    .join('; ');

interface Case {
  readonly name: string;
  readonly setup?: Sql;
  readonly up: Sql;
  readonly down: Sql;
  readonly difference: readonly string[];
  readonly since?: number;
}

const partial: readonly Case[] = [
  {
    name: 'an empty down leaves a table, told once and not part by part',
    up: 'create table audit (id serial primary key, what text unique, at timestamptz default now()); create index on audit (at)',
    down: '',
    difference: ['table public.audit is left'],
  },
  {
    name: 'a type that was not changed back',
    up: 'drop view adults; alter table users alter age type bigint; create view adults as select id, email from users where age >= 18',
    down: '',
    difference: ['column public.users.age is bigint, was integer'],
  },
  {
    name: 'a default and NOT NULL that were not taken back',
    up: 'alter table users alter age set not null, alter age set default 0',
    down: '',
    difference: [
      'column public.users.age is not null, was nullable',
      'column public.users.age has default 0, had none',
    ],
  },
  {
    name: 'a default that came back otherwise',
    up: 'alter table orders alter total drop default',
    down: 'alter table orders alter total set default 1',
    difference: ['column public.orders.total has default 1, had 0'],
  },
  {
    name: 'a column brought back without its NOT NULL',
    up: 'alter table users drop email cascade',
    down: 'alter table users add email text; create view adults as select id, email from users where age >= 18',
    difference: ['column public.users.email is nullable, was not null'],
  },
  {
    name: 'NOT NULL left behind by a primary key',
    setup: 'create table plain (a integer)',
    up: 'alter table plain add primary key (a)',
    down: 'alter table plain drop constraint plain_pkey',
    difference: ['column public.plain.a is not null, was nullable'],
  },
  {
    name: 'a sequence left behind',
    up: "create sequence invoice_numbers; alter table orders add invoice bigint default nextval('invoice_numbers')",
    down: 'alter table orders drop invoice',
    difference: ['sequence public.invoice_numbers is left'],
  },
  {
    name: 'a type left behind',
    up: "create type mood as enum ('ok'); alter table users add mood mood",
    down: 'alter table users drop mood',
    difference: ['enum public.mood is left'],
  },
  {
    name: 'an enum value left behind',
    up: "alter type status add value 'archived' before 'done'",
    down: '',
    difference: ["enum public.status: value 'archived' is left"],
  },
  {
    name: 'an enum whose values come back in another order',
    up: "alter type status add value 'later'",
    down: [
      'alter table users alter state drop default, alter state type text; drop type status',
      "create type status as enum ('done', 'new')",
      "alter table users alter state type status using state::status, alter state set default 'new'",
    ],
    difference: ['enum public.status has its values in the order done, new; was new, done'],
  },
  {
    name: "a view's body",
    up: 'create or replace view adults as select id, email from users where age >= 21',
    down: 'create or replace view adults as select id, email from users where age > 18',
    difference: ['view public.adults has another definition: WHERE (age > 18);, was WHERE (age >= 18);'],
  },
  {
    name: "a function's body",
    up: 'create or replace function total_of(u bigint) returns numeric language sql as $$ select 1.0 $$',
    down: 'create or replace function total_of(u bigint) returns numeric language plpgsql as $$\nbegin\n  return 0;\nend\n$$',
    difference: [
      'function public.total_of(bigint) has another definition: return 0;, was return (select sum(total) from orders where user_id = u);',
    ],
  },
  {
    name: "a function's volatility and owner",
    setup: ['create role reader', ''],
    up: 'alter function total_of(bigint) stable; alter function total_of(bigint) owner to reader',
    down: '',
    difference: [
      'function public.total_of(bigint) has another definition: STABLE, was (nothing)',
      'function public.total_of(bigint) is owned by reader, was owned by postgres',
    ],
  },
  {
    name: 'a constraint that came back under another name',
    up: 'alter table orders drop constraint orders_total_check',
    down: 'alter table orders add constraint total_positive check (total >= 0)',
    difference: ['constraint orders_total_check on public.orders is renamed to total_positive'],
  },
  {
    name: 'a constraint that came back with another definition',
    up: 'alter table orders drop constraint orders_user_id_fkey',
    down: 'alter table orders add constraint orders_user_id_fkey foreign key (user_id) references users (id) on delete cascade not valid',
    difference: [
      'constraint orders_user_id_fkey on public.orders is FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE, was FOREIGN KEY (user_id) REFERENCES users(id)',
      'constraint orders_user_id_fkey on public.orders is not valid, was not',
    ],
  },
  {
    name: 'an index that came back with other columns, and one under another name',
    setup: 'create index by_age on users (age); create index by_email on users (email)',
    up: 'drop index by_age, by_email',
    down: 'create index by_age on users (age, id); create index users_by_email on users (email)',
    difference: [
      'index public.by_email on public.users is renamed to users_by_email',
      'index public.by_age on public.users is btree (age, id), was btree (age)',
    ],
  },
  {
    name: 'what went and did not come back',
    setup: 'create index by_age on users (age)',
    up: 'drop index by_age; alter table orders drop constraint orders_total_check; alter table users drop age cascade',
    down: '',
    difference: [
      'view public.adults is missing',
      'index public.by_age on public.users is missing',
      'constraint orders_total_check on public.orders is missing',
      'column public.users.age is missing',
    ],
  },
  {
    name: 'an extension left behind',
    up: 'create extension pg_trgm',
    down: '',
    difference: ['extension pg_trgm is left'],
  },
  {
    name: 'a schema left behind, with a table in it',
    up: 'create schema billing; create table billing.invoices (id int)',
    down: '',
    difference: ['schema billing is left', 'table billing.invoices is left'],
  },
  {
    name: 'a trigger left disabled, and the triggers of foreign keys with it',
    setup:
      'create function touch() returns trigger language plpgsql as $$ begin return new; end $$; create trigger t before update on orders for each row execute function touch()',
    up: 'alter table orders disable trigger all',
    down: '',
    difference: [
      'constraint orders_user_id_fkey on public.orders has triggers disabled, had none',
      'trigger t on public.orders is disabled, was not',
    ],
  },
  {
    name: 'row level security left on, a policy left',
    up: 'alter table users enable row level security; create policy own on users for select using (age > 1)',
    down: '',
    difference: ['policy own on public.users is left', 'table public.users has row level security enabled, had none'],
  },
  {
    name: 'grants left and lost',
    setup: ['create role app_a', 'create role app_b', 'grant select on users to app_b'],
    up: 'grant insert, update on users to app_a; grant select (age) on users to app_a; revoke select on users from app_b; revoke execute on function total_of(bigint) from public',
    down: '',
    difference: [
      'function public.total_of(bigint): revoke EXECUTE from PUBLIC is left',
      'table public.users: grant SELECT to app_b is missing',
      'table public.users: grant INSERT, UPDATE to app_a is left',
      'column public.users.age: grant SELECT to app_a is left',
    ],
  },
  {
    name: 'a comment left',
    up: "comment on table users is 'people'; comment on column users.age is 'years'",
    down: 'comment on column users.age is null',
    difference: ['table public.users has comment people, had none'],
  },
  {
    name: 'options, replica identity, storage and statistics of a table',
    up: 'alter table users set (fillfactor = 70), replica identity full; alter table users alter email set storage external, alter email set statistics 500; create statistics s on age, email from users',
    down: '',
    difference: [
      'statistics object public.s is left',
      "table public.users: option 'fillfactor=70' is left",
      'table public.users has replica identity full, had none',
      'column public.users.email has storage external, had none',
      'column public.users.email has statistics target 500, had none',
    ],
  },
  {
    name: 'domains, composite and range types',
    setup:
      'create domain positive as integer check (value > 0); create type pair as (a integer, b text); create type span as range (subtype = numeric)',
    up: 'alter domain positive add constraint small check (value < 100); alter domain positive set default 1; alter type pair add attribute c integer; drop type span',
    down: 'create type span as range (subtype = integer)',
    difference: [
      'attribute public.pair.c is left',
      'constraint small of domain public.positive is left',
      'domain public.positive has default 1, had none',
      'range type public.span is integer, was numeric',
    ],
  },
  {
    name: 'a partition left attached',
    setup:
      'create table events (id bigint, at date) partition by range (at); create table events_old (id bigint, at date)',
    up: "alter table events attach partition events_old for values from ('2020-01-01') to ('2021-01-01')",
    down: '',
    difference: [
      'table public.events_old has partition of events, had none',
      "table public.events_old has bound FOR VALUES FROM ('2020-01-01') TO ('2021-01-01'), had none",
    ],
  },
  {
    name: 'a column of a partitioned table is told once',
    setup:
      "create table events (id bigint, at date) partition by range (at); create table e1 partition of events for values from ('2020-01-01') to ('2021-01-01'); create table e2 partition of events default",
    up: 'alter table events add note text; create index on events (note); alter table events alter id type integer',
    down: '',
    difference: [
      'column public.events.note is left',
      'index public.events_note_idx on public.events is left',
      'column public.events.id is integer, was bigint',
    ],
  },
  {
    name: 'identity, generated columns and a unique key over two columns',
    up: 'alter table users add twice integer generated always as (age * 2) stored, add constraint once unique (email, age); alter table users alter id set generated by default; alter sequence users_id_seq increment 5',
    down: '',
    difference: [
      'column public.users.twice is left',
      'constraint once on public.users is left',
      'column public.users.id has identity by default, had always',
      'sequence public.users_id_seq has increment 5, had 1',
    ],
  },
  {
    name: 'materialized views, rules, event triggers, publications, default privileges, settings of the database',
    setup: ['create role app_c', ''],
    up: `create materialized view m as select 1 as one with no data;
      create rule quiet as on delete to orders do instead nothing;
      create function note() returns event_trigger language plpgsql as $$ begin end $$;
      create event trigger noted on ddl_command_end execute function note();
      create publication p for table users;
      alter default privileges grant select on tables to app_c;
      do $$ begin execute format('alter database %I set app.tenant = 7', current_database()); end $$`,
    down: '',
    difference: [
      'setting app.tenant is left',
      'event trigger noted is left',
      'publication p is left',
      'materialized view public.m is left',
      'function public.note() is left',
      'rule quiet on public.orders is left',
      'default privileges for tables made by postgres is left',
    ],
  },
  {
    name: 'a table that was renamed and not back',
    up: 'alter table users rename to people; alter table people rename column age to years',
    down: '',
    difference: ['table public.users is renamed to public.people', 'column public.users.age is renamed to years'],
  },
  {
    name: 'a right, a limit and a comment of the database, under a name that clones share',
    setup: ['create role app_f', ''],
    up: database(
      "grant create on database %I to app_f; alter database %I connection limit 5; comment on database %I is 'x'",
    ),
    down: '',
    difference: [
      'the database has connection limit 5, had none',
      'the database: grant CREATE to app_f is left',
      'the database has comment x, had none',
    ],
  },
  {
    name: 'settings of a role, here and in every database',
    setup: ['create role app_g', ''],
    up: database(
      'alter role app_g set search_path = public; alter role app_g in database %I set search_path = app; alter role current_user set work_mem = 64000',
    ),
    down: 'alter role current_user reset work_mem',
    difference: [
      'setting search_path of role app_g is left',
      'setting search_path of role app_g in every database is left',
    ],
  },
  {
    name: 'roles, their attributes and memberships',
    setup: ['create role app_h; create role app_group', ''],
    up: `create role app_new login; alter role app_h createdb connection limit 3; grant app_group to app_h with admin option;
      grant app_group to app_new; grant pg_monitor to app_h; comment on role app_h is 'x'`,
    down: '',
    difference: [
      'role app_new is left',
      "role app_group: member 'app_h with admin option' is left",
      "role app_group: member 'app_new' is left",
      "role app_h: attribute 'createdb' is left",
      'role app_h has connection limit 3, had none',
      "role app_h: membership in 'pg_monitor' is left",
      'role app_h has comment x, had none',
    ],
  },
  {
    name: "a primary key's index: its comment and options; a table's toast options",
    up: "comment on index users_pkey is 'x'; alter index users_pkey set (fillfactor = 50); alter table users set (toast.autovacuum_enabled = false)",
    down: '',
    difference: [
      "table public.users: option 'toast.autovacuum_enabled=false' is left",
      "constraint users_pkey on public.users: option 'fillfactor=50' is left",
      'constraint users_pkey on public.users has comment of its index x, had none',
    ],
  },
  {
    name: 'a conversion, an operator with its class, a cast, a language, a subscription',
    setup: 'create type pair as (a int, b int); create operator family known using btree',
    up: `create conversion c for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
      create operator === (leftarg = int, rightarg = int, function = int4eq);
      create operator class odd for type int using hash as operator 1 pg_catalog.=, function 1 hashint4(int);
      alter operator family known using btree add operator 1 < (int, int), function 1 btint4cmp(int, int);
      create cast (pair as text) with inout;
      create language made handler plpgsql_call_handler;
      create subscription s connection 'dbname=nowhere password=hunter2' publication p with (connect = false, slot_name = none)`,
    down: '',
    difference: [
      'language made is left',
      'operator public.===(integer, integer) is left',
      'conversion public.c is left',
      'operator class public.odd using hash is left',
      'operator family public.odd using hash is left',
      'cast public.pair as text is left',
      'subscription s is left',
      "operator family public.known using btree: operator '1 <(integer,integer)' is left",
      "operator family public.known using btree: function '1 (integer, integer) btint4cmp(integer,integer)' is left",
    ],
  },
  {
    name: 'text search in all its parts',
    setup:
      'create text search configuration german (copy = pg_catalog.german); create text search dictionary d (template = pg_catalog.simple)',
    up: `create text search parser p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
      create text search template t (lexize = dsimple_lexize);
      alter text search configuration public.german alter mapping for word with simple;
      alter text search dictionary d (accept = false)`,
    down: '',
    difference: [
      'text search parser public.p is left',
      'text search template public.t is left',
      "text search dictionary public.d has another definition: accept = 'false', was (nothing)",
      'text search configuration public.german has another definition: 2 simple, was 2 german_stem',
    ],
  },
  {
    name: 'a security label',
    up: `set allow_system_table_mods = on;
      insert into pg_seclabel values ('users'::regclass, 'pg_class'::regclass, 0, 'guard', 'secret');
      reset allow_system_table_mods`,
    down: '',
    difference: ['security label guard on table public.users is left'],
  },
  {
    name: 'another owner, another schema, another parent',
    setup: [
      'create role app_i; create schema app',
      'create table parts_a (id int) partition by range (id); create table parts_b (id int) partition by range (id); create table part partition of parts_a default',
    ],
    up: 'alter table users owner to app_i; alter table orders set schema app; alter table parts_a detach partition part; alter table parts_b attach partition part default; alter table parts_b owner to app_i',
    down: '',
    difference: [
      'table public.orders is moved to schema app',
      'table public.part is a partition of parts_b, was one of parts_a',
      'table public.parts_b is owned by app_i, was owned by postgres',
      'table public.users is owned by app_i, was owned by postgres',
    ],
  },
  {
    name: 'NOT NULL without a scan (18)',
    since: 18,
    up: 'alter table users add constraint age_given not null age not valid',
    down: '',
    difference: ['column public.users.age is not null (constraint age_given) not valid, was nullable'],
  },
  {
    name: 'a constraint that is not enforced, a virtual column (18)',
    since: 18,
    up: 'alter table users add constraint odd check (age % 2 = 1) not enforced, add half integer generated always as (age / 2) virtual',
    down: 'alter table users drop half',
    difference: ['constraint odd on public.users is left'],
  },
];

const good: readonly (Omit<Case, 'difference'> & { readonly order?: readonly string[] })[] = [
  {
    name: 'a dropped column comes back as the last one',
    up: 'alter table users drop age cascade',
    down: 'alter table users add age integer; create view adults as select id, email from users where age >= 18',
    order: ['public.users: id, email, state, age (was id, email, age, state)'],
  },
  {
    name: 'a function body with other white space',
    up: 'create or replace function total_of(u bigint) returns numeric language sql as $$ select 1.0 $$',
    down: 'create or replace function total_of(u bigint) returns numeric language plpgsql as $$begin  \r\n\treturn (select sum(total) from orders where user_id = u);\n\n\tend$$',
  },
  {
    name: 'everything dropped and made again, in another order',
    setup: [
      'create role app_d',
      'grant select, insert on orders to app_d; create index by_user on orders (user_id) where total > 0',
    ],
    up: 'drop table orders; drop view adults; drop function total_of',
    down: `create view adults as select id, email from users where age >= 18;
      create table orders (id bigserial primary key, user_id bigint references users (id), total numeric(10,2) default 0 check (total >= 0));
      create index by_user on orders (user_id) where total > 0;
      grant insert on orders to app_d; grant select on orders to app_d;
      create function total_of(u bigint) returns numeric language plpgsql as $$
begin
  return (select sum(total) from orders where user_id = u);
end
$$;`,
  },
  {
    name: 'a privilege given and taken leaves an explicit ACL that means the same',
    setup: ['create role app_e', ''],
    up: 'grant select on users to app_e; revoke execute on function total_of(bigint) from public',
    down: 'revoke select on users from app_e; grant execute on function total_of(bigint) to public',
  },
  {
    name: 'a table and a column renamed and back',
    up: 'alter table users rename to people; alter table people rename email to mail',
    down: 'alter table people rename to users; alter table users rename mail to email',
  },
  {
    name: 'an index to a constraint and back',
    setup: 'create unique index users_email_key on users (email)',
    up: 'alter table users add constraint users_email_key unique using index users_email_key',
    down: 'alter table users drop constraint users_email_key; create unique index users_email_key on users (email)',
  },
  {
    name: 'a partition attached and detached',
    setup:
      'create table events (id bigint, at date) partition by range (at); create table e1 (id bigint, at date); create index on events (at)',
    up: "alter table events attach partition e1 for values from ('2020-01-01') to ('2021-01-01')",
    down: 'alter table events detach partition e1; drop index e1_at_idx',
  },
  {
    name: 'an enum value taken out by making the type anew',
    up: "alter type status add value 'later'",
    down: [
      'alter type status rename to status_old',
      "create type status as enum ('new', 'done')",
      "alter table users alter state drop default, alter state type status using state::text::status, alter state set default 'new'; drop type status_old",
    ],
  },
];

/** Grants, settings and roles of the cluster. */
const goodInCluster: typeof good = [
  {
    name: 'what the cluster holds, made and taken back',
    setup: ['create role app_j', ''],
    up: database(
      "grant create on database %I to app_j; alter database %I connection limit 5; create role app_k; grant app_k to app_j; alter role app_j set work_mem = 64000; comment on database %I is 'x'",
    ),
    down: database(
      'revoke create on database %I from app_j; alter database %I connection limit -1; drop role app_k; alter role app_j reset work_mem; comment on database %I is null',
    ),
  },
  {
    name: 'conditions whose brackets nest otherwise',
    setup:
      'create table c (a int, b int, d int, constraint k check (a > 0 and (b > 0 and (d > 0 or (a > 1 or b > 1)))))',
    up: 'alter table c drop constraint k',
    down: 'alter table c add constraint k check ((a > 0 and b > 0) and ((d > 0 or a > 1) or b > 1))',
  },
];

const losses: readonly (Omit<Case, 'difference'> & { readonly loses: readonly string[] })[] = [
  {
    name: 'a new table',
    up: 'create table audit (id int)',
    down: 'drop table audit',
    loses: ['rows of table public.audit written since'],
  },
  {
    name: 'a new column',
    up: 'alter table users add nick text',
    down: 'alter table users drop nick',
    loses: ['values of column public.users.nick'],
  },
  {
    name: 'a generated column, an index and a view hold nothing of their own',
    up: 'alter table users add twice int generated always as (age * 2) stored; create index on users (age); create view v as select 1 as one',
    down: 'drop view v; drop index users_age_idx; alter table users drop twice',
    loses: [],
  },
  {
    name: 'what up dropped comes back empty',
    setup:
      "alter table users add legacy_code text, add kind text default 'x', add number serial; create table old (id int)",
    up: 'alter table users drop legacy_code, drop kind, drop number; drop table old',
    down: "alter table users add legacy_code text, add kind text default 'x', add number serial; create table old (id int)",
    loses: [
      'the old rows of table public.old: it comes back empty',
      'the old values of column public.users.legacy_code: it comes back empty',
      "the old values of column public.users.kind: it comes back with its default 'x' in every row",
      'the old values of column public.users.number: it comes back with new numbers',
    ],
  },
  {
    name: 'a type that is narrowed again',
    setup: 'alter table orders add quantity integer, add note varchar(20)',
    up: 'alter table orders alter total type numeric(12,2), alter quantity type bigint, alter note type text',
    down: 'alter table orders alter total type numeric(10,2), alter quantity type integer, alter note type varchar(20)',
    loses: [
      'values of column public.orders.total that do not fit numeric(10,2)',
      'values of column public.orders.quantity that do not fit integer',
      'values of column public.orders.note that do not fit varchar(20)',
    ],
  },
  {
    name: 'what up itself cut off',
    setup: 'alter table orders add at timestamptz',
    up: 'alter table orders alter at type date',
    down: 'alter table orders alter at type timestamptz',
    loses: ['what the change of column public.orders.at from timestamptz to date cut off'],
  },
  {
    name: 'a column and a table that the down makes anew',
    setup: 'create table tags (a int)',
    up: 'alter table orders alter total type numeric(14,2); alter table tags add b int',
    down: 'alter table orders drop total; alter table orders add total numeric(10,2) default 0 check (total >= 0); drop table tags; create table tags (a int)',
    loses: [
      'values of column public.tags.b',
      'rows of table public.tags, unless the down copies them: it makes the table anew',
      'values of column public.orders.total, unless the down copies them: it makes the column anew',
    ],
  },
  {
    name: 'what up put aside is not lost when the down puts it back',
    up: 'alter table orders rename total to total_old; alter table orders add total bigint',
    down: 'alter table orders drop total; alter table orders rename total_old to total',
    loses: ['values of column public.orders.total written since'],
  },
  {
    name: 'rows that hold a new enum value',
    up: "alter type status add value 'later'",
    down: [
      'alter type status rename to status_old',
      "create type status as enum ('new', 'done')",
      "alter table users alter state drop default, alter state type status using state::text::status, alter state set default 'new'; drop type status_old",
    ],
    loses: ["rows that hold value 'later' of enum public.status"],
  },
];

/** From 16 on Postgres writes no table before a column where there is only one. */
const unqualified = (line: string): string => line.replaceAll('(users.', '(');

describe.each(testMajors)('on Postgres $major', ({ major }) => {
  let server: ScratchPostgres;
  beforeAll(async () => {
    await loadParser();
    server = await startScratchPostgres(major);
  });
  afterAll(() => server.stop());

  test.each(partial.filter(({ since = 0 }) => since <= major))(
    'a partial reversal is named: $name',
    async ({ setup = '', up, down, difference }) => {
      const verdict = await judged(server, [USERS, ...(typeof setup === 'string' ? [setup] : setup)], up, down);
      expect(verdict.difference.map(unqualified)).toEqual(difference);
      expect(verdict.status).toBe('different');
    },
  );

  test.each([...good, ...goodInCluster])(
    'a good down is called reversed: $name',
    async ({ setup = '', up, down, order = [] }) => {
      const verdict = await judged(server, [USERS, ...(typeof setup === 'string' ? [setup] : setup)], up, down);
      expect(verdict).toMatchObject({ status: 'reversed', difference: [], columnOrderChanged: order });
    },
  );

  test.each(losses)('data that a down loses is named: $name', async ({ setup = '', up, down, loses }) => {
    const verdict = await judged(server, [USERS, ...(typeof setup === 'string' ? [setup] : setup)], up, down);
    expect(verdict.losesData).toEqual(loses);
  });
});
