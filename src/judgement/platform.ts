import type { ObjectKind } from '../postgres/catalog/catalog.ts';

/** What hosting services bring into the databases of their users, by name. */

/** Roles that only the service itself works as: what they own on a target is not the project's. */
export const PLATFORM_ROLES: ReadonlySet<string> = new Set([
  // Supabase
  'supabase_admin',
  'supabase_auth_admin',
  'supabase_functions_admin',
  'supabase_realtime_admin',
  'supabase_replication_admin',
  'supabase_storage_admin',
  'pgbouncer',
  'pgsodium_keymaker',
  // Neon, Amazon, Google, Microsoft
  'cloud_admin',
  'neon_superuser',
  'rdsadmin',
  'alloydbadmin',
  'cloudsqladmin',
  'cloudsqlagent',
  'azuresu',
  'azure_superuser',
]);

/**
 * Schemas that services and the usual extensions of theirs fill. A project may have one of such a name for itself: it is
 * the service's only where the migrations do not make it.
 */
export const PLATFORM_SCHEMAS: ReadonlySet<string> = new Set([
  '_analytics',
  '_realtime',
  'auth',
  'cron',
  'extensions',
  'graphql',
  'graphql_public',
  'hdb_catalog',
  'heroku_ext',
  'neon',
  'neon_auth',
  'net',
  'pgbouncer',
  'pgsodium',
  'pgsodium_masks',
  'rdsadmin',
  'realtime',
  'storage',
  'supabase_functions',
  'supabase_migrations',
  'tiger',
  'topology',
  'vault',
]);

/**
 * Kinds that never count when a target is compared with its migrations: they belong to the server, to the environment, to
 * those who run it or to replication, and differ from target to target for good reasons.
 */
const NOT_OF_THE_SCHEMA: ReadonlySet<ObjectKind> = new Set<ObjectKind>([
  'role',
  'database',
  'setting',
  'default privileges',
  'user mapping',
  'publication',
  'subscription',
  'security label',
]);

export function isComparedKind(kind: ObjectKind): boolean {
  return !NOT_OF_THE_SCHEMA.has(kind);
}
