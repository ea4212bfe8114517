import { beforeAll, describe, expect, test } from 'vitest';
import { judgeMigration, judgeRehearsal, type Rehearsed } from '../../../src/judgement/rehearsed.ts';
import { loadParser } from '../../../src/project/sql.ts';
import type { Finding } from '../../../src/report/model.ts';
import { edgeMajors } from '../../support/scratch-postgres.ts';
import { type Asked, rehearsed } from './rehearsed.ts';

const BASE = `
  CREATE TYPE state AS ENUM ('open', 'closed');
  CREATE TABLE users (id bigserial PRIMARY KEY, email text, bio varchar(200), born date, token uuid, state state, score int,
    points numeric(10,2), CONSTRAINT old CHECK (score > 0) NOT VALID);
  CREATE TABLE orders (id bigserial PRIMARY KEY, "User" bigint, total numeric(10,2), note text, remark text, placed timestamptz);
  ALTER TABLE orders ADD CONSTRAINT later FOREIGN KEY ("User") REFERENCES users NOT VALID;
  CREATE TABLE parents (a int, b int, PRIMARY KEY (b, a));
  CREATE TABLE children (x int, y int); CREATE TABLE notes (words text, at date);
  CREATE TABLE impossible (id int PRIMARY KEY, n int NOT NULL CHECK (n > 3 AND n < 2));`;

beforeAll(loadParser);

