import type { OwnHistory } from '../../settings/types.ts';
import { identifier, qualified, type TableName } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { Layout } from './layout.ts';

/** What a tool keeps in the database, read and written as the tool itself does. Pure: SQL in, SQL out. */

/** What a tool's history table says. Migrations stand in it by the layout's `identityOf`. */
export interface ToolHistory {
  readonly applied: readonly string[];
  /** Begun and not finished, by the tool's own word for it: nobody knows how far it came. */
  readonly failed: readonly ToolFailure[];
  /** Applied ones of which the tool recorded another checksum than the file has now. */
  readonly edited?: readonly string[];
  /** Not applied, and the tool itself would pass over them in silence. Lockstep applies them, and says so. */
  readonly passedOver?: readonly string[];
  /** Those among `applied` that no row of their own proves: the tool counts all that is older than its newest as applied. */
  readonly assumed?: readonly string[];
}

interface ToolFailure {
  readonly identity: string;
  /** What the tool recorded of it, in a sentence, without anybody's data: '2 of 5 statements were applied'. */
  readonly says?: string;
}

/** What is known of a migration when its row is written. */
export interface RecordFacts {
  /** `baseline` and `resolved`: a person said that it is there; nothing ran. */
  readonly how: 'applied' | 'baseline' | 'resolved';
  /** SQL of type bigint: how long it took, in milliseconds. Known only when it stands there. */
  readonly milliseconds: string;
  /** How many statements its up script holds. */
  readonly statements: number;
  /** Who runs it: the login role. */
  readonly role: string;
  /** Lockstep's own. */
  readonly version: string;
  /** What is applied right before it in the tool's order. */
  readonly previous: Migration | undefined;
  /** Whether a row of `begin`, or of a failed try of the tool's own, may stand there. */
  readonly begun: boolean;
}

/** How a failed or half-done migration is settled. */
interface Settling {
  readonly identity: string;
  /** undefined: it is not in the repository any more; then it can only be rolled back. */
  readonly migration: Migration | undefined;
  readonly as: 'applied' | 'rolled-back';
  readonly facts: RecordFacts;
}

/** The tool's own advisory lock: taken after ours, so that nobody who starts the tool by hand gets between. */
interface ToolLock {
  /** 64-bit keys, one for each way in which the tool makes them, of the database of this name. */
  keys(database: string): readonly bigint[];
  /**
   * Whether the tool waits for it with `pg_advisory_lock`. Such a wait holds a snapshot, for which CONCURRENTLY waits: the
   * lock is let go of meanwhile. One that asks again and again is in nobody's way.
   */
  readonly waitsBlocking: boolean;
}

/** The table as an older version of the tool made it, which the newer one changes before it does anything else. */
interface EarlierTable extends Pick<Bookkeeping, 'columns' | 'select' | 'history'> {
  /** SQL that makes today's table of it, as the tool would. `rows`: those of `select`. */
  upgrade(rows: readonly Readonly<Record<string, unknown>>[], known: readonly Migration[]): string;
}

/**
 * The SQL for one tool's history table, under whatever name it has. All of it names what it uses with its schema, is safe for
 * every name, and may hold several statements, without BEGIN and COMMIT.
 */
export interface Bookkeeping {
  readonly table: TableName;
  /** Makes it where it is missing, as the tool would; its schema is there then. undefined: it must be there. */
  readonly create: string | undefined;
  /** Columns that it must have to be this tool's. */
  readonly columns: readonly string[];
  /** Columns by which it would be another tool's table of the same name. */
  readonly foreignColumns?: readonly string[];
  readonly earlier?: EarlierTable;
  /** Other tables that the tool makes beside it: no part of the project's schema either. */
  readonly beside?: readonly TableName[];
  /** The query whose rows `history` understands. */
  readonly select: string;
  /** `known`: the migrations of the project, in the tool's order. */
  history(rows: readonly Readonly<Record<string, unknown>>[], known: readonly Migration[]): ToolHistory;
  /** Runs after a migration's up script, in its transaction where it has one; finishes what `begin` has begun. */
  record(migration: Migration, facts: RecordFacts): string;
  /** Runs after a migration's down script; `previous` is what stands before it in the tool's order. */
  forget?(migration: Migration, previous: Migration | undefined): string;
  /**
   * Committed before a migration that runs without a transaction, so that the tool refuses to go on when the run dies. It
   * may run again when it stands already. Nothing is written before a migration that has a transaction.
   */
  begin?(migration: Migration, facts: RecordFacts): string;
  /** What the tool's own `resolve`, `force` or `repair` would write. Without it: `record` or `forget`. */
  settle?(settling: Settling): string;
  /** The tool itself goes no further when an applied file has been edited. */
  readonly refusesEdits?: true;
  readonly lock?: ToolLock;
}

/** What a layout says about its tool's history table. */
export interface HistoryTable {
  /** Where the tool keeps it unless it is told otherwise: 'drizzle.__drizzle_migrations'. */
  readonly usual: string;
  in(table: TableName): Bookkeeping;
}

/**
 * The tool's own table, under the name that the settings give it. undefined: the tool keeps none, or the settings name that of the
 * project's own runner.
 */
export function bookkeepingOf(
  { historyTable }: Pick<Layout, 'historyTable'>,
  own: OwnHistory | undefined,
): Bookkeeping | undefined {
  if (historyTable === undefined || isOwnRunners(own)) return undefined;
  return historyTable.in(qualified(own?.table ?? historyTable.usual));
}

/** Whether the settings describe the columns of a table: then it is no tool's, but that of the project's own runner. */
export function isOwnRunners(own: OwnHistory | undefined): boolean {
  if (own === undefined) return false;
  const { idColumn, idFormat, appliedAtColumn, checksumColumn } = own;
  return [idColumn, idFormat, appliedAtColumn, checksumColumn].some((told) => told !== undefined);
}

/** SQL that makes a table where it is missing, with its schema. */
export function createTable({ table, create }: Bookkeeping, schemaThere: boolean): string {
  // IF NOT EXISTS asks for the right to create one even where it is there.
  const schema = schemaThere ? '' : `CREATE SCHEMA IF NOT EXISTS ${identifier(table.schema)};\n`;
  return create === undefined ? '' : `${schema}${create}`;
}

/** SQL that settles a migration; '' when the tool's table needs nothing. */
export function settleSql(bookkeeping: Bookkeeping, settling: Settling): string {
  if (bookkeeping.settle !== undefined) return bookkeeping.settle(settling);
  const { migration, as, facts } = settling;
  if (migration === undefined) return '';
  return as === 'applied'
    ? bookkeeping.record(migration, facts)
    : (bookkeeping.forget?.(migration, facts.previous) ?? '');
}
