import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differenceLines, schemaDiff } from '../../../src/judgement/schema-diff.ts';
import { type CatalogDifference, compare } from '../../../src/postgres/catalog/compare.ts';
import { schemaDiffSchema } from '../../../src/report/model.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';
import { roundTrip } from './round-trip.ts';

const SHOP = `
  create table users (id bigint generated always as identity primary key, email varchar(120) not null, legacy_code varchar(20), status text default 'new', age integer);
  create table products (id serial primary key, name text not null, price numeric(10,2));
  create view cheap as
    select id, name from products where price < 10;
  create function stock(p integer) returns integer language plpgsql as $$
begin
  -- nothing in store
  return 0;
end
$$;
  create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
`;

const CHANGE = `
  create type order_status as enum ('new', 'done');
  create table orders (
    id bigserial primary key,
    user_id bigint not null references users (id) on delete cascade,
    status order_status not null default 'new',
    placed_at timestamptz(3) default now(),
    total numeric(10,2) check (total >= 0),
    unique (user_id, placed_at)
  );
  alter table orders enable row level security;
  create policy own on orders for select using (user_id = 1);
  create index on orders (placed_at desc) where total > 0;
  create trigger touched before update on orders for each row execute function touch();
  create table order_items (order_id bigint, product_id integer references products (id), quantity integer not null, primary key (order_id, product_id));
  alter table order_items add foreign key (order_id) references orders (id) not valid;
  alter table users add nickname text, drop legacy_code, alter status drop default,
    alter status type order_status using status::order_status, alter age set not null, alter age set default 18;
  create unique index users_email_idx on users (email);
  alter table users owner to shop_owner;
  grant select, insert on users to shop_reader;
  comment on column users.nickname is 'what friends say';
  alter table products rename name to title;
  create or replace view cheap as select id, title as name from products where price < 20;
  create or replace function stock(p integer) returns integer language plpgsql stable as $$
begin
  -- nothing in store
  return 1;
end
$$;
  create view totals as select user_id, sum(total) as total from orders group by user_id;
  create extension pg_trgm;
`;

