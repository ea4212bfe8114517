import { checksumsElsewhere } from '../line-endings.ts';
import { sourceOf } from '../source.ts';
import type { Migration } from '../types.ts';
import type { Layout } from './layout.ts';
import { compareNames, MIGRATION_PATH, nextFolder, sortFolders } from './migration-folders.ts';
import { below, versionedName, within } from './names.ts';
import { prismaHistory } from './prisma-history.ts';
import { readUpFile } from './up-file.ts';

/**
 * Prisma Migrate up to 7: `<name>/migration.sql`, sent whole as one query.
 * https://github.com/prisma/prisma, packages/migrate/src/utils/listMigrations.ts
 */
export const prisma: Layout = {
  name: 'prisma',
  order: 'lexical',
  orderNote: 'Prisma runs by folder name, and whatever has not been applied, also below what has.',
  checksumNote:
    'Prisma records a checksum: `migrate deploy` takes no offence and environments that applied it keep what they have, `migrate dev` asks to reset the database.',
  identityOf: ({ id }) => id,
  identityNote: "Prisma records the folder's name.",
  historyTable: prismaHistory,
  migrationPath: MIGRATION_PATH,
  // By most files: one folder among plain numbered files does not make them all invisible.
  detect: (directory, files, paths) => {
    // Whatever else is passed over is hashed.
    if (!files.some(({ path }) => MIGRATION_PATH.test(below(directory, path)))) return false;
    const { folders, ignored } = sortFolders('Prisma', directory, files);
    const plain = ignored.filter(({ path }) => versionedName(below(directory, path)) !== undefined).length;
    return folders.length > 0 && (paths.includes(within(directory, 'migration_lock.toml')) || folders.length >= plain);
  },
  read(directory, files, { placeholders, upOnly = false }) {
    const { folders, ignored } = sortFolders('Prisma', directory, files);
    const migrations = folders.map(({ name, up, down }): Migration => {
      const { rest = name } = versionedName(name) ?? {};
      const source = sourceOf(up, placeholders);
      const twin = down && sourceOf(down, placeholders);
      return {
        id: name,
        version: name,
        name: rest,
        ...readUpFile({ tool: 'Prisma', source, twin, execution: 'implicit', upOnly }),
        toolFacts: {
          // Seldom asked for.
          get elsewhere() {
            return checksumsElsewhere(up.bytes).join(' ');
          },
        },
      };
    });
    return { tool: prisma.name, directory, migrations: migrations.sort(prisma.compare), ignored };
  },
  compare: (a, b) => compareNames(a.id, b.id),
  aloneNote: 'with nothing else in its file',
  nextName: nextFolder,
};
