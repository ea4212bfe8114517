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
