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
 * applied, so that what came later would run again if the row went back to one that was merged late. https://github.com/golang-migrate/migrate, database/postgres/postgres.go
 */
export const golangMigrateHistory: HistoryTable = {
  usual: 'public.schema_migrations',
  in: (table) => {
    const name = tableSql(table);
    /** As the tool rewrites its row, but for its TRUNCATE, which would ask for a right more. `version` is made of digits. */
    const onlyRow = ({ version }: Migration, dirty: boolean): string =>
      `DELETE FROM ${name}; INSERT INTO ${name} (version, dirty) VALUES (${BigInt(version)}, ${dirty})`;
    /**
     * The row as far as a version may change it: that of a newer one stays, also when it is dirty, since of this one the
     * ledger knows more than the tool could say.
     */
    const rowUpTo = (version: string, there: Migration | undefined, dirty: boolean): string =>
      [
        `DELETE FROM ${name} WHERE version <= ${BigInt(version)}`,
        ...(there === undefined
          ? []
          : [
              `INSERT INTO ${name} (version, dirty) SELECT * FROM (VALUES (${BigInt(there.version)}, ${dirty})) AS newest WHERE NOT EXISTS (SELECT FROM ${name})`,
            ]),
      ].join('; ');
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
      record: (migration) => rowUpTo(migration.version, migration, false),
      forget: (_migration, previous) => (previous ? onlyRow(previous, false) : `DELETE FROM ${name}`),
      begin: (migration) => rowUpTo(migration.version, migration, true),
      // `force`, to the version that is there.
      settle: ({ identity, migration, as, facts: { previous } }) =>
        // Of what the ledger has begun under a tool of other names it knows nothing.
        isVersion(identity) ? rowUpTo(identity, as === 'applied' ? migration : previous, false) : '',
      lock: {
        // By URL, as the command line has it, the database's name begins with '/'; in a program it does not.
        keys: (database) => [`/${database}`, database].map((one) => lockKey([table.schema, table.relation, one])),
        waitsBlocking: true,
      },
    };
  },
};

function isVersion(identity: string): boolean {
  return /^-?\d+$/.test(identity);
}

/** Database drivers of the tool set it before a file and take it back behind it, on the way up and down. */
const DIRTY =
  'its row is dirty: golang-migrate was on its way to this version, up or down, and saw no end. It sends a file as one query, which takes effect as a whole or not at all, unless it holds COMMIT or a statement that refuses a transaction';

/** database/util.go, GenerateAdvisoryLockId. */
function lockKey(names: readonly string[]): bigint {
  return (BigInt(crc32(Buffer.from(names.join('\0')))) * 1_486_364_155n) & 0xffff_ffffn;
}