describe('the difference as a reviewer reads it', () => {
  let server: ScratchPostgres;
  let difference: CatalogDifference;
  beforeAll(async () => {
    server = await startScratchPostgres();
    const { before, afterUp } = await roundTrip(
      server,
      ['create role shop_owner', 'create role shop_reader', SHOP],
      CHANGE,
      '',
    );
    difference = compare(before, afterUp);
  });
  afterAll(() => server.stop());

  const render = (value: CatalogDifference): string =>
    schemaDiff(value)
      .tables.map(({ name, kind, change, lines }) =>
        [`${kind} ${name} (${change})`, ...lines.map((line) => `  ${line}`)].join('\n'),
      )
      .join('\n')
      // From 16 on Postgres writes no table before a column where there is only one.
      .replaceAll('products.', '');

  test('table by table', () => {
    expect(render(difference)).toMatchInlineSnapshot(`
      "extension pg_trgm (added)
        + version 1.6 in schema public
      view public.cheap (changed)
        ~ definition
        -       name
        +       title AS name
        -     WHERE (price < (10)::numeric);
        +     WHERE (price < (20)::numeric);
      table public.order_items (added)
        + order_id bigint
        + product_id integer
        + quantity integer not null
        + primary key (order_id, product_id)
        + constraint order_items_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders(id) not valid
        + constraint order_items_product_id_fkey FOREIGN KEY (product_id) REFERENCES products(id)
      enum public.order_status (added)
        + values 'new', 'done'
      table public.orders (added)
        + id bigserial primary key
        + user_id bigint not null
        + status order_status not null default 'new'
        + placed_at timestamptz(3) default now()
        + total numeric(10,2)
        + constraint orders_total_check CHECK ((total >= (0)::numeric))
        + constraint orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
        + constraint orders_user_id_placed_at_key unique (user_id, placed_at)
        + policy own for SELECT to PUBLIC using (user_id = 1)
        + trigger touched BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION touch()
        + index orders_placed_at_idx (placed_at DESC) WHERE (total > (0)::numeric)
        + row level security enabled
      table public.products (changed)
        ~ name renamed to title
      function public.stock(integer) (changed)
        ~ definition
        +    STABLE
        -     return 0;
        +     return 1;
      view public.totals (added)
        + user_id bigint
        + total numeric
      table public.users (changed)
        ~ owner: postgres -> shop_owner
        + grant INSERT, SELECT to shop_reader
        - legacy_code varchar(20)
        + nickname text
        ~ status: text -> order_status
        ~ status: default 'new' dropped
        ~ age: now not null
        ~ age: default 18 added
        + index users_email_idx (email) unique"
    `);
  });

  test('fits the report', () => {
    expect(schemaDiffSchema.safeParse(schemaDiff(difference)).success).toBe(true);
  });

  test('as flat lines', () => {
    expect(differenceLines(difference).join('\n')).toMatchInlineSnapshot(`
      "- column public.users.legacy_code varchar(20)
      + extension pg_trgm version 1.6 in schema public
      + table public.order_items
      + enum public.order_status values 'new', 'done'
      + table public.orders
      + view public.totals
      + column public.users.nickname text
      + index public.users_email_idx on public.users (email) unique
      ~ column public.products.name renamed to title
      ~ view public.cheap: another definition
      ~ function public.stock(integer): another definition
      ~ table public.users: owner: postgres -> shop_owner
      + table public.users: grant INSERT, SELECT to shop_reader
      ~ column public.users.status: text -> order_status
      ~ column public.users.status: default 'new' dropped
      ~ column public.users.age: now not null
      ~ column public.users.age: default 18 added"
    `);
  });

  const small: readonly (readonly [name: string, setup: string, up: string, expected: readonly string[]])[] = [
    ['nothing', 'create table t (a int)', 'alter table t add b int; alter table t drop b', []],
    [
      'a dropped table',
      'create table t (id serial primary key, a int not null)',
      'drop table t',
      ['table public.t (dropped)', '  - id serial primary key', '  - a integer not null'],
    ],
    [
      'a renamed table with everything in it',
      'create table t (id serial primary key, a int); create table u (t int references t (id)); create view v as select a from t',
      'alter table t rename to s',
      ['table public.s (changed)', '  ~ renamed from public.t'],
    ],
    [
      'a renamed constraint and index',
      'create table t (a int constraint one check (a > 0)); create index i on t (a)',
      'alter table t rename constraint one to two; alter index i rename to j',
      ['table public.t (changed)', '  ~ index i renamed to j', '  ~ constraint one renamed to two'],
    ],
    [
      'partitions',
      'create table t (a int primary key) partition by range (a)',
      'create table t1 partition of t for values from (0) to (10); alter table t add b text',
      [
        'table public.t (changed)',
        '  + b text',
        'table public.t1 (added)',
        '  + partition of t FOR VALUES FROM (0) TO (10)',
      ],
    ],
    [
      'a primary key on a table that exists',
      'create table t (a int)',
      'alter table t add primary key (a)',
      ['table public.t (changed)', '  + primary key (a)'],
    ],
    [
      'a new column that is serial, unique and a key',
      'create table t (a int)',
      'alter table t add id serial primary key, add code text unique',
      [
        'table public.t (changed)',
        '  + id serial primary key',
        '  + code text',
        '  + constraint t_code_key unique (code)',
      ],
    ],
    [
      'another schema, another owner, another parent',
      'create schema app; create table t (id serial primary key); create table u (t int references t (id)); create view v as select id from t; create table parts_a (id int) partition by range (id); create table parts_b (id int) partition by range (id); create table part partition of parts_a for values from (0) to (9)',
      'alter table t set schema app; alter table u owner to shop_owner; alter table parts_a detach partition part; alter table parts_b attach partition part for values from (0) to (9)',
      [
        'table app.t (changed)',
        '  ~ moved from schema public',
        'table public.part (changed)',
        '  ~ partition of: parts_a -> parts_b',
        'table public.u (changed)',
        '  ~ owner: postgres -> shop_owner',
      ],
    ],
    [
      'roles, the database, a language',
      'create role diff_group; create role diff_old',
      `create role diff_app login; grant diff_group to diff_app; alter role diff_old createdb; alter role diff_app set work_mem = 64000;
        do $$ begin execute format('grant create on database %I to diff_app', current_database()); end $$;
        create language made handler plpgsql_call_handler`,
      [
        'database (this one) (changed)',
        '  + grant CREATE to diff_app',
        'role diff_app (added)',
        '  + login',
        'role diff_group (changed)',
        '  + member diff_app',
        'role diff_old (changed)',
        '  + createdb',
        'language made (added)',
        'setting work_mem of role diff_app in every database (added)',
        '  + = 64000',
      ],
    ],
    [
      'values of an enum',
      "create type e as enum ('a', 'c')",
      "alter type e add value 'b' before 'c'",
      ['enum public.e (changed)', "  + value 'b' before 'c'"],
    ],
    [
      'a constraint that was validated',
      'create table t (a int); alter table t add constraint c check (a > 0) not valid',
      'alter table t validate constraint c',
      ['table public.t (changed)', '  ~ constraint c: now validated'],
    ],
    [
      'an enum, a domain, a sequence, a materialized view',
      '',
      "create type e as enum ('a', 'b'); create domain d as text not null check (value <> ''); create sequence s increment 2; create materialized view m as select 1 as one",
      [
        'domain public.d (added)',
        '  + text not null',
        "  + constraint d_check CHECK ((VALUE <> ''::text))",
        'enum public.e (added)',
        "  + values 'a', 'b'",
        'materialized view public.m (added)',
        '  + one integer',
        'sequence public.s (added)',
        '  + bigint increment 2',
      ],
    ],
    [
      'another schema',
      'create schema app; create type app.e as enum (); create table users (id int primary key)',
      'create table app.t (a app.e, b integer references users (id))',
      [
        'table app.t (added)',
        '  + a e',
        '  + b integer',
        '  + constraint t_b_fkey FOREIGN KEY (b) REFERENCES public.users(id)',
      ],
    ],
  ];
  test.each(small)('%s', async (_, setup, up, expected) => {
    const { before, afterUp } = await roundTrip(server, setup, up, '');
    expect(render(compare(before, afterUp))).toBe(expected.join('\n'));
  });
});
