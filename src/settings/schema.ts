import * as z from 'zod';
import { DURATION_EXPECTED, DURATION_PATTERN, parseDuration } from './duration.ts';
import { REPOSITORY_PATH_EXPECTED, repositoryPath } from './repository-path.ts';
import { TOOL_NAMES } from './tool-names.ts';

/**
 * lockstep.yml: the one source of its keys, defaults and descriptions. The editors' schema (docs/lockstep.schema.json) and
 * docs/inputs.md are generated from it. Values stay as they are written; file.ts turns them into a Config.
 * Messages say what is expected; what was found, and where, is added when they are told.
 */

const text = z.string().min(1, 'expected some text');
const path = z.string().refine((value) => repositoryPath(value) !== undefined, `expected ${REPOSITORY_PATH_EXPECTED}`);
const duration = z
  .string({ error: `expected ${DURATION_EXPECTED}` })
  .refine((value) => parseDuration(value) !== undefined, `expected ${DURATION_EXPECTED}; zero is no time limit`)
  .meta({ pattern: DURATION_PATTERN.source, examples: ['30s'] });

function fitsBigint(digits: string): boolean {
  return /^-?\d+$/.test(digits) && BigInt.asIntN(64, BigInt(digits)) === BigInt(digits);
}

/** A text goes to a shell, a list does not. */
const command = z.union([text, z.array(text).min(1, 'expected a program')], {
  error: 'expected a command as a text, or a list of a program and its arguments',
});

const ruleSetting = z.enum(['block', 'warn', 'info', 'off']);

const acceptedChange = z.strictObject({
  path: path.describe('The migration as it is named at the base.'),
  reason: text.describe('Why this is right; shown to the reviewer.'),
});

const override = z
  .strictObject({
    rules: z.array(text).min(1, 'expected at least one rule').describe('Names of rules.'),
    paths: z
      .array(text)
      .min(1, 'expected at least one path')
      .optional()
      .describe('Globs of migrations; without it, all.'),
    tables: z
      .array(text)
      .min(1, 'expected at least one table')
      .optional()
      .describe(
        "Tables that a finding is about, such as orders or sales.*: it counts where all of the finding's tables are among them. Without it, whatever the table.",
      ),
    severity: ruleSetting.describe('What the rules are worth there.'),
  })
  .refine(({ paths, tables }) => paths !== undefined || tables !== undefined, {
    error: "expected 'paths' or 'tables' (what holds everywhere belongs under lint.rules)",
  });

