import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { explainBaseFailure } from '../../../src/rehearsal/base-failure.ts';
import type { SqlErrorReport } from '../../../src/report/model.ts';
import { settingsSchema } from '../../../src/settings/schema.ts';

/** Messages of Postgres 15 to 18 as real histories gave them, with what the hint must say. */
const known: readonly (readonly [message: string, says: string])[] = [
  ['role "crud" does not exist', 'roles: [crud]'],
  ['role "app-user" does not exist', 'roles: ["app-user"]'],
  ['role "supabase_admin" already exists', 'Take it out of `rehearsal.roles`'],
  ['schema "auth" does not exist', 'preset: supabase'],
  ['relation "auth.users" does not exist', 'preset: supabase'],
  ['function auth.uid() does not exist', 'preset: supabase'],
  ['function supabase_functions.http_request() does not exist', 'preset: supabase'],
  ['relation "public._sqlx_migrations" does not exist', 'CREATE TABLE public._sqlx_migrations (\n  version bigint'],
  ['relation "flyway_schema_history" does not exist', 'CREATE TABLE flyway_schema_history (\n  installed_rank integer'],
  [
    'relation "drizzle.__drizzle_migrations" does not exist',
    'CREATE SCHEMA IF NOT EXISTS drizzle;\nCREATE TABLE drizzle.',
  ],
  ['extension "vector" is not available', 'image: pgvector/pgvector:pg17'],
  ['extension "pgsodium" is not available', 'rehearsal_url: postgres://supabase_admin:'],
  ['extension "hypopg" is not available', 'image: IMAGE-THAT-HAS-IT'],
  [
    'could not open extension control file "/usr/share/postgresql/15/extension/postgis.control": No such file or directory',
    'image: postgis/postgis:17-3.5',
  ],
  ['extension "timescaledb" must be preloaded', 'image: timescale/timescaledb:latest-pg17'],
  ['type "vector" does not exist', 'extensions: [vector]'],
  ['type "public.citext" does not exist', 'extensions: [citext]'],
  ['type "geometry" does not exist', 'extensions: [postgis]'],
  ['function uuid_generate_v4() does not exist', 'extensions: ["uuid-ossp"]'],
  ['function gen_random_bytes(integer) does not exist', 'extensions: [pgcrypto]'],
  ['function public.similarity(text, text) does not exist', 'extensions: [pg_trgm]'],
  ['function unaccent(text) does not exist', 'extensions: [unaccent]'],
  ['function st_makepoint(double precision, double precision) does not exist', 'extensions: [postgis]'],
  ['operator class "gin_trgm_ops" does not exist for access method "gin"', 'extensions: [pg_trgm]'],
  ['data type bigint has no default operator class for access method "gist"', 'extensions: [btree_gist]'],
  ['language "plpython3u" does not exist', 'extensions: [plpython3u]'],
  ['schema "App" does not exist', 'CREATE SCHEMA "App";'],
  ['database "billing" does not exist', 'CREATE DATABASE billing;'],
  ['unrecognized configuration parameter "app.tenant"', "app.tenant: 'a value'"],
  ['syntax error at or near ":"', 'placeholders:'],
  ['syntax error at or near "$"', 'placeholders:'],
  ['syntax error at or near "{"', 'placeholders:'],
  ['syntax error at or near "\\"', 'a command of psql'],
  ['column "customEntrypoint" of relation "domain" already exists', 'meta/_journal.json'],
  ['unsafe use of new value "archived" of enum type status', '-- lockstep: no-transaction'],
  ['canceling statement due to statement timeout', '`rehearsal.timeout`'],
];

const place = { path: 'migrations/9.sql', line: 3, column: 1, excerpt: '3 | SELECT 1;' };

function hintOf(error: Partial<SqlErrorReport> & { message: string }, index = 50): string {
  const { code, hint } = explainBaseFailure({ ...place, ...error }, { kind: 'migration', index }, '009_x (51 of 60)');
  expect(code).toBe('base-history-failed');
  return hint ?? '';
}

const unindented = (text: string): string => text.replace(/^ {2}/gm, '');

describe('what is missing is named with the lines that bring it', () => {
  test.each(known)('%s', (message, says) => expect(unindented(hintOf({ message }))).toContain(says));

  test.each(known.map(([message]) => message))(
    'lines to paste are indented, after words that end with a colon: %s',
    (message) => {
      const lines = hintOf({ message }).split('\n');
      const begin = lines.filter((line, index) => line.startsWith('  ') && !lines[index - 1]?.startsWith('  '));
      const before = begin.map((line) => lines[lines.indexOf(line) - 1]);
      expect(before).toEqual(before.map(() => expect.stringMatching(/^\S.*:$/)));
      expect(lines).not.toContain('');
    },
  );

  test.each(known.map(([message]) => message))('the lines for lockstep.yml can be pasted: %s', (message) => {
    const yaml = hintOf({ message }).match(/^ {2}rehearsal:\n(?: {4}.*\n?)+/m)?.[0];
    if (yaml !== undefined) expect(settingsSchema.safeParse(parse(yaml)).error?.message).toBeUndefined();
  });
});

test('a beginning that is missing is told by the first files, and by those alone', () => {
  const missing = { message: 'relation "users" does not exist', sqlstate: '42P01' };
  expect(hintOf(missing, 0)).toContain('start from an existing database');
  expect(hintOf(missing, 50)).not.toContain('start from an existing database');
});

test('programs before it that nobody ran are told, where something is missing', () => {
  const hint = (sqlstate: string) =>
    explainBaseFailure({ ...place, message: 'no', sqlstate }, { kind: 'migration', index: 1, programs: true }, 'x')
      .hint;
  expect(hint('42P01')).toContain('are programs');
  expect(hint('42601')).not.toContain('are programs');
});

test('data for COPY is told by the line it stands in', () => {
  const error = { message: 'syntax error at or near "1"', excerpt: '3 | COPY users FROM stdin;' };
  expect(hintOf(error)).toContain('needs psql');
});

test('the error says what failed where, in Postgres’ words', () => {
  const error = { ...place, message: 'role "crud" does not exist', sqlstate: '42704', detail: 'd', where: 'f()' };
  expect(explainBaseFailure(error, { kind: 'migration', index: 8 }, '009_x (9 of 60)').message).toBe(
    'the base schema could not be built: 009_x (9 of 60) failed\n' +
      'migrations/9.sql:3:1: role "crud" does not exist (SQLSTATE 42704)\n3 | SELECT 1;\ndetail: d\nin: f()',
  );
});

test('a file of `rehearsal` is not called history', () => {
  const { hint } = explainBaseFailure({ ...place, message: 'division by zero' }, { kind: 'setup' }, 'rehearsal.setup');
  expect(hint).not.toContain('history');
});
