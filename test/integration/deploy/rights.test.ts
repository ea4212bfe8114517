import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Bookkeeping, createTable } from '../../../src/project/layouts/bookkeeping.ts';
import { layoutNamed, layouts } from '../../../src/project/layouts/detect.ts';
import { recordFacts } from '../../../src/project/layouts/record-facts.ts';
import { qualified, tableSql } from '../../../src/project/quoting.ts';
import { loadParser } from '../../../src/project/sql.ts';
import type { Migration } from '../../../src/project/types.ts';
import { type Target, targets } from '../../support/deploy.ts';
import { drizzleFiles } from '../../support/drizzle.ts';
import { gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';

/** Rights of a role that did not make the tool's table: those of the page are enough, and none is too many. */

beforeAll(loadParser);
const target = targets();

const page = readFileSync(new URL('../../../docs/permissions.md', import.meta.url), 'utf8');

interface Row {
  readonly tools: readonly string[];
  readonly rights: readonly string[];
  readonly schema: string | undefined;
  readonly sequence: string | undefined;
}

const rows: readonly Row[] = [...page.matchAll(/^\| ([^|]+) \| `(SELECT[^|]*)` \| ([^|]*) \|$/gm)].map(
  ([, tools = '', rights = '', beside = '']) => ({
    tools: tools.split(', '),
    rights: rights.split('`, `'),
    schema: /the schema `(\w+)`/.exec(beside)?.[1],
    sequence: /the sequence `([\w.]+)`/.exec(beside)?.[1],
  }),
);

const X = 'SELECT 1;\n';
const files: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  drizzle: drizzleFiles([{ tag: '0000_x', when: 1, sql: X }], 'm'),
  'drizzle-1': { 'm/20250101000000_x/migration.sql': X, 'm/20250101000000_x/snapshot.json': '{}' },
  prisma: { 'm/20250101000000_x/migration.sql': X },
  supabase: { 'm/20250101000000_x.sql': X },
  atlas: { 'm/1_x.sql': X, 'm/atlas.sum': '' },
  flyway: { 'm/V1__x.sql': X },
  'golang-migrate': { 'm/1_x.up.sql': X },
  dbmate: { 'm/1_x.sql': `-- migrate:up\n${X}` },
  goose: { 'm/1_x.sql': `-- +goose Up\n${X}` },
  'graphile-migrate': { 'm/000001-x.sql': `--! Previous: -\n--! Hash: sha1:0\n\n${X}` },
  'node-pg-migrate': { 'm/1_x.sql': X },
};

function migrationOf(tool: string): Migration {
  const all = Object.entries(files[tool] ?? {}).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
  const [migration] = layoutNamed(tool).read('m', all, { placeholders: {} }).migrations;
  if (migration === undefined) throw new Error(`no migration of ${tool}`);
  return migration;
}

/** All that is read and written: by `apply`, with and without a transaction, and by `resolve` either way. */
function written(tool: string, bookkeeping: Bookkeeping): string[] {
  const migration = migrationOf(tool);
  const facts = recordFacts(migration, { role: 'x', previous: undefined, milliseconds: '1' });
  const settled = {
    identity: layoutNamed(tool).identityOf(migration),
    migration,
    facts: { ...facts, how: 'resolved' },
  } as const;
  return [
    bookkeeping.select,
    bookkeeping.record(migration, facts),
    bookkeeping.forget?.(migration, undefined) ?? '',
    bookkeeping.begin?.(migration, facts) ?? '',
    bookkeeping.record(migration, { ...facts, begun: bookkeeping.begin !== undefined }),
    bookkeeping.settle?.({ ...settled, as: 'rolled-back' }) ?? '',
  ];
}

function tableOf(tool: string): Bookkeeping {
  const { historyTable } = layoutNamed(tool);
  if (historyTable === undefined) throw new Error(`${tool} has no table`);
  return historyTable.in(qualified(historyTable.usual));
}

/** Drizzle's table, which somebody else has made, without the right to its sequence. */
async function othersTable({ admin, role }: Target): Promise<void> {
  await admin.query(`${createTable(tableOf('drizzle'), false)};
    GRANT USAGE ON SCHEMA drizzle TO ${role};
    GRANT SELECT, INSERT ON drizzle.__drizzle_migrations TO ${role}`);
}

/** What a role is refused of all that is read and written; undefined: nothing. */
async function work(admin: Target['admin'], role: string, tool: string): Promise<unknown> {
  await admin.query('BEGIN');
  try {
    await admin.query(`SET LOCAL ROLE ${role}`);
    for (const sql of written(tool, tableOf(tool))) await admin.query(sql);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await admin.query('ROLLBACK');
  }
}

