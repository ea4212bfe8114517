import { type Bookkeeping, bookkeepingOf, isOwnRunners } from '../../project/layouts/bookkeeping.ts';
import type { Layout } from '../../project/layouts/layout.ts';
import { fileName } from '../../project/layouts/names.ts';
import { identifier, literal, qualified, tableSql } from '../../project/quoting.ts';
import type { Migration } from '../../project/types.ts';
import type { OwnHistory } from '../../settings/types.ts';

/**
 * A history table that is not ours: the migration tool's, or that of the project's own runner. It says what is applied;
 * the ledger beside it keeps what it does not. undefined: the ledger is the history.
 */
export function historySource(layout: Layout, own: OwnHistory | undefined): Bookkeeping | undefined {
  // A tool that keeps no history of its own has no name for its table either.
  const isRunners = layout.historyTable === undefined || isOwnRunners(own);
  return own !== undefined && isRunners ? ofOwnRunner(own, layout) : bookkeepingOf(layout, own);
}

/** What the project's runner calls a migration. */
export function nameIn({ idFormat = 'file' }: OwnHistory, migration: Migration): string {
  if (idFormat === 'file') return fileName(migration.path);
  return idFormat === 'id' ? migration.id : migration.version;
}

function ofOwnRunner(own: OwnHistory, layout: Layout): Bookkeeping {
  const { idColumn = 'name', appliedAtColumn, checksumColumn } = own;
  const table = qualified(own.table);
  const name = tableSql(table);
  const id = identifier(idColumn);
  return {
    table,
    columns: [idColumn, appliedAtColumn, checksumColumn].flatMap((column) => column ?? []),
    create: undefined,
    select: `SELECT ${id}::text AS name FROM ${name}`,
    history: (rows, known) => {
      const byName = new Map(known.map((migration) => [nameIn(own, migration), layout.identityOf(migration)]));
      return { applied: rows.map((row) => byName.get(String(row.name)) ?? String(row.name)), failed: [] };
    },
    record: (migration) => {
      const cells: (readonly [column: string, cell: string])[] = [
        [idColumn, literal(nameIn(own, migration))],
        ...(appliedAtColumn === undefined ? [] : [[appliedAtColumn, 'pg_catalog.now()'] as const]),
        ...(checksumColumn === undefined ? [] : [[checksumColumn, literal(migration.checksum)] as const]),
      ];
      const columns = cells.map(([column]) => identifier(column)).join(', ');
      return `INSERT INTO ${name} (${columns}) VALUES (${cells.map(([, cell]) => cell).join(', ')})`;
    },
    forget: (migration) => `DELETE FROM ${name} WHERE ${id}::text = ${literal(nameIn(own, migration))}`,
  };
}
