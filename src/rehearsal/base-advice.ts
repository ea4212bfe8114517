import { NO_SUCH_THING } from '../postgres/sql-error.ts';
import type { SqlErrorReport } from '../report/model.ts';
import { historyTable } from './history-tables.ts';

/**
 * What helps when the base history cannot be replayed: patterns over Postgres' own messages, and what helped real
 * histories with them (docs/troubleshooting.md).
 */

/** What failed; `programs`: migrations before it are programs, which were left out. */
export type Stage =
  | { readonly kind: 'migration'; readonly index: number; readonly programs?: boolean }
  | { readonly kind: 'setup' | 'schema' };

/** What to do now, with lines to paste. */
export function adviceFor(error: SqlErrorReport, stage: Stage): string {
  const known = knownAdvice(error.message);
  if (known !== undefined) return known;
  if (/\bCOPY\b.*\bstdin\b/i.test(error.excerpt ?? '') || /\bCOPY\b/.test(error.message)) return COPY_DATA;
  if (stage.kind !== 'migration') {
    return 'It is read from the base branch: mend it there.';
  }
  if (!NO_SUCH_THING.has(error.sqlstate ?? '')) return GENERAL;
  if (stage.programs) return PROGRAMS;
  return stage.index < FIRST_FILES ? EXISTING_DATABASE : GENERAL;
}

/** What helps with a message of Postgres wherever it comes from; undefined: nothing in particular. */
export function knownAdvice(message: string): string | undefined {
  for (const [pattern, text] of ADVICE) {
    const match = message.match(pattern);
    const advice = match && text(match);
    if (advice) return advice;
  }
  return undefined;
}

/** In one of so many first files it is probably the beginning that is missing. */
const FIRST_FILES = 3;

/** Lines to paste, as hints have them. */
const example = (lines: string): string => lines.replace(/^(?=.)/gm, '  ');

const rehearsal = (...lines: readonly string[]): string =>
  `Add to lockstep.yml:\n${example(['rehearsal:', ...lines.map((line) => `  ${line}`)].join('\n'))}`;

const setupFile = (sql: string): string =>
  `Put this into a file:\n${example(sql)}\nAnd name it in lockstep.yml:\n${example('rehearsal:\n  setup: [database/rehearsal-setup.sql]')}`;

type Advice = (match: RegExpMatchArray) => string | undefined;

