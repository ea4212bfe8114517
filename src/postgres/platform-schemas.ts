/**
 * Schemas that hosting services and the usual extensions of theirs fill, by name. A database that holds nothing else is
 * empty, as its project sees it. A project may have one of such a name for itself: it is the service's only where the
 * migrations do not make it.
 */
export const PLATFORM_SCHEMAS: ReadonlySet<string> = new Set([
  '_analytics',
  '_realtime',
  'aiven_extras',
  'auth',
  'cron',
  'extensions',
  'google_vacuum_mgmt',
  'graphql',
  'graphql_public',
  'hdb_catalog',
  'heroku_ext',
  'neon',
  'neon_auth',
  'neon_migration',
  'net',
  'pgbouncer',
  'pgmq',
  'pgsodium',
  'pgsodium_masks',
  'pgtle',
  'rdsadmin',
  'realtime',
  'storage',
  'supabase_functions',
  'supabase_migrations',
  'tiger',
  'topology',
  'vault',
]);
