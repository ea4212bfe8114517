import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { checkHere, runsExample } from '../../support/example.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { npmTool, roundTrip } from '../../support/round-trip.ts';

/** Supabase's own command line. */
function supabase(repo: GitRepo, url: string, ...args: readonly string[]): string {
  const home = mkdtempSync(join(tmpdir(), 'lockstep-supabase-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const address = url.includes('sslmode') ? url : `${url}?sslmode=disable`;
  const given = ['--db-url', address, '--yes', '--workdir', repo.dir];
  const quiet = { SUPABASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  return npmTool('supabase', [...args, ...given], repo, url, { PATH: process.env.PATH ?? '', HOME: home, ...quiet });
}

const project = { 'supabase/config.toml': 'project_id = "shop"\n' };
const files = (migrations: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(migrations).map(([name, sql]) => [`supabase/migrations/${name}.sql`, sql]));
const rows = 'SELECT * FROM supabase_migrations.schema_migrations ORDER BY version';

roundTrip({
  name: 'supabase',
  files: (migrations) => ({
    ...project,
    ...files(Object.fromEntries(migrations.map(({ index, name, up }) => [`2025010100000${index}_${name}`, up]))),
  }),
  migrate: (repo, url) => supabase(repo, url, 'db', 'push'),
  rows,
  varying: [],
  // What its own way of cutting a file is about.
  migrations: [
    "-- the users;\nCREATE TABLE users (id int PRIMARY KEY, name text DEFAULT ';');;\n/* one; */ INSERT INTO users VALUES (1, 'a''b;');\n",
    'CREATE INDEX CONCURRENTLY users_name ON users (name);\n',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;\r\nCREATE FUNCTION g() RETURNS int LANGUAGE sql AS $x$ SELECT 1; $x$\r\n;\r\n-- the end;\r\n',
    '-- nothing yet\n',
    'CREATE TABLE more (id int PRIMARY KEY);\nCREATE INDEX CONCURRENTLY more_id ON more (id);\nINSERT INTO more VALUES (1);\n',
  ].map((up, index) => ({ index, name: `part_${index}`, up, down: '' })),
});

runsExample({
  name: 'supabase',
  tool: 'supabase',
  newest: ['supabase/migrations/20250103000000_add_isbn.sql'],
  down: 'reversed',
  // What a project has before any migration of its own.
  prepare: async ({ admin, role }) => {
    await admin.query(`CREATE ROLE authenticated; CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY);
      CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';
      GRANT USAGE ON SCHEMA auth TO ${role}; GRANT REFERENCES, SELECT ON auth.users TO ${role}`);
  },
  agrees: (repo, { url }) => void supabase(repo, url, 'db', 'push'),
});

describe("Supabase's traps", () => {
  const target = targets();
  const users = { '20250101000000_users': 'CREATE TABLE users (id int PRIMARY KEY);' };
  const orders = { '20250103000000_orders': 'CREATE TABLE orders (id int PRIMARY KEY);' };
  const late = { '20250102000000_late': 'CREATE TABLE late (id int PRIMARY KEY);' };

  it('what was merged late stops both; where it is allowed, Supabase is content afterwards', async () => {
    const shop = await target();
    const repo = gitRepo({ ...project, ...files({ ...users, ...orders }) });
    supabase(repo, shop.url, 'db', 'push');
    repo.commit('late', files(late));
    expect(() => supabase(repo, shop.url, 'db', 'push')).toThrow('to be inserted before');
    const refused = await lockstepHere('apply', repo, shop.url);
    expect(refused.report.result, refused.printed).toBe('refused');
    repo.commit('allowed', { 'lockstep.yml': 'out_of_order: apply\n' });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(supabase(repo, shop.url, 'db', 'push')).toContain('up to date');
  });

  it('a table of early days gets its columns, as Supabase would add them', async () => {
    const shop = await target();
    await shop.rows(`CREATE SCHEMA supabase_migrations AUTHORIZATION ${shop.role}; SET ROLE ${shop.role};
      CREATE TABLE supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY);
      INSERT INTO supabase_migrations.schema_migrations VALUES ('20250101000000'); RESET ROLE`);
    const repo = gitRepo({ ...project, ...files({ ...users, ...orders }) });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.rows(rows)).toMatchObject([{ name: null }, { name: 'orders', statements: [expect.any(String)] }]);
    expect(supabase(repo, shop.url, 'db', 'push')).toContain('up to date');
  });

  it('a migration on what the platform brings is told of the preset', async () => {
    const owned = { '20250104000000_owned': 'CREATE TABLE owned (id uuid REFERENCES auth.users);' };
    const repo = gitRepo({ ...project, ...files(users) });
    repo.branch('change');
    repo.commit('owned', files(owned));
    const { report } = await checkHere(repo);
    expect(report.findings.find(({ rule }) => rule === 'migration-fails')?.suggestion).toContain('preset: supabase');
  });
});