describe.each(edgeMajors)('what a failure on rows means on Postgres $major', ({ major }) => {
  async function judged(migrations: Asked['migrations'], rest: Partial<Asked> = {}): Promise<Rehearsed> {
    const asked = { base: BASE, migrations, ...rest };
    return judgeRehearsal(await rehearsed(major, asked, (item) => judgeMigration(item, ['public'])), []);
  }

  async function onRows(migrations: Asked['migrations'], rest: Partial<Asked> = {}): Promise<Record<string, Finding>> {
    const { findings } = await judged(migrations, rest);
    return Object.fromEntries(
      findings.flatMap((found) =>
        found.rule === 'fails-on-rows' ? [[found.path.replace(/^migrations\/|\.sql$/g, ''), found]] : [],
      ),
    );
  }

  const QUERIES: readonly (readonly [sql: string, query: string | undefined])[] = [
    ['ALTER TABLE users ALTER email SET NOT NULL', 'SELECT count(*) FROM "public"."users" WHERE "email" IS NULL;'],
    [
      'ALTER TABLE users ADD UNIQUE (bio, born)',
      'SELECT "bio", "born", count(*) FROM "public"."users" WHERE "bio" IS NOT NULL AND "born" IS NOT NULL GROUP BY "bio", "born" HAVING count(*) > 1;',
    ],
    [
      'CREATE UNIQUE INDEX ON public.notes (lower(words)) WHERE (at IS NOT NULL)',
      'SELECT lower(words), count(*) FROM "public"."notes" WHERE ((at IS NOT NULL)) GROUP BY lower(words) HAVING count(*) > 1;',
    ],
    [
      'CREATE UNIQUE INDEX ON notes (at) NULLS NOT DISTINCT',
      'SELECT "at", count(*) FROM "public"."notes" GROUP BY "at" HAVING count(*) > 1;',
    ],
    [
      'ALTER TABLE children ADD FOREIGN KEY (x, y) REFERENCES parents (a, b)',
      'SELECT count(*) FROM "public"."children" AS child WHERE child."x" IS NOT NULL AND child."y" IS NOT NULL AND NOT EXISTS (SELECT FROM "public"."parents" AS parent WHERE parent."a" = child."x" AND parent."b" = child."y");',
    ],
    [
      "ALTER TABLE users ADD CONSTRAINT mail CHECK (email LIKE '%@%)' OR email = 'x'), ADD COLUMN more int",
      `SELECT count(*) FROM "public"."users" WHERE NOT (email LIKE '%@%)' OR email = 'x');`,
    ],
    [
      'ALTER TABLE users ALTER bio TYPE varchar(50)',
      'SELECT count(*) FROM "public"."users" WHERE length("bio"::text) > 50;',
    ],
    [
      'ALTER TABLE users ALTER score TYPE smallint',
      'SELECT count(*) FROM "public"."users" WHERE "score" NOT BETWEEN -32768 AND 32767;',
    ],
    [
      'ALTER TABLE users ALTER points TYPE numeric(5,1)',
      'SELECT count(*) FROM "public"."users" WHERE abs("points") >= 1e4;',
    ],
    [
      'ALTER TABLE orders ALTER note TYPE integer USING note::integer',
      `SELECT count(*) FROM "public"."orders" WHERE "note"::text !~ '^\\s*[-+]?[0-9]+\\s*$';`,
    ],
    [
      'ALTER TABLE orders ALTER remark TYPE date USING (remark::date)',
      `SELECT count(*) FROM "public"."orders" WHERE NOT pg_input_is_valid("remark"::text, 'date'); -- Postgres 16 and later`,
    ],
    ['ALTER TABLE users ALTER bio TYPE integer USING substr(bio, 2)::integer', undefined],
    ['UPDATE orders SET total = 1 / (id - id)', undefined],
    ['CREATE TABLE copies (mail text NOT NULL); INSERT INTO copies SELECT token FROM users', undefined],
  ];

  test('warns, with the query that decides on production', async () => {
    const files = QUERIES.map(([sql], index) => [`${String(index + 1).padStart(3, '0')}_x.sql`, sql] as const);
    const found = await onRows(Object.fromEntries(files));
    for (const [index, [name]] of files.entries()) {
      const finding = found[name.replace('.sql', '')];
      const [sql, query] = QUERIES[index] ?? [];
      expect(finding, sql).toMatchObject({ severity: 'warn', source: 'rehearsal' });
      expect(finding?.suggestion, sql).toBe(query);
      expect(finding?.help, sql).toMatch(query === undefined ? /^Look / : /^Run the query/);
    }
    expect(found['001_x']?.message).toBe(
      'On empty tables it runs, on tables with rows it fails: column "email" of relation "users" contains null values (SQLSTATE 23502). The rows are generic: three for each table, one with NULL wherever it may stand, two that are equal but for keys. Whether production\'s rows fail as well, they do not tell.',
    );
    expect(found['002_x']?.message).toContain('Key (bio, born)=(xxx…, 2001-02-04) is duplicated');
  });

  test('the queries are ones that the server understands', async () => {
    const reads = QUERIES.flatMap(([, query]) =>
      query === undefined || (query.includes('pg_input_is_valid') && major < 16) ? [] : [query],
    );
    const { findings } = await judged({ '001_reads.sql': reads.join('\n') });
    expect(findings.filter(({ rule }) => rule !== 'down-missing')).toEqual([]);
  });

  test('of constraints that were there unvalidated as well', async () => {
    const found = await onRows(
      {
        '001_check.sql': 'ALTER TABLE users VALIDATE CONSTRAINT old',
        '002_key.sql': 'ALTER TABLE orders VALIDATE CONSTRAINT later',
      },
      {
        seed: {
          generic: true,
          project: {
            scripts: [
              {
                path: 'seed.sql',
                text: `ALTER TABLE users DROP CONSTRAINT old; INSERT INTO users (score) VALUES (-1); ALTER TABLE users ADD CONSTRAINT old CHECK (score > 0) NOT VALID;
                ALTER TABLE orders DROP CONSTRAINT later; INSERT INTO orders ("User") VALUES (77); ALTER TABLE orders ADD CONSTRAINT later FOREIGN KEY ("User") REFERENCES users NOT VALID;`,
              },
            ],
            command: undefined,
          },
        },
      },
    );
    expect(found['001_check']).toMatchObject({
      severity: 'block',
      suggestion: 'SELECT count(*) FROM "public"."users" WHERE NOT ((score > 0));',
      message: expect.stringContaining("The rows are the project's own"),
    });
    expect(found['002_key']?.suggestion).toContain('parent."id" = child."User"');
  });

  test.each([
    ['a NOT NULL column without a default', 'ALTER TABLE users ADD COLUMN name text NOT NULL'],
    [
      'a new column that nothing fills',
      'ALTER TABLE users ADD COLUMN name text; ALTER TABLE users ALTER name SET NOT NULL',
    ],
    [
      'a new column that is unique and the same in all rows',
      "ALTER TABLE users ADD COLUMN kind text UNIQUE DEFAULT 'x'",
    ],
    ['a default that does not meet the condition', 'ALTER TABLE users ADD COLUMN size int DEFAULT 0 CHECK (size > 0)'],
    ['a default that refers to nothing', 'ALTER TABLE users ADD COLUMN parent bigint DEFAULT 1 REFERENCES orders'],
    ['a cast that no value passes', 'ALTER TABLE users ALTER token TYPE integer USING token::text::integer'],
    ['a label that is no number', 'ALTER TABLE users ALTER state TYPE integer USING state::text::integer'],
  ])('blocks where any row at all would fail: %s', async (_, sql) => {
    const { '001_x': found } = await onRows({ '001_x.sql': sql });
    expect(found).toMatchObject({
      severity: 'block',
      message: expect.stringMatching(/(row|rows|value) that (is|are) there makes? it fail/),
    });
    expect(found?.suggestion).toBeUndefined();
  });

  test('does not block where the migration fills the column', async () => {
    const { '001_x': found } = await onRows({
      '001_x.sql':
        'ALTER TABLE users ADD name text; UPDATE users SET name = email; ALTER TABLE users ALTER name SET NOT NULL',
    });
    expect(found).toMatchObject({ severity: 'warn', line: 1, statement: 2 });
    expect(found?.help).toContain('Look on production for rows from which NULL comes into the column');
  });

  test('says so where the change set wrote the rows itself, out of generic ones', async () => {
    const { '002_key': found } = await onRows({
      '001_made.sql': 'CREATE TABLE mails AS SELECT bio FROM users',
      '002_key.sql': 'ALTER TABLE mails ADD UNIQUE (bio)',
    });
    expect(found).toMatchObject({
      severity: 'warn',
      message: expect.stringContaining('were written by this change set itself'),
    });
  });

  test('blocks where the change set fails on rows that it wrote by itself, as on empty tables', async () => {
    const { findings } = await judged({
      '001_made.sql': "CREATE TABLE kinds (name text); INSERT INTO kinds VALUES ('a'), ('a')",
      '002_key.sql': 'ALTER TABLE kinds ADD UNIQUE (name)',
    });
    expect(findings.filter(({ severity }) => severity === 'block').map(({ rule }) => rule)).toEqual([
      'migration-fails',
    ]);
  });

  test("blocks where the rows are the project's own, also when they went through a table of the change set", async () => {
    const scripts = [{ path: 'seed.sql', text: "INSERT INTO users (bio) VALUES ('a'), ('a')" }];
    const { '001_made': found } = await onRows(
      { '001_made.sql': 'CREATE TABLE mails AS SELECT bio FROM users; ALTER TABLE mails ADD UNIQUE (bio)' },
      { seed: { generic: false, project: { scripts, command: undefined } } },
    );
    expect(found).toMatchObject({
      severity: 'block',
      message: expect.stringContaining("The rows are the project's own"),
    });
  });

  test('is not misled by a new name', async () => {
    const { '002_key': found } = await onRows({
      '001_name.sql': 'ALTER TABLE users RENAME TO people',
      '002_key.sql': 'ALTER TABLE people ADD UNIQUE (bio)',
    });
    expect(found).toMatchObject({ severity: 'warn' });
  });

  test('is not told of what fails on empty tables', async () => {
    const { findings } = await judged({ '001_x.sql': 'ALTER TABLE gone ALTER x SET NOT NULL' });
    expect(findings.map(({ rule }) => rule)).toEqual(['migration-fails']);
  });

  test('names the tables without rows that a migration works on, and tells how the others were filled', async () => {
    const { notAnalysed, rows } = await judged({
      '001_x.sql':
        'ALTER TABLE users ADD x int;\nALTER TABLE impossible ALTER n TYPE bigint;\nCREATE INDEX ON impossible (n);',
    });
    const reason = 'no value of type integer was found for its column n that meets impossible_n_check';
    expect(notAnalysed).toEqual([
      {
        path: 'migrations/001_x.sql',
        line: 2,
        reason: `not tried on rows of public.impossible, which could not be filled: ${reason}`,
      },
    ]);
    expect(rows).toMatchObject({ filled: 5, kept: 0, notFilled: [{ table: 'public.impossible', reason }] });
  });

  test('tells when the rows of the project could not be brought', async () => {
    const { notAnalysed } = await judged(
      { '001_x.sql': 'ALTER TABLE users ADD x int' },
      { seed: { generic: true, project: { scripts: [{ path: 'seed.sql', text: 'SELECT 1/0' }], command: undefined } } },
    );
    expect(notAnalysed).toEqual([
      {
        path: 'migrations/001_x.sql',
        reason: "the project's own rows (rehearsal.seed) could not be brought: seed.sql:1: division by zero",
      },
    ]);
  });
});
