// Public histories to measure alarms on, and incidents in them. Only where they are is told here: the SQL stays theirs.

const PRISMA = { file: /^([^/]+)\/migration\.sql$/, protocol: 'one query', order: 'lexical' };
const DRIZZLE = { file: /^(\d+_[^/]+)\.sql$/, protocol: 'transaction', order: 'lexical' };
const PAIRS = { file: /^(\d+_.+)\.up\.sql$/, down: '$1.down.sql', protocol: 'one query', order: 'numeric' };

/** `file`: the path of an up script below `directory`, whose first group names the migration; `down`: its other half; `postgres`: the major. */
export const histories = {
  'triggerdotdev/trigger.dev': { directory: 'internal-packages/database/prisma/migrations', ...PRISMA },
  'documenso/documenso': { directory: 'packages/prisma/migrations', ...PRISMA },
  'formbricks/formbricks': { directory: 'packages/database/migration', ...PRISMA },
  'umami-software/umami': { directory: 'prisma/migrations', ...PRISMA },
  'Dokploy/dokploy': { directory: 'apps/dokploy/drizzle', ...DRIZZLE },
  'usekaneo/kaneo': { directory: 'apps/api/drizzle', ...DRIZZLE },
  'concourse/concourse': { directory: 'atc/db/migration/migrations', ...PAIRS },
  'devtron-labs/devtron': { directory: 'scripts/sql', ...PAIRS },
  'rust-lang/crates.io': {
    directory: 'migrations',
    file: /^([^/]+)\/up\.sql$/,
    down: '$1/down.sql',
    protocol: 'transaction',
    order: 'numeric',
    // Older ones do not run on a newer server.
    postgres: 15,
  },
  'element-hq/matrix-authentication-service': {
    directory: 'crates/storage-pg/migrations',
    file: /^(\d+_[^/.]+)\.sql$/,
    protocol: 'one query',
    order: 'lexical',
  },
};

/**
 * Migrations that went wrong: `commit` holds the bad version (the parent of the fix). `by`: rules one of which must say so
 * aloud, as a block or a warning.
 */
export const incidents = [
  {
    repository: 'triggerdotdev/trigger.dev',
    commit: 'a7e326c3f3^',
    migration: /^20250417135530/,
    what: 'two CONCURRENTLY in one file that is sent as one query',
    by: ['migration-fails', 'mixed-transaction', 'ban-concurrent-index-creation-in-transaction'],
  },
  {
    repository: 'triggerdotdev/trigger.dev',
    commit: '25d15578f7^',
    directory: 'packages/database/prisma/migrations',
    migration: /^20240611104018/,
    what: 'a backfill of the whole table',
    by: ['changing-all-rows', 'unbatched-dml', 'lock-held-over-rows'],
  },
  {
    repository: 'triggerdotdev/trigger.dev',
    commit: '31bef8d7cd^',
    migration: /^20250318163201/,
    what: 'generated, unrelated DROP and CREATE INDEX',
    by: ['require-concurrent-index-deletion', 'require-concurrent-index-creation'],
  },
  {
    repository: 'triggerdotdev/trigger.dev',
    commit: '89bffc066c^',
    directory: 'packages/database/prisma/migrations',
    migration: /^20240625091632/,
    what: 'an index on a busy table, built while writes wait',
    by: ['require-concurrent-index-creation'],
  },
  {
    repository: 'formbricks/formbricks',
    commit: '89a2e26f25^',
    directory: 'packages/database/migrations',
    migration: /^20240815084351/,
    what: 'a foreign key that existing rows violate',
    by: ['adding-foreign-key-constraint', 'fails-on-rows'],
  },
  {
    repository: 'rust-lang/crates.io',
    commit: 'b910144013^',
    migration: /2017-09-26-200549/,
    what: 'UNIQUE on data that is not unique',
    by: ['fails-on-rows'],
  },
  {
    repository: 'rust-lang/crates.io',
    commit: '49d304219d^',
    migration: /2024-02-12-120203/,
    what: 'DROP INDEX that stopped the start of the server',
    by: ['require-concurrent-index-deletion'],
  },
  {
    repository: 'rust-lang/crates.io',
    commit: '562e8ce324^',
    migration: /20170318181441/,
    what: 'a syntax error in a down script',
    by: ['down-fails', 'syntax-error', 'migration-fails'],
  },
  {
    repository: 'concourse/concourse',
    commit: '2d98220a59^',
    migration: /^1584109185/,
    what: 'a comma for a semicolon in a down script',
    by: ['down-fails', 'syntax-error', 'migration-fails'],
  },
  {
    repository: 'concourse/concourse',
    commit: '67fe803fe3^',
    migration: /^1653924132/,
    what: 'int to bigint rewrites the table',
    by: ['changing-column-type', 'rewrites-under-lock'],
  },
  {
    repository: 'devtron-labs/devtron',
    commit: 'cf7b614246^',
    migration: /^91_/,
    what: 'a semicolon is missing',
    by: ['migration-fails', 'syntax-error'],
  },
  {
    repository: 'devtron-labs/devtron',
    commit: 'd5c8b365d7^',
    migration: /^90_/,
    what: 'an IF NOT EXISTS that Postgres does not have',
    by: ['migration-fails', 'syntax-error'],
  },
  {
    repository: 'devtron-labs/devtron',
    commit: 'dbefd60c10^',
    migration: /^238_/,
    what: 'the index of a constraint is dropped',
    by: ['migration-fails', 'syntax-error'],
  },
];
