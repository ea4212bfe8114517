import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { targetSnapshot } from '../../../src/postgres/catalog/target-snapshot.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { findBinaries } from '../../../src/rehearsal/server/binaries.ts';
import { serverUser } from '../../../src/rehearsal/server/os-user.ts';
import { policy } from '../../support/change-set.ts';
import { definedEnvironment, serverRequest } from '../../support/postgres.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';
import { type Asked, type Compared, compared, forgetCache } from './support.ts';

const MIGRATIONS = {
  '001_users.sql': `
    CREATE EXTENSION IF NOT EXISTS citext;
    CREATE TABLE users (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      email citext NOT NULL,
      status varchar(10) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'old')),
      at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX users_at_idx ON users (at);
    CREATE FUNCTION older(days integer) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
    BEGIN
      RETURN (SELECT count(*) FROM users WHERE at < now() - make_interval(days => days));
    END $$;`,
  '002_orders.sql': `
    CREATE TABLE orders (id serial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, total numeric(10,2));
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine ON orders TO CURRENT_USER USING (user_id = 1);
    CREATE VIEW totals WITH (security_barrier) AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
    CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM orders WITH NO DATA;
    CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
    CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
    CREATE INDEX ON events (at);`,
};

/** As psql would: file by file, in order, and statement by statement where a file cannot be sent as a whole. */
async function apply(client: Client, migrations: Readonly<Record<string, string>>): Promise<void> {
  for (const name of Object.keys(migrations).sort()) await client.query(migrations[name] ?? '');
}

const shop = fileURLToPath(new URL('../../../examples/shop/database/migrations/', import.meta.url));
const SHOP = Object.fromEntries(
  readdirSync(shop)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => [name, readFileSync(`${shop}${name}`, 'utf8')]),
);

afterAll(forgetCache);

