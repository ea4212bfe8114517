import { crc32 } from '../crc32.ts';
import { tableSql } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { HistoryTable } from './bookkeeping.ts';

/** What its table knows a migration by. */
export function versionNumber({ version }: Migration): string {
  return String(BigInt(version));
}

/**
 * golang-migrate's one row: the newest version, and whether it is half-done (`dirty`). The tool counts all that is older as
 * applied. https://github.com/golang-migrate/migrate, database/postgres/postgres.go
 */
export const golangMigrateHistory: HistoryTable = {
  usual: 'public.schema_migrations',
  in: (table) => {
    const name = tableSql(table);
    /** The tool rewrites its row in just this way. `version` is made of digits. */
    const onlyRow = ({ version }: Migration, dirty: boolean): string =>
      `TRUNCATE ${name}; INSERT INTO ${name} (version, dirty) VALUES (${BigInt(version)}, ${dirty})`;
    return {
      table,
      create: `CREATE TABLE IF NOT EXISTS ${name} (version bigint not null primary key, dirty boolean not null)`,
      columns: ['version', 'dirty'],
      select: `SELECT version::text AS version, dirty FROM ${name}`,
      history: ([row], known) => {
        if (row === undefined) return { applied: [], failed: [] };
        // -1 stands for no version at all: the first one was being taken back.
        const [first] = known;
        const newest = BigInt(String(row.version)) < 0n && first ? versionNumber(first) : String(row.version);
        const older = known.map(versionNumber).filter((version) => BigInt(version) < BigInt(newest));
        return row.dirty === true
          ? { applied: older, failed: [{ identity: newest, says: DIRTY }], assumed: older }
          : { applied: [...older, newest], failed: [], assumed: older };
      },
      record: (migration) => onlyRow(migration, false),
      forget: (_migration, previous) => (previous ? onlyRow(previous, false) : `TRUNCATE ${name}`),
      begin: (migration) => onlyRow(migration, true),
      // `force`, to the version that is there.
      settle: ({ migration, as, facts: { previous } }) => {
        const there = as === 'applied' ? migration : previous;
        return there === undefined ? `TRUNCATE ${name}` : onlyRow(there, false);
      },
      lock: {
        // By URL, as the command line has it, the database's name begins with '/'; in a program it does not.
        keys: (database) => [`/${database}`, database].map((one) => lockKey([table.schema, table.relation, one])),
        waitsBlocking: true,
      },
    };
  },
};

/** Database drivers of the tool set it before a file and take it back behind it, on the way up and down. */
const DIRTY =
  'its row is dirty: golang-migrate was on its way to this version, up or down, and saw no end. It sends a file as one query, which takes effect as a whole or not at all, unless it holds COMMIT or a statement that refuses a transaction';

/** database/util.go, GenerateAdvisoryLockId. */
function lockKey(names: readonly string[]): bigint {
  return (BigInt(crc32(Buffer.from(names.join('\0')))) * 1_486_364_155n) & 0xffff_ffffn;
}
