import { beforeAll, describe, expect, test } from 'vitest';
import { loadParser } from '../../../src/project/sql.ts';
import type { SeedPlan } from '../../../src/rehearsal/seed/chain.ts';
import { testServer } from '../../support/postgres.ts';
import { edgeMajors } from '../../support/scratch-postgres.ts';
import { type Asked, rehearsed, seedCommand } from './rehearsed.ts';

const BASE = `
  CREATE TABLE users (id bigserial PRIMARY KEY, email text, bio varchar(200), born date);
  CREATE TABLE orders (id bigserial PRIMARY KEY, user_id bigint, total numeric(10,2), note text);`;

beforeAll(loadParser);

describe.each(edgeMajors)('the run on rows on Postgres $major', ({ major }) => {
  interface Told {
    readonly empty: string | undefined;
    readonly rows: string | undefined;
  }

  /** What became of each migration, on empty tables and on rows: 'applied', or the SQLSTATE. */
  async function outcomes(migrations: Asked['migrations'], rest: Partial<Asked> = {}): Promise<Record<string, Told>> {
    const rehearsal = await rehearsed(major, { base: BASE, migrations, ...rest }, ({ migration, round, onRows }) => ({
      id: migration.id,
      empty: round && (round.up.error?.sqlstate ?? round.up.status),
      rows: onRows && (onRows.outcome.error?.sqlstate ?? onRows.outcome.status),
    }));
    return Object.fromEntries(rehearsal.migrations.map(({ id, ...told }) => [id, told]));
  }

  const passes = { empty: 'applied', rows: 'applied' };

  test('finds what fails on rows only, and judges the next migration all the same', async () => {
    expect(
      await outcomes({
        '001_unique.sql': 'ALTER TABLE users ADD UNIQUE (bio)',
        '002_not_null.sql':
          'ALTER TABLE orders ALTER user_id SET NOT NULL; UPDATE orders SET user_id = 1 WHERE user_id IS NULL',
        '003_foreign_key.sql': 'ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id)',
        '004_narrower.sql': 'ALTER TABLE users ALTER bio TYPE varchar(100)',
        '005_number.sql': 'ALTER TABLE orders ALTER note TYPE integer USING note::integer',
        '006_check.sql': "ALTER TABLE users ADD CHECK (email LIKE '%@%')",
        '007_required.sql': 'ALTER TABLE users ADD COLUMN name text NOT NULL',
        '008_fine.sql':
          "ALTER TABLE users ADD COLUMN kind text NOT NULL DEFAULT 'person'; CREATE INDEX ON users (kind)",
      }),
    ).toEqual({
      '001_unique': { empty: 'applied', rows: '23505' },
      '002_not_null': { empty: 'applied', rows: '23502' },
      '003_foreign_key': { empty: 'applied', rows: '23503' },
      '004_narrower': { empty: 'applied', rows: '22001' },
      '005_number': { empty: 'applied', rows: '22P02' },
      '006_check': { empty: 'applied', rows: '23514' },
      '007_required': { empty: 'applied', rows: '23502' },
      '008_fine': passes,
    });
  });

  test('a migration that fails on empty tables is not run on rows', async () => {
    expect(
      await outcomes({ '001_bad.sql': 'ALTER TABLE gone ADD x int', '002_fine.sql': 'ALTER TABLE users ADD x int' }),
    ).toEqual({
      '001_bad': { empty: '42P01', rows: undefined },
      '002_fine': passes,
    });
  });

  test('rows that the change set has written stay, and what it has made stays empty after a failure', async () => {
    expect(
      await outcomes({
        '001_make.sql':
          "CREATE TABLE kinds (name text PRIMARY KEY); INSERT INTO kinds SELECT DISTINCT 'kind' FROM users",
        '002_uses.sql':
          "CREATE TABLE made (id int, name text); ALTER TABLE users ADD kind text REFERENCES kinds DEFAULT 'kind'",
        '003_fails.sql': 'ALTER TABLE users ADD UNIQUE (kind)',
        '004_made.sql': 'ALTER TABLE made ADD more text NOT NULL',
        '005_users.sql': 'ALTER TABLE users ADD more text NOT NULL',
      }),
    ).toEqual({
      '001_make': passes,
      // No kind was written where there was no user: the default refers to nothing only on rows that are there.
      '002_uses': passes,
      '003_fails': { empty: 'applied', rows: '23505' },
      '004_made': passes,
      '005_users': { empty: 'applied', rows: '23502' },
    });
  });

  test('change sets that make roles run on rows on a server of their own, and on a second one after a failure', async () => {
    const migrations = {
      '001_role.sql': 'CREATE ROLE reader',
      '002_fails.sql': 'ALTER TABLE users ADD x int NOT NULL',
      '003_grant.sql': 'GRANT SELECT ON users TO reader; CREATE ROLE writer; ALTER TABLE users ADD y int',
      '004_unique.sql': 'GRANT UPDATE ON users TO writer; ALTER TABLE users ADD UNIQUE (born)',
    };
    expect(await outcomes(migrations, { superuser: true })).toEqual({
      '001_role': passes,
      '002_fails': { empty: 'applied', rows: '23502' },
      '003_grant': passes,
      '004_unique': { empty: 'applied', rows: '23505' },
    });
  });

  test('code of the change set never runs with the rights of a superuser', async () => {
    const answer = await outcomes({
      '001_trap.sql': `CREATE FUNCTION trap(t text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
          IF current_setting('is_superuser') = 'on' THEN CREATE ROLE caught SUPERUSER; END IF; RETURN true; END $$;
        ALTER TABLE users ADD CHECK (trap(email))`,
      '002_fails.sql': 'ALTER TABLE users ADD UNIQUE (bio)',
      '003_asks.sql':
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'caught') THEN RAISE 'caught'; END IF; END $$",
    });
    expect(answer['003_asks']).toEqual(passes);
  });

  describe('rows of the project', () => {
    const migrations = {
      '001_email.sql': 'ALTER TABLE users ALTER email SET NOT NULL',
      '002_total.sql': 'ALTER TABLE orders ALTER total SET NOT NULL',
    };
    const script = { path: 'db/seed.sql', text: "INSERT INTO users (email) VALUES ('a@b.test'), ('c@d.test');" };
    const plan = (generic: boolean, project: NonNullable<SeedPlan['project']>): Partial<Asked> => ({
      seed: { generic, project },
    });

    test('generic rows fill the tables that the files leave empty', async () => {
      expect(await outcomes(migrations, plan(true, { scripts: [script], command: undefined }))).toEqual({
        '001_email': passes,
        '002_total': { empty: 'applied', rows: '23502' },
      });
    });

    test('nothing is made up where the project wants to have it so', async () => {
      expect(await outcomes(migrations, plan(false, { scripts: [script], command: undefined }))).toEqual({
        '001_email': passes,
        '002_total': passes,
      });
    });

    test('a command gets the address of the database', async () => {
      const client = `node -e "const { Client } = require('${process.cwd()}/node_modules/pg');
        (async () => { const c = new Client(process.env.DATABASE_URL); await c.connect();
          await c.query('INSERT INTO orders DEFAULT VALUES'); await c.end(); })()"`;
      expect(await outcomes(migrations, plan(false, { scripts: [], command: seedCommand(client) }))).toEqual({
        '001_email': passes,
        '002_total': { empty: 'applied', rows: '23502' },
      });
    });

    test('a seed that fails is told, and generic rows take its place', async () => {
      const bad = { path: 'db/seed.sql', text: 'INSERT INTO users (email) VALUES (1);\nINSERT INTO gone VALUES (1)' };
      const rehearsal = await rehearsed(
        major,
        { base: BASE, migrations, ...plan(true, { scripts: [bad], command: undefined }) },
        ({ onRows }) => onRows?.outcome.error?.sqlstate,
      );
      expect(rehearsal.migrations).toEqual(['23502', '23502']);
      expect(rehearsal.rows?.filling).toMatchObject({
        byProject: false,
        projectProblem: 'db/seed.sql:2: relation "gone" does not exist',
      });
    });

    test('a command that fails is told with its last words', async () => {
      const rehearsal = await rehearsed(
        major,
        { base: BASE, migrations, ...plan(true, { scripts: [], command: seedCommand('echo no rows today; exit 3') }) },
        () => undefined,
      );
      expect(rehearsal.rows?.filling?.projectProblem).toBe(
        '`echo no rows today; exit 3` ended with exit status 3: no rows today',
      );
    });
  });

  test('without rows nothing more is run', async () => {
    const rehearsal = await rehearsed(
      major,
      { base: BASE, migrations: { '001_x.sql': 'ALTER TABLE users ADD x int NOT NULL' }, seed: null },
      ({ onRows }) => onRows,
    );
    expect(rehearsal).toMatchObject({ migrations: [undefined], rows: undefined });
  });

  test('works on a server that is not ours', async () => {
    const started = await testServer({ major });
    try {
      const admin = await started.connect();
      await admin.query("CREATE ROLE runner SUPERUSER LOGIN PASSWORD 'secret'");
      const { host, port } = started.server.address();
      const url = `postgres://runner:secret@${host}:${port}/postgres`;
      expect(
        await outcomes(
          { '001_x.sql': 'ALTER TABLE users ADD x int NOT NULL', '002_y.sql': 'ALTER TABLE users ADD UNIQUE (bio)' },
          { url },
        ),
      ).toEqual({
        '001_x': { empty: 'applied', rows: '23502' },
        '002_y': { empty: 'applied', rows: '23505' },
      });
    } finally {
      await started.stop();
    }
  });
});