describe.each([15, 18])('a target on Postgres %i', (major) => {
  let server: ScratchPostgres;
  let targets = 0;
  beforeAll(async () => {
    await loadParser();
    server = await startScratchPostgres(major);
    const admin = await server.connect('admin');
    await admin.query(`CREATE ROLE app LOGIN SUPERUSER; CREATE ROLE reader LOGIN; CREATE ROLE other;
      CREATE ROLE supabase_auth_admin; CREATE ROLE rdsadmin`);
  });
  afterAll(() => server?.stop());

  /** A target to which the migrations were applied by the role `app`, and to which something happened then. */
  async function target(
    happened: string | ((client: Client) => Promise<void>) = '',
    asked: Partial<Asked> & { readonly before?: string } = {},
  ): Promise<Compared> {
    const name = `target_${++targets}`;
    const client = await server.connect(name);
    const migrations = asked.migrations ?? MIGRATIONS;
    await client.query(`SET ROLE app; ${asked.before ?? ''}`);
    await apply(client, migrations);
    await client.query('RESET ROLE');
    await (typeof happened === 'string' ? client.query(happened) : happened(client));
    return compared(server, name, { ...asked, migrations });
  }

  test('is the same with other owners, grants, roles, settings, data and tuning', async () => {
    const { same, lines, notices, rehearsal, told } = await target(`
      ALTER DATABASE target_${targets + 1} SET search_path = other, public;
      ALTER ROLE reader SET statement_timeout = '1min';
      ALTER TABLE orders OWNER TO other;
      ALTER SCHEMA public OWNER TO rdsadmin;
      COMMENT ON SCHEMA public IS 'ours';
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
      GRANT UPDATE (total) ON orders TO reader;
      REVOKE EXECUTE ON FUNCTION older FROM PUBLIC;
      ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO reader;
      CREATE PUBLICATION copies FOR TABLE users;
      ALTER TABLE users REPLICA IDENTITY FULL, SET (autovacuum_vacuum_scale_factor = 0.01), ALTER at SET STATISTICS 500;
      CLUSTER users USING users_at_idx;
      CREATE EXTENSION pg_stat_statements;
      INSERT INTO users (email) VALUES ('a@example.com');
      INSERT INTO orders (user_id) VALUES (1);
      REFRESH MATERIALIZED VIEW counts`);
    expect({ same, lines, notices, told }).toEqual({ same: true, lines: [], notices: [], told: [] });
    expect(rehearsal).toMatchObject({ baseMigrations: 2, serverVersion: expect.stringMatching(`^${major}\\b`) });
  });

  test('that lacks or has something, or has it otherwise, is told of it by name', async () => {
    const { same, lines, schemaDiff } = await target(`
      ALTER TABLE users ADD nick text;
      ALTER TABLE users DROP CONSTRAINT users_status_check;
      DROP INDEX users_at_idx;
      ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
      ALTER TABLE users ALTER status TYPE varchar(20);
      ALTER VIEW totals RESET (security_barrier);
      CREATE TABLE users_backup AS SELECT * FROM users;
      CREATE OR REPLACE FUNCTION older(days integer) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
      BEGIN
        RETURN 7;
      END $$;
      CREATE FUNCTION patched() RETURNS integer LANGUAGE sql AS 'SELECT 1'`);
    expect(same).toBe(false);
    expect([...lines].sort()).toEqual([
      '+ column public.users.nick text',
      '+ function public.patched() returns integer language sql',
      '+ table public.users_backup',
      expect.stringMatching(/^- constraint users_status_check on public.users CHECK /),
      '- index public.users_at_idx on public.users (at)',
      '- view public.totals: option security_barrier=true',
      '~ column public.users.status: varchar(10) -> varchar(20)',
      '~ function public.older(integer): another definition',
      '~ table public.orders: row level security: enabled -> none',
    ]);
    expect(schemaDiff.tables.map(({ name, change }) => `${name} ${change}`)).toContain('public.users_backup added');
  });

  test('with an invalid index is not the same, be it one of its own, a left-over or on a partition of a job', async () => {
    const { same, lines, notices } = await target(async (client) => {
      await client.query(`
        INSERT INTO users (email) VALUES ('a@example.com'), ('b@example.com');
        CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        INSERT INTO events VALUES ('2024-05-05', 'same'), ('2024-05-06', 'same');
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_at_idx'::regclass`);
      for (const on of ['users (status)', 'events_2024 (what)'])
        await expect(client.query(`CREATE UNIQUE INDEX CONCURRENTLY ON ${on}`)).rejects.toThrow(/could not create/);
    });
    expect(same).toBe(false);
    expect([...lines].sort()).toEqual([
      '+ index public.events_2024_what_idx on public.events_2024 (what) unique invalid',
      '+ index public.users_status_idx on public.users (status) unique invalid',
      '~ index public.users_at_idx on public.users: now invalid',
    ]);
    expect(notices).toEqual(['Not compared: 1 partition that no migration makes.']);
  });

  test('is compared as an ordinary role that may do nothing, under any search path', async () => {
    const { same, lines, notices } = await target('REVOKE ALL ON SCHEMA public FROM PUBLIC', {
      as: { user: 'reader', searchPath: 'other, public' },
    });
    expect({ same, lines, notices }).toEqual({ same: true, lines: [], notices: [] });
  });

  test('of which the role may not read everything is compared as far as it may, and that is said', async () => {
    const seen = await target(
      `REVOKE SELECT ON pg_event_trigger FROM PUBLIC; REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC;
       ALTER TABLE users ADD nick text`,
      { as: { user: 'reader' } },
    );
    expect(seen.lines).toEqual(['+ column public.users.nick text']);
    expect(seen.notices).toEqual([
      expect.stringMatching(/^Not compared: event trigger \(permission denied for .*pg_event_trigger\)\.$/),
    ]);
    await expect(target('REVOKE SELECT ON pg_class FROM PUBLIC', { as: { user: 'reader' } })).rejects.toMatchObject({
      code: 'schema-unreadable',
      message: expect.stringContaining('pg_class'),
    });
  });

  test('leaves a transaction that is open, and the session, as they were', async () => {
    const client = await server.connect(`session_${major}`);
    await client.query("SET search_path = other, public; BEGIN READ ONLY; SELECT set_config('app.mark', 'kept', true)");
    await targetSnapshot(client, major, () => true, new Set());
    const { rows } = await client.query("SELECT current_setting('search_path') path, current_setting('app.mark') mark");
    expect(rows).toEqual([{ path: 'other, public', mark: 'kept' }]);
  });

  test('does not differ by the ledger, by history tables or by schemas that are none of the migrations', async () => {
    const { same, lines, notices } = await target(
      `CREATE SCHEMA lockstep; CREATE TABLE lockstep.migrations (id text PRIMARY KEY);
       CREATE TABLE our_history (id serial PRIMARY KEY, name text UNIQUE);
       CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY);
       CREATE SCHEMA auth AUTHORIZATION supabase_auth_admin; CREATE TABLE auth.users (id uuid PRIMARY KEY);
       CREATE SCHEMA reports; CREATE VIEW reports.all_users AS SELECT * FROM users;
       CREATE FUNCTION rds_tool() RETURNS integer LANGUAGE sql AS 'SELECT 1';
       ALTER FUNCTION rds_tool() OWNER TO rdsadmin`,
      { request: { ignoreRelations: ['public.our_history'] } },
    );
    expect({ same, lines }).toEqual({ same: true, lines: [] });
    expect(notices).toEqual([
      'Not compared: schemas that no migration makes or fills: auth, reports.',
      'Not compared: history tables of migration tools: public._sqlx_migrations.',
      "Not compared: 1 thing of the hosting service's own roles.",
    ]);
  });

  test('has of the platform what the migrations have made there, and nothing else of it counts', async () => {
    const migrations = {
      '001_profiles.sql': `
        CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users, name text);
        CREATE FUNCTION new_profile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER on_user AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION new_profile();
        CREATE POLICY public_read ON storage.objects FOR SELECT USING (bucket_id = 'public');`,
    };
    const platform = `
      CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA realtime;
      CREATE TABLE auth.users (instance_id uuid, id uuid PRIMARY KEY, email text, confirmation_token text);
      CREATE TABLE auth.sessions (id uuid PRIMARY KEY, user_id uuid REFERENCES auth.users);
      CREATE TABLE storage.objects (id uuid PRIMARY KEY, bucket_id text, level integer);
      CREATE INDEX bucket ON storage.objects (bucket_id);
      ALTER TABLE auth.users OWNER TO supabase_auth_admin;`;
    const asked = { migrations, before: platform, rehearsal: { preset: 'supabase' } } as const;
    const unchanged = await target('', asked);
    expect(unchanged.lines).toEqual([]);
    expect(unchanged.notices.join('\n')).toMatch(/schemas that no migration makes or fills: auth\.$/m);
    expect(unchanged.notices.join('\n')).toMatch(/\d\d things that `rehearsal` in lockstep\.yml brings/);
    const changed = await target('DROP TRIGGER on_user ON auth.users; ALTER TABLE profiles ADD bio text', asked);
    expect([...changed.lines].sort()).toEqual([
      '+ column public.profiles.bio text',
      expect.stringMatching(/^- trigger on_user on auth.users /),
    ]);
  });

  test('lacks an extension that the migrations make; another schema or version of it is no difference', async () => {
    const lacking = await target('', {
      migrations: { '001_a.sql': 'CREATE EXTENSION pg_trgm; CREATE TABLE t (a text)' },
    });
    expect(lacking.same).toBe(true);
    const gone = await target('DROP EXTENSION pg_trgm', {
      migrations: { '001_a.sql': 'CREATE EXTENSION pg_trgm; CREATE TABLE t (a text)' },
    });
    expect(gone.lines).toEqual([expect.stringMatching(/^- extension pg_trgm/)]);
    const elsewhere = await target('', {
      before:
        'CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions; SET search_path = public, extensions;',
      migrations: {
        '001_a.sql': `CREATE EXTENSION IF NOT EXISTS citext; CREATE TABLE t (a citext DEFAULT 'x');
          CREATE FUNCTION f(a citext) RETURNS citext LANGUAGE sql AS 'SELECT $1'`,
      },
    });
    expect(elsewhere.lines).toEqual([]);
  });

  test('that differs from the setup stand-in counts only where a migration has touched it', async () => {
    const asked = {
      setup: 'CREATE TABLE legacy (id integer, old text, gone text)',
      before: 'CREATE TABLE legacy (id bigint, old text, gone text, more text);',
      migrations: { '001_a.sql': 'ALTER TABLE legacy ADD fresh integer NOT NULL, DROP gone; CREATE TABLE t (a text)' },
    };
    expect((await target('', asked)).lines).toEqual([]);
    const { lines } = await target('ALTER TABLE legacy DROP fresh, ADD gone text', asked);
    expect([...lines].sort()).toEqual([
      expect.stringMatching(/^\+ column public.legacy.gone text/),
      '- column public.legacy.fresh integer not null',
    ]);
  });

  test('that was read back from a dump is the same', async () => {
    const restored = `ALTER TABLE users DROP CONSTRAINT users_status_check,
      ADD CONSTRAINT users_status_check CHECK (((status)::text = ANY (ARRAY[('new'::character varying)::text, ('old'::character varying)::text])))`;
    expect((await target(restored)).lines).toEqual([]);
  });

  test('is compared with a schema file where the project has one, which is said', async () => {
    const schema = { path: 'db/schema.sql', text: 'CREATE TABLE t (a text, b text)' };
    const { lines, notices } = await target('', {
      migrations: { '001_t.sql': 'CREATE TABLE t (a text)' },
      rehearsal: { schemaFile: schema.path },
      request: { schema },
    });
    expect(lines).toEqual(['- column public.t.b text']);
    expect(notices).toEqual([expect.stringContaining('db/schema.sql, which may hold more')]);
  });

  test('of the example project is the same as its migrations', async () => {
    const ups = Object.fromEntries(Object.entries(SHOP).filter(([name]) => !name.endsWith('.down.sql')));
    const name = `shop_${major}`;
    const client = await server.connect(name);
    await apply(client, ups);
    const { same, lines, notices } = await compared(server, name, { migrations: SHOP });
    expect({ same, lines, notices }).toEqual({ same: true, lines: [], notices: [] });
  });
});

