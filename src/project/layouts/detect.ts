import { LockstepError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import type { RepoFile } from '../types.ts';
import { atlas } from './atlas.ts';
import { dbmate } from './dbmate.ts';
import { drizzle } from './drizzle.ts';
import { drizzleFolders } from './drizzle-folders.ts';
import { flyway } from './flyway.ts';
import { golangMigrate } from './golang-migrate.ts';
import { goose } from './goose.ts';
import { graphileMigrate } from './graphile-migrate.ts';
import type { Layout } from './layout.ts';
import { below, fileName, versionedName } from './names.ts';
import { nodePgMigrate } from './node-pg-migrate.ts';
import { numbered } from './numbered.ts';
import { prisma } from './prisma.ts';
import { supabase } from './supabase.ts';

/**
 * The one place that knows which tools there are. The first whose files they look like is taken: the most particular come first,
 * plain numbers are the last resort. One line of comment says what a tool's own sign is.
 */
export const layouts: readonly Layout[] = [
  // meta/_journal.json
  drizzle,
  // */migration.sql beside snapshot.json
  drizzleFolders,
  // migration_lock.toml, */migration.sql
  prisma,
  // supabase/migrations
  supabase,
  // atlas.sum
  atlas,
  // V1__x.sql
  flyway,
  // x.up.sql
  golangMigrate,
  // -- migrate:up
  dbmate,
  // -- +goose Up
  goose,
  // --! Previous:
  graphileMigrate,
  // -- Up Migration
  nodePgMigrate,
  // 001_x.sql
  numbered,
];

/** Of the tools whose SQL Lockstep runs itself. */
export const layoutNames: readonly string[] = layouts.map(({ name }) => name);

/** The layout of a name, among these. Throws `unknown-tool`. */
export function layoutNamed(name: string, among: readonly Layout[] = layouts): Layout {
  const layout = among.find((known) => known.name === name);
  if (layout) return layout;
  const names = ['auto', ...among.map((known) => known.name)];
  const meant = nearest(name, names);
  const guess = meant === undefined ? '' : `Did you mean ${meant}?\n`;
  throw new LockstepError('unknown-tool', `Lockstep does not know a migration tool named "${name}".`, {
    hint: `${guess}Set \`tool\` to one of: ${names.join(', ')}. With auto, the files tell; for any other tool, \`tool: command\` and \`apply_command\` have Lockstep run its own command.`,
  });
}

/** The layout that the files of a migrations folder show; undefined when there is no migration of any. */
export function detectLayout(
  directory: string,
  files: readonly RepoFile[],
  paths: readonly string[] = files.map(({ path }) => path),
): Layout | undefined {
  return layouts.find((layout) => layout.detect(directory, files, paths));
}

/** Whether a layout, or any of them, looks into a file of its folder: one may hold a lot else. */
export function isRead(directory: string, path: string, layout?: Layout): boolean {
  if (/\.sql/i.test(fileName(path))) return true;
  const name = below(directory, path);
  return (layout === undefined ? layouts : [layout]).some(({ alsoReads }) => alsoReads?.test(name) === true);
}

/** Whether a file shows by its name alone that a folder holds migrations. */
export function looksLikeMigration(directory: string, path: string): boolean {
  const name = fileName(path);
  if (/\.sql$/i.test(name) && versionedName(name) !== undefined) return true;
  const relative = below(directory, path);
  return layouts.some(({ migrationPath }) => migrationPath?.test(relative) === true);
}
