import { drizzleFiles } from './drizzle.ts';

/** A thousand migrations in the layout of each tool whose SQL Lockstep runs. */

export const THOUSAND = 1_000;

const NAMES = Array.from({ length: THOUSAND }, (_, index) => String(20240101000000 + index));

/** Of usual length; the words are those for which a layout might look closer. */
const up = (name: string): string =>
  `SELECT ${name}; -- ${'not CONCURRENTLY, no VACUUM and no ALTER SYSTEM; '.repeat(20)}\n`;
const down = (name: string): string => `SELECT -${name};\n`;

type Files = Record<string, string>;

const each = (file: (name: string) => Files): Files => Object.assign({}, ...NAMES.map(file));

export const thousand: Readonly<Record<string, () => Files>> = {
  drizzle: () =>
    drizzleFiles(NAMES.map((name, index) => ({ tag: `${name}_x`, when: Date.UTC(2024, 0, 1) + index, sql: up(name) }))),
  'drizzle-1': () =>
    each((name) => ({ [`drizzle/${name}_x/migration.sql`]: up(name), [`drizzle/${name}_x/snapshot.json`]: '{}' })),
  prisma: () =>
    each((name) => ({
      'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
      [`prisma/migrations/${name}_x/migration.sql`]: up(name),
    })),
  supabase: () => each((name) => ({ [`supabase/migrations/${name}_x.sql`]: up(name) })),
  flyway: () =>
    each((name) => ({ [`db/migration/V${name}__x.sql`]: up(name), [`db/migration/U${name}__x.sql`]: down(name) })),
  atlas: () => ({ 'migrations/atlas.sum': 'h1:x\n', ...each((name) => ({ [`migrations/${name}_x.sql`]: up(name) })) }),
  'graphile-migrate': () =>
    each((name) => ({
      [`migrations/committed/${name.slice(-6)}.sql`]: `--! Previous: -\n--! Hash: sha1:x\n\n${up(name)}`,
    })),
  'golang-migrate': () =>
    each((name) => ({ [`migrations/${name}_x.up.sql`]: up(name), [`migrations/${name}_x.down.sql`]: down(name) })),
  dbmate: () =>
    each((name) => ({ [`db/migrations/${name}_x.sql`]: `-- migrate:up\n${up(name)}-- migrate:down\n${down(name)}` })),
  goose: () =>
    each((name) => ({ [`migrations/${name}_x.sql`]: `-- +goose Up\n${up(name)}-- +goose Down\n${down(name)}` })),
  'node-pg-migrate': () =>
    each((name) => ({ [`migrations/${name}_x.sql`]: `-- Up Migration\n${up(name)}-- Down Migration\n${down(name)}` })),
  numbered: () => each((name) => ({ [`migrations/${name}_x.sql`]: up(name) })),
};