test('the major of the target wins over the setting, and a rehearsal server of another major is told', async () => {
  await loadParser();
  const server = await startScratchPostgres(15);
  const rehearsalServer = await startScratchPostgres(18);
  try {
    const client = await server.connect('target');
    await apply(client, { a: 'CREATE TABLE t (id integer PRIMARY KEY)' });
    const asked = { migrations: { '001_a.sql': 'CREATE TABLE t (id integer PRIMARY KEY)' } };
    const own = await compared(server, 'target', { ...asked, request: { policy: policy({ postgresVersion: 18 }) } });
    expect(own.told).toEqual([expect.stringContaining('postgres_version is 18')]);
    expect([own.same, own.rehearsal.serverVersion]).toEqual([true, expect.stringMatching(/^15\b/)]);
    const { host, port, user } = rehearsalServer.config();
    const rehearsalUrl = `postgres://${user}@localhost:${port}/postgres?host=${encodeURIComponent(host ?? '')}`;
    const theirs = await compared(server, 'target', { ...asked, settings: { rehearsalUrl } });
    expect(theirs.told).toEqual([expect.stringContaining('Postgres 18 (rehearsal_url), and the target is 15')]);
    expect(theirs.lines).toEqual([]);
  } finally {
    await Promise.all([server.stop(), rehearsalServer.stop()]);
  }
});

test('a Postgres that LOCKSTEP_PG_BIN names has to be of the major of the target', async () => {
  await loadParser();
  const server = await startScratchPostgres(15);
  try {
    await server.connect('target');
    const user = await serverUser();
    const { directory } = await findBinaries({ request: serverRequest({ major: 18 }), user });
    const env = { ...definedEnvironment(), LOCKSTEP_PG_BIN: directory };
    await expect(compared(server, 'target', { migrations: {}, settings: { env } })).rejects.toMatchObject({
      code: 'postgres-bin-version',
      message: expect.stringContaining('Postgres 15, which the target is'),
    });
  } finally {
    await server.stop();
  }
});

test('a history that cannot be replayed is told with the file', async () => {
  await loadParser();
  const server = await startScratchPostgres(18);
  try {
    await server.connect('target');
    const migrations = { '001_a.sql': 'CREATE TABLE t (a integer REFERENCES missing)' };
    await expect(compared(server, 'target', { migrations })).rejects.toMatchObject({
      code: 'base-history-failed',
      message: expect.stringContaining('001_a.sql:1'),
    });
  } finally {
    await server.stop();
  }
});
