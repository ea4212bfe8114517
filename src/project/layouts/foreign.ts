import { fileName } from './names.ts';

/** Tools whose folders Lockstep recognises but does not read yet, so that it can say so instead of finding nothing. */
const FOREIGN: readonly { readonly tool: string; readonly shows: (paths: readonly string[]) => boolean }[] = [
  { tool: 'Prisma', shows: (paths) => has(paths, 'migration_lock.toml') },
  { tool: 'Drizzle', shows: (paths) => has(paths, 'migration.sql') && has(paths, 'snapshot.json') },
  { tool: 'Prisma', shows: (paths) => has(paths, 'migration.sql') },
  { tool: 'Diesel', shows: (paths) => has(paths, 'up.sql') },
  { tool: 'Sqitch', shows: (paths) => has(paths, 'sqitch.plan') },
];

/** The name of the tool that a folder without readable migrations seems to belong to. */
export function foreignTool(paths: readonly string[]): string | undefined {
  return FOREIGN.find(({ shows }) => shows(paths))?.tool;
}

function has(paths: readonly string[], name: string): boolean {
  return paths.some((path) => fileName(path) === name);
}