const keys = {
  tool: text
    .default('auto')
    .describe(
      `The migration tool that the project uses, one of: ${TOOL_NAMES.join(', ')}. 'auto' finds it by its files, 'command' is any other that runs its migrations itself.`,
    ),
  migrations: z
    .strictObject({
      directory: path.optional().describe('Where the migrations are; without it, found among the usual places.'),
    })
    .prefault({})
    .describe('Where the migrations are.'),
  postgres_version: z
    .int({ error: 'expected a major version as a whole number, such as 17' })
    .min(13, 'expected a major version from 13 on')
    .max(99, 'expected a major version, such as 17')
    .optional()
    .describe(
      'The major version of Postgres that production runs; without it, the newest that Lockstep is tested with.',
    ),
  test_command: text
    .optional()
    .describe("Runs the project's tests, by a shell; gets DATABASE_URL of a database with the new schema."),
  apply_command: command
    .optional()
    .describe(
      "For a tool that runs its migrations itself (Knex, Rails, ...): applies what is pending; gets DATABASE_URL. A text is run by a shell, a list without one. Without it, the tool's own command.",
    ),
  rollback_command: command
    .optional()
    .describe("Likewise: takes the newest applied migration back. Without it, the tool's own command."),
  status_command: command
    .optional()
    .describe('For `tool: command` without a history table: prints the names of applied migrations, one a line.'),
  test_timeout: duration.default('10min').describe('After this time the tests are ended, and have failed.'),
  lint: z
    .strictObject({
      rules: z
        .record(z.string(), ruleSetting)
        .default({})
        .describe('Severities by rule name, against the defaults in docs/rules.md.'),
      overrides: z
        .array(override)
        .default([])
        .describe('Severities for some migrations or tables. The last entry that fits wins, over lint.rules too.'),
      exclude: z
        .array(text)
        .default([])
        .describe('Globs of migrations that are not linted. They are rehearsed all the same.'),
      squawk_config: path.default('.squawk.toml').describe("Squawk's own configuration, if the project has one."),
    })
    .prefault({})
    .describe('What the text of a migration is judged by.'),
  tables: z
    .record(
      text,
      z.strictObject({
        small: z
          .boolean()
          .default(false)
          .describe(
            'It stays small: what locks, reads or rewrites it, or changes many of its rows, takes a moment and is a note.',
          ),
      }),
    )
    .default({})
    .describe('What is known of tables, by name: orders, sales.orders, or log_* for several.'),
  rehearsal: z
    .strictObject({
      preset: z.enum(['supabase']).optional().describe("Brings a platform's own schemas and roles."),
      extensions: z.array(text).default([]).describe('Extensions that production has, made before the base history.'),
      roles: z.array(text).default([]).describe('Roles that production has, made before the base history.'),
      setup: z.array(path).default([]).describe('SQL files that are run before the base history.'),
      schema_file: path.optional().describe('A dump of the schema to start from instead of the base history.'),
      placeholders: z
        .record(z.string(), z.string())
        .default({})
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the notation of placeholders.
        .describe('Values for :NAME and ${NAME} in migrations.'),
      search_path: text.optional().describe('The search path that migrations run with.'),
      settings: z
        .record(z.string(), z.string())
        .default({})
        .describe('Settings of the database, such as TimeZone or app.tenant.'),
      superuser: z.boolean().default(false).describe('Run the changed migrations as a superuser.'),
      timeout: duration.default('10min').describe('After this time the rehearsal is given up.'),
      seed: z
        .array(path)
        .default([])
        .describe(
          "SQL files with rows that are like production's; the changed migrations run on them too, and must not fail.",
        ),
      seed_command: text
        .optional()
        .describe(
          'Brings such rows, by a shell, after the files of `seed`; gets DATABASE_URL of a database with the base schema.',
        ),
      seed_mode: z
        .enum(['extend', 'replace', 'off'])
        .default('extend')
        .describe(
          'extend: three generic rows for each table that is empty after `seed`; replace: no rows but those of `seed` and `seed_command`; off: the changed migrations run on empty tables only.',
        ),
    })
    .prefault({})
    .describe('How the database that migrations are rehearsed on is made.'),
  lock_timeout: duration.default('5s').describe('How long a statement may wait for a lock in the deploy.'),
  statement_timeout: duration.default('15min').describe('How long a statement may run in the deploy.'),
  history: z
    .strictObject({
      table: text
        .optional()
        .describe(
          "The tool's history table, where it is not the usual one (drizzle.my_migrations); or, with the columns below, that of the project's own runner. Read, and written as the tool or the runner would.",
        ),
      id_column: text
        .optional()
        .describe(
          "The column of the project's own runner's table that names a migration; with numbered SQL, `name` where nothing is said.",
        ),
      id_format: z
        .enum(['file', 'id', 'version'])
        .optional()
        .describe(
          "What stands in it: the file's name (where nothing is said), the id (the path below the folder without .sql), or the version.",
        ),
      applied_at_column: text.optional().describe('The column that gets the time; without it, its default holds.'),
      checksum_column: text.optional().describe('The column that gets the sha256 of the file, if there is one.'),
      accept: z
        .union([z.literal('never'), z.array(acceptedChange)], {
          error: "expected 'never' or a list of path and reason",
        })
        .default([])
        .describe(
          "Edited, deleted or renamed migrations that are all right. An entry counts in the change that brings it; 'never' at the base allows none.",
        ),
    })
    .prefault({})
    .describe('Where the history is kept, and changes of migrations that are applied already.'),
  environments: z
    .record(
      text,
      z.strictObject({
        kind: z
          .enum(['development', 'staging', 'production'])
          .optional()
          .describe(
            'development: its URL may stand in a .env file. production: a person types its name before anything runs. Without it: staging when it is called so, else production.',
          ),
        url_variable: text
          .default('DATABASE_URL')
          .describe("The variable in a .env file that holds a development database's URL."),
      }),
    )
    .default({})
    .describe('The environments that have a database, by name.'),
  ledger_schema: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected a name of small letters, digits and underscores')
    .refine((name) => !name.startsWith('pg_'), 'names that begin with pg_ are reserved by Postgres')
    .default('lockstep')
    .describe('The schema that the ledger is kept in. Two projects in one database need two.'),
  lock_key: z
    .string({ error: 'expected a whole number' })
    .regex(/^-?\d{1,19}$/, 'expected a whole number')
    .refine((digits) => fitsBigint(digits), 'expected a signed 64-bit number')
    .optional()
    .meta({ type: ['integer', 'string'] })
    .describe('The key of the advisory lock that a deploy holds. Without it Lockstep has one of its own.'),
  lock_wait: duration.default('10min').describe('How long a deploy waits for another one that holds the lock.'),
  on_busy: z
    .enum(['wait', 'skip', 'fail'])
    .default('wait')
    .describe('While another deploy holds the lock: wait for it, skip this one, or fail at once.'),
  lock_retry_budget: duration
    .default('5min')
    .describe('For how long a migration is tried again that does not get its locks within lock_timeout.'),
  concurrent_wait: duration
    .default('30min')
    .describe('How long a CONCURRENTLY statement may wait for transactions that are older than itself.'),
  concurrent_retries: z
    .int({ error: 'expected a whole number' })
    .min(0, 'expected a whole number from 0 on')
    .max(20, 'expected a whole number up to 20')
    .default(3)
    .describe('How often a CONCURRENTLY statement that failed is cleaned up after and repeated.'),
  out_of_order: z
    .enum(['error', 'apply'])
    .default('error')
    .describe('A pending migration that sorts before an applied one: refuse the deploy, or apply it.'),
  verify_tables: z.array(text).default([]).describe('Tables that must be there after the last migration.'),
  smoke_command: text
    .optional()
    .describe(
      'Runs after the last migration, by a shell; gets DATABASE_URL of the target. If it fails, no code follows.',
    ),
  smoke_timeout: duration.default('5min').describe('After this time the smoke command is ended, and has failed.'),
};

/** The settings of one database. */
export const settingsSchema = z.strictObject(keys);

/** The whole file. */
export const fileSchema = z.strictObject({
  ...keys,
  databases: z
    .array(
      z.strictObject({
        name: text.describe('What --database calls it.'),
        ...keys,
      }),
    )
    .min(1, 'expected at least one database')
    .optional()
    .describe('Several databases in one repository. A key here wins over the same key above, which holds for all.'),
});

export type FileSettings = z.infer<typeof settingsSchema>;