describe('the rights of docs/permissions.md', () => {
  it('are told of every tool that has a table', () => {
    const having = layouts.filter(({ historyTable }) => historyTable !== undefined).map(({ name }) => name);
    expect(rows.flatMap(({ tools }) => tools).sort()).toEqual([...having].sort());
  });

  it.each(rows.flatMap((row) => row.tools.map((tool) => ({ tool, row }))))(
    '$tool: are enough, and all are needed',
    async ({ tool, row }) => {
      const { admin, role } = await target();
      const bookkeeping = tableOf(tool);
      const table = tableSql(bookkeeping.table);
      await admin.query(createTable(bookkeeping, false));
      const grants = [
        ...row.rights.map((right) => [right, table]),
        ...(row.schema === undefined ? [] : [['USAGE', `SCHEMA ${row.schema}`]]),
        ...(row.sequence === undefined ? [] : [['USAGE', `SEQUENCE ${row.sequence}`]]),
      ].map(([right, on]) => `${right} ON ${on}`);
      for (const grant of grants) await admin.query(`GRANT ${grant} TO ${role}`);
      expect(await work(admin, role, tool)).toBeUndefined();
      for (const grant of grants) {
        await admin.query(`REVOKE ${grant} FROM ${role}`);
        expect(await work(admin, role, tool), `without ${grant}`).toMatchObject({ code: '42501' });
        await admin.query(`GRANT ${grant} TO ${role}`);
      }
    },
  );

  it('of a table that an early goose made include its sequence', async () => {
    const { admin, role } = await target();
    await admin.query(`CREATE TABLE public.goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL,
        tstamp timestamp NULL DEFAULT now());
      GRANT SELECT, INSERT, DELETE ON public.goose_db_version TO ${role}`);
    expect(await work(admin, role, 'goose')).toMatchObject({ code: '42501' });
    const [, sequence = ''] = /early goose.*?the sequence `([\w.]+)`/s.exec(page) ?? [];
    await admin.query(`GRANT USAGE ON SEQUENCE ${sequence} TO ${role}`);
    expect(await work(admin, role, 'goose')).toBeUndefined();
  });
});

describe('a history that may not be written', () => {
  const refused = async (shop: Target, sql: string) => {
    const repo = gitRepo({
      ...drizzleFiles([{ tag: '0000_x', when: 1, sql }]),
      'lockstep.yml': 'lock_timeout: 1s\n',
    });
    await othersTable(shop);
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toMatch(/^(?:failed|partial)$/);
    expect(printed).not.toMatch(/0000_x\.sql:\d/);
    return { error: report.migrations[0]?.up?.error, printed };
  };

  it('is told as that, with the way to the rights, and at no statement of the file', async () => {
    const { error, printed } = await refused(await target(), 'CREATE TABLE a ();\nCREATE TABLE b ();');
    expect(error, printed).toMatchObject({
      message: 'the history could not be written: permission denied for sequence __drizzle_migrations_id_seq',
      sqlstate: '42501',
      path: 'drizzle/0000_x.sql',
      hint: expect.stringContaining('docs/permissions.md#what-plan-and-apply-need'),
    });
    expect(error).not.toHaveProperty('line');
    expect(printed).not.toContain('^');
  });

  it('of a migration without a transaction as well', async () => {
    const { error, printed } = await refused(await target(), '-- lockstep: no-transaction\nCREATE TABLE a ();');
    expect(error, printed).toMatchObject({
      message: expect.stringContaining('permission denied for sequence'),
      hint: expect.stringContaining('docs/permissions.md#what-plan-and-apply-need'),
    });
    expect(error).not.toHaveProperty('line');
  });
});

it('a table of Drizzle 0.x that belongs to somebody else is told with what makes it ours', async () => {
  const shop = await target();
  await othersTable(shop);
  const repo = gitRepo({
    'drizzle/20250101000000_x/migration.sql': 'CREATE TABLE a ();\n',
    'drizzle/20250101000000_x/snapshot.json': '{}',
  });
  const { report, printed } = await lockstepHere('apply', repo, shop.url);
  expect(report.error, printed).toMatchObject({
    code: 'history-not-upgraded',
    hint: expect.stringMatching(/^Its owner may\. Run, as .*ALTER TABLE/s),
  });
  // The owner is a superuser, and nobody makes the deployer one for this.
  expect(report.error?.hint).not.toContain('GRANT');
});