const SUPABASE =
  /^(?:schema "(?:auth|storage|extensions|realtime|vault|graphql|graphql_public|pgsodium|supabase_functions)"|(?:function|relation|type) "?(?:auth|storage|supabase_functions)\..+) does not exist$/;

function presetAdvice(): string {
  return `This looks like a Supabase project. ${rehearsal('preset: supabase')}`;
}

/** What helps with a new migration that needs what a platform brings; undefined: nothing of it is missing. */
export function platformAdvice(message: string): string | undefined {
  return SUPABASE.test(message) ? presetAdvice() : undefined;
}

const ADVICE: readonly (readonly [RegExp, Advice])[] = [
  [
    /^role "(.+)" does not exist$/,
    ([, role]) => `The history expects a role that somebody made by hand. ${rehearsal(`roles: [${yaml(role)}]`)}`,
  ],
  [
    /^role "(.+)" already exists$/,
    ([, role]) =>
      `The role ${role} is there before this runs. Take it out of \`rehearsal.roles\` in lockstep.yml, if it stands there; on a server of your own (\`rehearsal_url\`) it may be left from another run.`,
  ],
  [SUPABASE, presetAdvice],
  [
    /^relation "([\w.]+)" does not exist$/,
    ([, relation = '']) => {
      const sql = historyTable(relation);
      return sql && `The history works on its tool's own history table. ${setupFile(sql)}`;
    },
  ],
  [
    /^(?:could not open extension control file ".*\/([^/]+)\.control"|extension "(.+)" is not available)/,
    ([, file, name = file ?? '']) => otherImage(name, `This Postgres has no extension ${name}.`),
  ],
  [
    /^(?:extension "(.+)" must be preloaded|(\w+) (?:can only|must) be loaded via shared_preload_libraries)/,
    ([, extension, library]) =>
      otherImage(extension ?? library ?? '', 'The server must be started with that library, which ours is not.'),
  ],
  [
    /^type "(?:.*\.)?(vector|halfvec|sparsevec|geometry|geography|citext|hstore|ltree|cube|seg|isbn)(?:\[\])?" does not exist/,
    ([, type = '']) => extensionNeeded(TYPE_EXTENSIONS[type] ?? type),
  ],
  [
    /^function (?:.*\.)?(?:(gen_random_bytes|gen_salt|crypt|digest|hmac|pgp_sym_\w+)|(uuid_generate_v\d\w*)|(similarity|word_similarity)|(unaccent)|(?:st_\w+)|(crosstab)|(levenshtein|soundex))\(.*\) does not exist/i,
    ([, crypto, uuid, trigram, accent, table, fuzzy]) =>
      extensionNeeded(
        (crypto && 'pgcrypto') ??
          (uuid && 'uuid-ossp') ??
          (trigram && 'pg_trgm') ??
          accent ??
          (table && 'tablefunc') ??
          (fuzzy && 'fuzzystrmatch') ??
          'postgis',
      ),
  ],
  [
    /^operator class "(?:.*\.)?(gin|gist)_(trgm|ltree|hstore)_ops" does not exist/,
    ([, , type]) => extensionNeeded(type === 'trgm' ? 'pg_trgm' : (type ?? '')),
  ],
  [/^language "(.+)" does not exist/, ([, language = '']) => extensionNeeded(language)],
  [
    /^data type \w+ has no default operator class for access method "(gin|gist)"/,
    ([, method]) => extensionNeeded(`btree_${method}`),
  ],
  [
    /^schema "(.+)" does not exist$/,
    ([, schema]) =>
      `The history expects a schema that somebody made by hand. ${setupFile(`CREATE SCHEMA ${identifier(schema)};`)}`,
  ],
  [
    /^database "(.+)" does not exist$/,
    ([, database]) =>
      `The history names its database; the rehearsal's has another name. An empty one is enough. ${setupFile(`CREATE DATABASE ${identifier(database)};`)}`,
  ],
  [
    /^unrecognized configuration parameter "(.+)"$/,
    ([, name]) =>
      `The history reads a setting that the database has elsewhere. ${rehearsal('settings:', `  ${name}: 'a value'`)}`,
  ],
  [
    /^syntax error at or near "(?:[:$]\{?\w*|[{<@%]\S*)"/,
    () =>
      `This may be a placeholder of your migration tool. Give its value: ${rehearsal('placeholders:', '  NAME: value')}`,
  ],
  [
    /^syntax error at or near "\\/,
    () =>
      'This is a command of psql, which no server knows. Take it out, or start from a dump: name it as `rehearsal.schema_file` in lockstep.yml.',
  ],
  [
    /already exists$/,
    () =>
      'Something makes it a second time. Does your migration tool run this file, and in this order? (Drizzle runs what meta/_journal.json lists, and only that.) Delete a file that nothing runs; or start from a dump of the schema (pg_dump --schema-only --no-owner), named as `rehearsal.schema_file` in lockstep.yml.',
  ],
  [
    /^unsafe use of new value "(.+)" of enum type/,
    () =>
      'A value that ALTER TYPE ... ADD VALUE makes can be used after its COMMIT only: the file ran without a transaction. Say so in it:\n  -- lockstep: no-transaction',
  ],
  [
    /^canceling statement due to statement timeout/,
    () =>
      'The rehearsal took longer than it may. Raise `rehearsal.timeout` (or `statement_timeout`) in lockstep.yml on the base branch, or start from a dump by `rehearsal.schema_file`.',
  ],
];

const TYPE_EXTENSIONS: Readonly<Record<string, string>> = {
  halfvec: 'vector',
  sparsevec: 'vector',
  geometry: 'postgis',
  geography: 'postgis',
  isbn: 'isn',
};

function extensionNeeded(extension: string): string {
  return `The history uses an extension that it does not make. ${rehearsal(`extensions: [${yaml(extension)}]`)}`;
}

const SUPABASE_IMAGE = 'supabase/postgres:15.8.1.060';

/** Public images that have what Postgres' own sources lack. */
const IMAGES: Readonly<Record<string, string>> = {
  vector: 'pgvector/pgvector:pg17',
  postgis: 'postgis/postgis:17-3.5',
  postgis_topology: 'postgis/postgis:17-3.5',
  postgis_raster: 'postgis/postgis:17-3.5',
  timescaledb: 'timescale/timescaledb:latest-pg17',
  pg_net: SUPABASE_IMAGE,
  pg_graphql: SUPABASE_IMAGE,
  pgjwt: SUPABASE_IMAGE,
  pgsodium: SUPABASE_IMAGE,
  supabase_vault: SUPABASE_IMAGE,
  pg_cron: SUPABASE_IMAGE,
};

function otherImage(extension: string, problem: string): string {
  const image = IMAGES[extension] ?? 'IMAGE-THAT-HAS-IT';
  return [
    `${problem} Rehearse on an image that has it, with production's major. In the workflow's job:`,
    '  services:',
    '    postgres:',
    `      image: ${image}`,
    '      env: { POSTGRES_PASSWORD: postgres }',
    "      ports: ['5432:5432']",
    '      options: --health-cmd pg_isready --health-interval 2s --health-retries 15',
    'And for Lockstep:',
    `  rehearsal_url: postgres://${image === SUPABASE_IMAGE ? 'supabase_admin' : 'postgres'}:postgres@localhost:5432/postgres`,
  ].join('\n');
}

const COPY_DATA =
  'COPY ... FROM stdin needs psql. Keep the data in INSERT statements, or name a dump of the schema as `rehearsal.schema_file` in lockstep.yml.';

const EXISTING_DATABASE =
  'The history may start from an existing database. Dump its schema as it was before the first migration that runs here (pg_dump --schema-only --no-owner) and name the file: it runs first. ' +
  rehearsal('setup: [database/before-the-first-migration.sql]');

const PROGRAMS =
  'Migrations before it are programs, which only their tool can run: what they make is missing. Start from a dump of the schema (pg_dump --schema-only --no-owner), named as `rehearsal.schema_file` in lockstep.yml; or have Lockstep run the command of the tool (`tool: command`).';

const GENERAL =
  "This stands on the base branch: mend the history there, run it on production's major (`postgres_version`), bring what it expects (roles, extensions, schemas, settings) by `rehearsal` in lockstep.yml, or start from a dump of today's schema by `rehearsal.schema_file`.";

function yaml(name = ''): string {
  return /^[A-Za-z_][\w]*$/.test(name) ? name : JSON.stringify(name);
}

function identifier(name = ''): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
