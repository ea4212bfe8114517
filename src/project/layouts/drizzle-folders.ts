import { checksumsElsewhere } from '../line-endings.ts';
import { sourceOf } from '../source.ts';
import type { Migration, SectionProblem } from '../types.ts';
import { drizzleFoldersHistory } from './drizzle-folders-history.ts';
import { drizzleScript } from './drizzle-script.ts';
import type { Layout } from './layout.ts';
import { compareNames, MIGRATION_PATH, nextFolder, sortFolders } from './migration-folders.ts';
import { below, versionedName, within } from './names.ts';
import { readUpFile } from './up-file.ts';

/**
 * Drizzle from 1.0: `<YYYYMMDDHHMMSS>_<name>/migration.sql`, without a journal.
 * https://github.com/drizzle-team/drizzle-orm, drizzle-orm/src/migrator.ts and migrator.utils.ts
 */
export const drizzleFolders: Layout = {
  name: 'drizzle-1',
  order: 'lexical',
  orderNote: 'Drizzle 1.0 runs by folder name, and whatever has not been applied, also below what has.',
  checksumNote: 'Drizzle records a hash and never compares it: environments that applied it keep what they have.',
  identityOf: ({ id }) => id,
  identityNote: "Drizzle 1.0 records the folder's name.",
  historyTable: drizzleFoldersHistory,
  migrationPath: MIGRATION_PATH,
  oneTransaction: true,
  detect: (directory, _files, paths) => {
    const snapshots = paths
      .map((path) => below(directory, path))
      .filter((path) => /^[^/]+\/snapshot\.json$/.test(path));
    return snapshots.some((path) =>
      paths.includes(within(directory, path.replace(/snapshot\.json$/, 'migration.sql'))),
    );
  },
  read(directory, files, { placeholders, upOnly = false }) {
    const { folders, ignored } = sortFolders('Drizzle', directory, files);
    const migrations = folders.map(({ name, up, down }): Migration => {
      const { rest = name } = versionedName(name) ?? {};
      const source = sourceOf(up, placeholders);
      const twin = down && sourceOf(down, placeholders);
      const script = drizzleScript(source);
      const time = timeIn(name);
      return {
        id: name,
        version: name,
        name: rest,
        ...readUpFile({ tool: 'Drizzle', source, up: script, twin, execution: 'transaction', upOnly }),
        toolFacts: {
          createdAt: String(time ?? 0),
          get elsewhere() {
            return checksumsElsewhere(up.bytes).join(' ');
          },
        },
        ...(time === undefined ? { sectionProblems: [withoutTime(up.path)] } : {}),
      };
    });
    return { tool: drizzleFolders.name, directory, migrations: migrations.sort(drizzleFolders.compare), ignored };
  },
  compare: (a, b) => compareNames(a.id, b.id),
  nextName: nextFolder,
};

/** The time that a folder's name begins with, in milliseconds since 1970. */
function timeIn(name: string): number | undefined {
  const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(name)?.slice(1).map(Number);
  if (digits === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = digits;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function withoutTime(path: string): SectionProblem {
  const message = "Drizzle fails on a folder whose name does not begin with the time, as in '20250131120000_name'";
  const help = 'Give the folder a name that begins with the time: `drizzle-kit generate` makes one.';
  return { path, line: 1, endLine: 1, message, help };
}
