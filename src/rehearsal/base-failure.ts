import { LockstepError } from '../errors.ts';
import type { SqlErrorReport } from '../report/model.ts';

/**
 * The base history could not be replayed: what is missing is nearly always something that lives outside the migrations.
 * The error names it and gives the lines for lockstep.yml.
 */
export function explainBaseFailure(error: SqlErrorReport, what: string, index?: number, all?: number): LockstepError {
  const counted = index === undefined ? '' : ` (${index + 1} of ${all})`;
  const lines = [
    `the base schema could not be built: ${what}${counted} failed`,
    `${error.path}:${error.line}:${error.column}: ${error.message}${error.sqlstate ? ` (SQLSTATE ${error.sqlstate})` : ''}`,
    error.excerpt,
    error.detail && `detail: ${error.detail}`,
    error.hint && `hint: ${error.hint}`,
    error.where && `in: ${error.where}`,
  ];
  return new LockstepError('base-history-failed', lines.filter(Boolean).join('\n'), { hint: advice(error, index) });
}

/** Patterns over Postgres' own messages, and what helped real histories (docs/troubleshooting.md). */
const ADVICE: readonly (readonly [RegExp, (match: RegExpMatchArray) => string])[] = [
  [
    /^role "(.+)" does not exist$/,
    ([, role]) =>
      `The history expects a role that somebody made by hand. Add to lockstep.yml:\n\nrehearsal:\n  roles: [${yaml(role)}]`,
  ],
  [
    /^(?:schema "(?:auth|storage|extensions|realtime|vault)"|function (?:auth|storage)\..+|relation "(?:auth|storage)\..+") does not exist$/,
    () => 'This looks like a Supabase project. Add to lockstep.yml:\n\nrehearsal:\n  preset: supabase',
  ],
  [
    /^(?:could not open extension control file .*\/([^/]+)\.control"|extension "(.+)" is not available)/,
    ([, file, name]) =>
      `This Postgres has no extension ${file ?? name}. Run the rehearsal on an image that has it (postgis/postgis, pgvector/pgvector, timescale/timescaledb, supabase/postgres, ...): start it as a service container and give its address as \`rehearsal_url\`.`,
  ],
  [
    /^(?:type "(vector|halfvec|geometry|geography|citext|hstore|ltree)"|function (?:(gen_random_uuid|gen_salt|crypt|digest)|(uuid_generate_v\d\w*)|(similarity))\(.*\)|operator class "(gin_trgm_ops|gist_trgm_ops)") does not exist/,
    ([, type, crypto, uuid, trigram, operators]) => {
      const extension =
        type === undefined
          ? crypto
            ? 'pgcrypto'
            : uuid
              ? 'uuid-ossp'
              : trigram || operators
                ? 'pg_trgm'
                : ''
          : type === 'halfvec'
            ? 'vector'
            : /^geo/.test(type)
              ? 'postgis'
              : type;
      return `The history uses an extension that it does not make. Add to lockstep.yml:\n\nrehearsal:\n  extensions: [${yaml(extension)}]`;
    },
  ],
  [
    /^schema "(.+)" does not exist$/,
    ([, schema]) =>
      `The history expects a schema that somebody made by hand. Put this into a file (CREATE SCHEMA ${schema};) and name it in lockstep.yml:\n\nrehearsal:\n  setup: [database/rehearsal-setup.sql]`,
  ],
  [
    /^unrecognized configuration parameter "(.+)"$/,
    ([, name]) =>
      `The history reads a setting that the database has elsewhere. Add to lockstep.yml:\n\nrehearsal:\n  settings:\n    ${name}: 'a value'`,
  ],
  [
    /^syntax error at or near "([:$]\{?\w*|:)"/,
    () =>
      'This may be a placeholder of your migration tool. Give its value in lockstep.yml:\n\nrehearsal:\n  placeholders:\n    NAME: value',
  ],
];

const EXISTING_DATABASE =
  'The history may start from an existing database. Dump its schema as it was before the first migration that runs here (pg_dump --schema-only --no-owner) and name the file in lockstep.yml:\n\nrehearsal:\n  schema_file: database/schema.sql';

function advice(error: SqlErrorReport, index: number | undefined): string {
  for (const [pattern, text] of ADVICE) {
    const match = error.message.match(pattern);
    if (match) return text(match);
  }
  // Undefined table, column or function in one of the first files.
  const undefinedObject = ['42P01', '42703', '42883', '42704', '3F000'].includes(error.sqlstate ?? '');
  if (undefinedObject && index !== undefined && index < 3) return EXISTING_DATABASE;
  if (error.message.includes('COPY') && /stdin/i.test(error.excerpt ?? '')) {
    return 'COPY ... FROM stdin needs psql. Keep the data in INSERT statements, or name a dump of the schema as `rehearsal.schema_file`.';
  }
  return 'These migrations stand on the base branch: mend the history there, bring what it expects (roles, extensions, schemas, settings) by `rehearsal` in lockstep.yml, or start from a dump by `rehearsal.schema_file`. docs/troubleshooting.md has examples.';
}

function yaml(name: string | undefined): string {
  return /^[A-Za-z_][\w]*$/.test(name ?? '') ? (name ?? '') : JSON.stringify(name ?? '');
}
