import type { Layout, ToolHistory } from '../../project/layouts/layout.ts';
import { fileName } from '../../project/layouts/names.ts';
import type { Migration } from '../../project/types.ts';
import type { OwnHistory } from '../../settings/types.ts';
import { identifier, literal, qualified } from '../ledger/sql.ts';

/**
 * A history table that is not ours: the migration tool's, or that of the project's own runner. It says what is applied;
 * the ledger beside it keeps what it does not.
 */
export interface HistorySource {
  readonly schema: string;
  readonly relation: string;
  /** Columns that it must have to be the one that is meant. */
  readonly columns: readonly string[];
  /** SQL that makes it where the tool itself would; undefined: it must be there. */
  readonly create: string | undefined;
  readonly select: string;
  history(rows: readonly Readonly<Record<string, unknown>>[], known: readonly Migration[]): ToolHistory;
  record(migration: Migration): string;
  /** SQL that takes a migration out again; `previous`: what stands before it in the tool's order. */
  forget(migration: Migration, previous: Migration | undefined): string;
}

/** undefined: the ledger is the history. */
export function historySource(layout: Layout, own: OwnHistory | undefined): HistorySource | undefined {
  if (own !== undefined) return ofOwnRunner(own, layout);
  const { bookkeeping } = layout;
  if (bookkeeping === undefined) return undefined;
  return {
    ...qualified(bookkeeping.relation),
    columns: bookkeeping.columns,
    create: bookkeeping.create,
    select: bookkeeping.select,
    history: bookkeeping.history,
    record: bookkeeping.record,
    forget: (migration, previous) => bookkeeping.forget?.(migration, previous) ?? '',
  };
}

/** What the project's runner calls a migration. */
function nameIn({ idFormat }: OwnHistory, migration: Migration): string {
  if (idFormat === 'file') return fileName(migration.path);
  return idFormat === 'id' ? migration.id : migration.version;
}

function ofOwnRunner(own: OwnHistory, layout: Layout): HistorySource {
  const { schema, relation } = qualified(own.table);
  const table = `${identifier(schema)}.${identifier(relation)}`;
  const id = identifier(own.idColumn);
  return {
    schema,
    relation,
    columns: [own.idColumn, own.appliedAtColumn, own.checksumColumn].flatMap((column) => column ?? []),
    create: undefined,
    select: `SELECT ${id}::text AS name FROM ${table}`,
    history: (rows, known) => {
      const byName = new Map(known.map((migration) => [nameIn(own, migration), layout.identityOf(migration)]));
      return { applied: rows.map(({ name }) => byName.get(String(name)) ?? String(name)), failed: [] };
    },
    record: (migration) => {
      const cells: (readonly [column: string, cell: string])[] = [
        [own.idColumn, literal(nameIn(own, migration))],
        ...(own.appliedAtColumn === undefined ? [] : [[own.appliedAtColumn, 'pg_catalog.now()'] as const]),
        ...(own.checksumColumn === undefined ? [] : [[own.checksumColumn, literal(migration.checksum)] as const]),
      ];
      const columns = cells.map(([column]) => identifier(column)).join(', ');
      return `INSERT INTO ${table} (${columns}) VALUES (${cells.map(([, cell]) => cell).join(', ')})`;
    },
    forget: (migration) => `DELETE FROM ${table} WHERE ${id}::text = ${literal(nameIn(own, migration))}`,
  };
}
