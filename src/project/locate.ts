import { LockstepError } from '../errors.ts';
import { docsAddress } from '../repository.ts';
import type { Location } from '../settings/types.ts';
import { commandToolNamed } from './command-tools/tools.ts';
import type { TreeEntry } from './git-tree.ts';
import { looksLikeMigration } from './layouts/detect.ts';
import { foreignTool } from './layouts/foreign.ts';

/** Where projects keep their migrations. */
const USUAL_PLACES = [
  'migrations',
  'migrations/committed',
  'db/migrations',
  'db/migration',
  'db/migrate',
  'database/migrations',
  'sql',
  'sql/migrations',
  'migrations/sql',
  'database/migrations/sql',
  'db/sql',
  'db/sql/migrations',
  'schema/migrations',
  'supabase/migrations',
  'prisma/migrations',
  'prisma/schema/migrations',
  'drizzle',
  'drizzle/migrations',
  'src/drizzle',
  'src/db/drizzle',
  'src/migrations',
  'src/db/migrations',
  'src/database/migrations',
  'src/main/resources/db/migration',
  'server/migrations',
  'backend/migrations',
  'internal/db/migrations',
];

/** The folders to look into, relative to the repository's root: below the folder Lockstep was started in, then below the root. */
export function usualPlaces(prefix: string): readonly string[] {
  return prefix === '' ? USUAL_PLACES : [...USUAL_PLACES.map((place) => `${prefix}/${place}`), ...USUAL_PLACES];
}

/**
 * The one folder among the usual places that holds migrations, given what lies in them. Those below `prefix` win.
 * Throws `migrations-ambiguous`; undefined when there is none.
 */
export function chooseDirectory(entries: readonly TreeEntry[], prefix: string): string | undefined {
  const places = usualPlaces(prefix);
  const near = holding(entries, places.slice(0, places.length - USUAL_PLACES.length));
  const hits = near.length > 0 ? near : holding(entries, USUAL_PLACES);
  if (hits.length <= 1) return hits[0];
  throw new LockstepError('migrations-ambiguous', `Several folders hold migrations: ${hits.join(', ')}.`, {
    hint: `Say in lockstep.yml which one it is, for example:\n${pasteable(hits[0] ?? '')}`,
  });
}

/** The error for a project without migrations. `directory` and `tool`: what the settings name. */
export function nothingFound(
  entries: readonly TreeEntry[],
  { directory: asked, tool }: Partial<Location>,
): LockstepError {
  const foreign = foreignTool(entries.map(({ path }) => path));
  if (foreign) {
    const { tool, message = `These migrations look like ${tool}'s, which Lockstep does not read yet.` } = foreign;
    return new LockstepError('tool-not-supported', message, {
      hint: `Let Lockstep run ${tool}'s own command: \`tool: command\` and \`apply_command\` in lockstep.yml. ${docsAddress('tools/command.md')} tells more.`,
    });
  }
  const link = entries.find(({ path, kind }) => kind !== 'file' && path === asked);
  if (asked !== undefined) {
    return new LockstepError(
      'migrations-not-found',
      link
        ? `${asked} is a ${describe(link.kind)}, which Lockstep does not follow.`
        : `There are no migrations in ${asked}.`,
      {
        hint: `Name the folder that holds them, relative to the repository's root, in lockstep.yml:\n${pasteable('db/migrations')}`,
      },
    );
  }
  const command = commandToolNamed(tool ?? 'auto');
  const whose = command === undefined || command.name === 'command' ? '' : ` of ${command.title}`;
  const message = `No folder with migrations${whose} was found in the usual places.`;
  return new LockstepError('migrations-not-found', message, {
    hint: `Name it in lockstep.yml, relative to the repository's root:\n${pasteable('path/to/migrations')}\nThe usual places are ${(command?.places ?? USUAL_PLACES).map(toldPlace).join(', ')}.`,
  });
}

function toldPlace(place: string): string {
  return place === '.' ? 'the whole project' : place;
}

export function describe(kind: TreeEntry['kind']): string {
  return kind === 'symlink' ? 'symbolic link' : kind;
}

function pasteable(directory: string): string {
  return `  migrations:\n    directory: ${/^[\w./-]+$/.test(directory) ? directory : JSON.stringify(directory)}`;
}

/** Places with migrations of their own; one inside another that holds some is part of it. */
function holding(entries: readonly TreeEntry[], places: readonly string[]): string[] {
  const deepestFirst = [...places].sort((a, b) => b.length - a.length);
  const hits = new Set<string>();
  for (const { path, kind } of entries) {
    if (kind !== 'file') continue;
    const place = deepestFirst.find((candidate) => path.startsWith(`${candidate}/`));
    if (place !== undefined && looksLikeMigration(place, path)) hits.add(place);
  }
  return places.filter((place) => hits.has(place) && ![...hits].some((outer) => place.startsWith(`${outer}/`)));
}

/** Whether any of these, in `directory`, looks like a migration, by its name. */
export function holdsMigrations(entries: readonly TreeEntry[], directory: string): boolean {
  return entries.some(({ path, kind }) => kind === 'file' && looksLikeMigration(directory, path));
}
