import { literal, tableSql } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { HistoryTable, RecordFacts, ToolHistory } from './bookkeeping.ts';

/**
 * Prisma's table: a row for each try, which is finished, failed or rolled back.
 * https://github.com/prisma/prisma-engines, schema-engine/connectors/sql-schema-connector/src: flavour/postgres.rs,
 * sql_migration_persistence.rs; schema-engine/connectors/schema-connector/src/checksum.rs
 */
export const prismaHistory: HistoryTable = {
  usual: 'public._prisma_migrations',
  in: (table) => {
    const name = tableSql(table);
    /** Begun, and neither finished nor rolled back: Prisma calls that failed, and goes no further. */
    const isOpen = (identity: string): string =>
      `migration_name = ${literal(identity)} AND finished_at IS NULL AND rolled_back_at IS NULL`;
    const rollBack = (identity: string, which: string): string =>
      `UPDATE ${name} SET rolled_back_at = pg_catalog.clock_timestamp() WHERE migration_name = ${literal(identity)} AND rolled_back_at IS NULL${which}`;
    const insert = ({ id, checksum }: Migration, { how, milliseconds }: RecordFacts): string => {
      const [logs, steps] = how === 'applied' ? ['NULL', 1] : ["''", 0];
      const now = 'pg_catalog.clock_timestamp()';
      return `INSERT INTO ${name} (id, checksum, finished_at, migration_name, logs, started_at, applied_steps_count)
        SELECT ${NEW_ID}, ${literal(checksum)}, ${now}, ${literal(id)}, ${logs}, ${now} - ${milliseconds} * interval '1 millisecond', ${steps}`;
    };
    return {
      table,
      create: `CREATE TABLE IF NOT EXISTS ${name} (
        id VARCHAR(36) PRIMARY KEY NOT NULL,
        checksum VARCHAR(64) NOT NULL,
        finished_at TIMESTAMPTZ,
        migration_name VARCHAR(255) NOT NULL,
        logs TEXT,
        rolled_back_at TIMESTAMPTZ,
        started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        applied_steps_count INTEGER NOT NULL DEFAULT 0
      )`,
      columns: [
        'id',
        'checksum',
        'finished_at',
        'migration_name',
        'rolled_back_at',
        'started_at',
        'applied_steps_count',
      ],
      select: `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, logs <> '' AS logged,
          (pg_catalog.regexp_match(logs, 'Database error code: ([0-9A-Z]{5})'))[1] AS sqlstate,
          pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS started
        FROM ${name} WHERE rolled_back_at IS NULL ORDER BY started_at`,
      history: readRows,
      record: (migration, facts) =>
        facts.begun
          ? // Mended after it had stopped half-way, what ran is no longer the text that was begun.
            `WITH finished AS (UPDATE ${name} SET checksum = ${literal(migration.checksum)}, applied_steps_count = applied_steps_count + 1, finished_at = pg_catalog.clock_timestamp()
              WHERE ${isOpen(migration.id)} RETURNING 1)
            ${insert(migration, facts)} WHERE NOT EXISTS (SELECT FROM finished)`
          : insert(migration, facts),
      forget: ({ id }) => rollBack(id, ''),
      begin: ({ id, checksum }) =>
        `INSERT INTO ${name} (id, checksum, started_at, migration_name)
          SELECT ${NEW_ID}, ${literal(checksum)}, pg_catalog.clock_timestamp(), ${literal(id)}
          WHERE NOT EXISTS (SELECT FROM ${name} WHERE ${isOpen(id)})`,
      // As `migrate resolve --applied` and `--rolled-back` do.
      settle: ({ identity, migration, as, facts }) => {
        const rolledBack = rollBack(identity, ' AND finished_at IS NULL');
        return as === 'applied' && migration ? `${rolledBack};\n${insert(migration, facts)}` : rolledBack;
      },
      lock: { keys: () => [72_707_369n], waitsBlocking: true },
    };
  },
};

const NEW_ID = 'pg_catalog.gen_random_uuid()::text';

function readRows(rows: readonly Readonly<Record<string, unknown>>[], known: readonly Migration[]): ToolHistory {
  const migrations = new Map(known.map((migration) => [migration.id, migration]));
  const finished = new Map(
    rows.filter((row) => row.finished === true).map((row) => [String(row.migration_name), String(row.checksum)]),
  );
  return {
    applied: [...finished.keys()],
    failed: rows
      .filter((row) => row.finished !== true)
      .map((row) => ({ identity: String(row.migration_name), says: toldFailure(row) })),
    edited: [...finished].flatMap(([identity, checksum]) => {
      const migration = migrations.get(identity);
      return migration === undefined || isSame(migration, checksum) ? [] : [identity];
    }),
  };
}

/** What Prisma noted of the error may hold rows: only its code is told. */
function toldFailure({ started, logged, sqlstate }: Readonly<Record<string, unknown>>): string {
  const code = typeof sqlstate === 'string' ? ` (${sqlstate})` : '';
  const how = logged === true ? `failed with an error${code}, which stands in \`logs\`` : 'has not come to its end';
  return `what Prisma began on ${started} UTC ${how}; a file of several statements is one transaction, unless it ends that itself`;
}

/** Prisma takes other line breaks for the same, and early versions wrote bytes below 16 with one digit. */
function isSame({ checksum, toolFacts }: Migration, recorded: string): boolean {
  const all = [checksum, ...(toolFacts?.elsewhere?.split(' ') ?? [])];
  return all.some((one) => one === recorded || one.replace(/0(.)|(..)/g, '$1$2') === recorded);
}
