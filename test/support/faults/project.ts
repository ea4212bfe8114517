import { createGitRepo, type GitRepo } from '../git-repo.ts';

/**
 * Migrations of every kind, none of which may run twice unnoticed: the journal has no key, the counter counts, and names
 * that are taken make a second CREATE fail.
 */

/** A setting that a session once had is '' after a reset, and NULL in a session that never had it: Postgres' own way. */
const note = (what: string): string =>
  `INSERT INTO journal SELECT '${what}', current_user, nullif(current_setting('app.tenant', true), '')`;

const MIGRATIONS: Readonly<Record<string, string>> = {
  '001_tables': `
    CREATE TABLE journal (what text NOT NULL, who text NOT NULL, tenant text);
    GRANT ALL ON journal TO app_owner;
    CREATE TABLE counter (n int NOT NULL);
    INSERT INTO counter VALUES (0);
    ${note('tables')};`,
  '002_counter': `
    UPDATE counter SET n = n + 1;
    ${note('counter 1')};
    UPDATE counter SET n = n * 2 + 1;`,
  '003_deferred': `
    CREATE TABLE parent (id int PRIMARY KEY);
    CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO child SELECT i, i % 10 FROM generate_series(1, 200) i;
    INSERT INTO parent SELECT i FROM generate_series(0, 9) i;
    ${note('deferred')};`,
  '004_enum': `
    CREATE TYPE colour AS ENUM ('red', 'green');
    ALTER TABLE child ADD COLUMN colour colour DEFAULT 'red';
    UPDATE counter SET n = n + 10;`,
  '005_enum_value': `-- lockstep: no-transaction
    ALTER TYPE colour ADD VALUE 'blue';
    UPDATE child SET colour = 'blue' WHERE id % 2 = 0;
    ${note('blue')};`,
  '006_people': `
    CREATE TABLE people (id int PRIMARY KEY, email text, name text);
    INSERT INTO people SELECT i, 'p' || i, 'n' || i % 20 FROM generate_series(1, 300) i;
    CREATE INDEX people_old ON people (name);
    CREATE INDEX people_tired ON people (name, id);
    GRANT ALL ON people TO app_owner;
    CREATE TABLE measures (at int NOT NULL, v int) PARTITION BY RANGE (at);
    CREATE TABLE measures_1 PARTITION OF measures FOR VALUES FROM (0) TO (100);
    CREATE TABLE measures_2 PARTITION OF measures FOR VALUES FROM (100) TO (200);
    INSERT INTO measures SELECT i, i FROM generate_series(0, 199) i;`,
  '007_concurrently': `-- lockstep: no-transaction
    SET app.tenant = 'shop';
    SET ROLE app_owner;
    ${note('as owner')};
    RESET ROLE;
    CREATE INDEX CONCURRENTLY people_name ON people (name);
    ${note('between')};
    CREATE UNIQUE INDEX CONCURRENTLY people_email ON people (email);
    UPDATE counter SET n = n * 3;
    DROP INDEX CONCURRENTLY people_old;
    ${note('dropped')};
    REINDEX INDEX CONCURRENTLY people_tired;
    VACUUM (ANALYZE) people;
    ${note('done')};`,
  '008_detach': `-- lockstep: no-transaction
    ALTER TABLE measures DETACH PARTITION measures_1 CONCURRENTLY;
    ${note('detached')};
    CREATE INDEX CONCURRENTLY ON measures_1 (v);
    REINDEX TABLE CONCURRENTLY measures_1;`,
  '009_only_concurrently': 'CREATE INDEX CONCURRENTLY people_both ON people (name, email);',
  '010_temporary': `-- lockstep: no-transaction
    CREATE TEMP TABLE chosen AS SELECT id FROM people WHERE id <= 3;
    CREATE INDEX CONCURRENTLY IF NOT EXISTS people_chosen ON people (id, name);
    INSERT INTO journal SELECT 'chosen ' || id, current_user FROM chosen;`,
  '011_constraint': `
    ALTER TABLE people ADD CONSTRAINT people_named CHECK (name IS NOT NULL) NOT VALID;
    ALTER TABLE people VALIDATE CONSTRAINT people_named;
    CREATE FUNCTION twice(int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN $1 * 2; END $$;
    CREATE VIEW adults AS SELECT id, name FROM people WHERE twice(id) > 10;`,
  '012_last': `
    UPDATE counter SET n = n + 1000;
    ${note('last')};`,
};

export interface FaultProject {
  readonly repo: GitRepo;
  readonly migrations: readonly string[];
}

/** A repository with these migrations; the caller disposes of it. */
export function faultProject(
  migrations: Readonly<Record<string, string>> = MIGRATIONS,
  config: Readonly<Record<string, string>> = {},
): FaultProject {
  const repo = createGitRepo();
  const files = Object.entries(migrations).map(([id, sql]) => [
    `migrations/${id}.sql`,
    `${sql.trim().replace(/^ {4}/gm, '')}\n`,
  ]);
  const settings = { lock_timeout: '2s', lock_retry_budget: '60s', concurrent_wait: '30s', ...config };
  const yaml = Object.entries(settings).map(([key, value]) => `${key}: ${value}\n`);
  repo.commit('start', { ...Object.fromEntries(files), 'lockstep.yml': yaml.join('') });
  return { repo, migrations: Object.keys(migrations) };
}

export function noteOf(what: string): string {
  return note(what);
}
