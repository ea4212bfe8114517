import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import type { Bookkeeping, ToolHistory } from '../../project/layouts/bookkeeping.ts';
import type { Layout } from '../../project/layouts/layout.ts';
import { fileName } from '../../project/layouts/names.ts';
import { tableText } from '../../project/quoting.ts';
import type { Migration } from '../../project/types.ts';
import type { Ledger } from '../ledger/ledger.ts';
import {
  type LedgerContents,
  ledgerTables,
  lookUp,
  NO_LEDGER,
  type Relation,
  readLedger,
  requireReadable,
} from '../ledger/read.ts';
import { withoutLatecomers } from './latecomers.ts';
import { type OtherHistory, othersThere, otherTables, requireUnambiguous } from './others.ts';

/** All that the target itself says about what has been applied to it. */
export interface TargetHistory {
  readonly ledger: LedgerContents;
  /** undefined: the ledger alone is the history, or the tool's table is not there yet. */
  readonly tool: ToolHistory | undefined;
  /** 'schema.name' of the table that tells; undefined: there is none yet. */
  readonly relation: string | undefined;
  /** Whether the tool's table has to be made. */
  readonly toolTableMissing: boolean;
  /** SQL that the tool's table needs first, which an older version of the tool has made. */
  readonly toolTableUpgrade?: string;
  /** Histories of other tools that hold rows. */
  readonly others: readonly OtherHistory[];
}

export interface HistoryRequest {
  readonly ledger: Ledger;
  readonly source: Bookkeeping | undefined;
  readonly layout: Pick<Layout, 'name' | 'identityOf'>;
  /** Whether the settings say which history counts: else that of another tool, with rows, is a reason to stop. */
  readonly isTold: boolean;
  /** Names of applied migrations, where no table tells them but a command of the project's. */
  readonly said?: (() => Promise<readonly string[]>) | undefined;
  /** The project's migrations, in order. */
  readonly known: readonly Migration[];
  /** Who reads: for the GRANT to paste. */
  readonly role: string;
}

/** Reads only. Throws `history-unreadable`, `history-table-missing`, `history-table-different`, `history-ambiguous`. */
export async function readHistory(session: Session, request: HistoryRequest): Promise<TargetHistory> {
  const { ledger, source, role } = request;
  const own = source?.table;
  const mine = { tool: request.layout.name, table: own };
  const wanted = [...ledgerTables(ledger), ...(own === undefined ? [] : [own])];
  const looked = await lookUp(session, [...wanted, ...otherTables(mine)]);
  const relations = looked.slice(0, wanted.length);
  requireReadable(relations, role);
  const lacking = relations.slice(0, 3).filter(({ kind }) => kind !== 'r' && kind !== 'p');
  if (lacking.length > 0 && lacking.length < 3) throw ledgerIncomplete(ledger, lacking);
  const ledgerThere = lacking.length === 0;
  const contents = ledgerThere ? await readLedger(session, ledger) : NO_LEDGER;
  const others = await othersThere(session, mine, looked.slice(wanted.length));
  const { rows, ...history } = await readTool(session, request, contents, relations[3]);
  if (!request.isTold) {
    const relation = own === undefined ? `${ledger.schema}.migrations` : tableText(own);
    requireUnambiguous({ tool: request.layout.name, relation, rows, inUse: contents.entries.length > 0 }, others);
  }
  return { ledger: contents, ...history, others };
}

type ToolPart = Pick<TargetHistory, 'tool' | 'relation' | 'toolTableMissing' | 'toolTableUpgrade'>;

/** What the history's own table says, and how many rows it has. */
async function readTool(
  session: Session,
  { ledger, source, known, layout, said }: HistoryRequest,
  contents: LedgerContents,
  table: Relation | undefined,
): Promise<ToolPart & { readonly rows: number | undefined }> {
  if (source === undefined && said !== undefined) {
    const applied = (await said()).map((name) => identityOf(name, known, layout));
    return { tool: { applied, failed: [] }, relation: undefined, toolTableMissing: false, rows: applied.length };
  }
  if (source === undefined) {
    const relation = contents.exists ? `${ledger.schema}.migrations` : undefined;
    return { tool: undefined, relation, toolTableMissing: false, rows: contents.entries.length };
  }
  if (table?.kind === undefined) {
    if (source.create === undefined) throw tableMissing(source);
    return { tool: undefined, relation: undefined, toolTableMissing: true, rows: undefined };
  }
  const earlier = source.earlier !== undefined && !hasColumns(source, table) ? source.earlier : undefined;
  requireColumns({ ...source, ...earlier }, table);
  const { select, history } = earlier ?? source;
  const { rows } = await session.client.query<Readonly<Record<string, unknown>>>(select);
  const recorded = new Set(contents.entries.map(({ identity }) => identity));
  const told = history(rows, known);
  return {
    tool: withoutLatecomers(told, known.map(layout.identityOf), recorded, contents.openings),
    relation: tableText(source.table),
    toolTableMissing: false,
    ...(earlier === undefined ? {} : { toolTableUpgrade: earlier.upgrade(rows, known) }),
    rows: rows.length,
  };
}

function identityOf(name: string, known: readonly Migration[], layout: Pick<Layout, 'identityOf'>): string {
  const found = migrationNamed(name, known);
  return found === undefined ? name : layout.identityOf(found);
}

/** A command may print the file's name, its path, the id, or the version. */
export function migrationNamed(name: string, known: readonly Migration[]): Migration | undefined {
  return known.find(({ id, version, path }) => [fileName(path), path, id, version].includes(name));
}

/** What counts as applied: by the tool's word where it has a table, else by the ledger's. */
export function appliedIn({ ledger, tool }: TargetHistory): readonly string[] {
  return tool === undefined ? ledger.entries.map(({ identity }) => identity) : tool.applied;
}

export function isApplied(history: TargetHistory, identity: string): boolean {
  return appliedIn(history).includes(identity);
}

/** A ledger without one of its tables is no missing ledger: what it knows would be done again. */
function ledgerIncomplete({ schema }: Ledger, lacking: readonly Relation[]): LockstepError {
  const names = lacking.map(({ relation }) => `${schema}.${relation}`).join(', ');
  return new LockstepError('ledger-incomplete', `The ledger lacks ${names}: nobody knows what has been done.`, {
    hint: 'Restore it from a backup. Its tables belong together: a dump of the schema must hold all of them, with their rows.',
  });
}

function tableMissing({ table }: Bookkeeping): LockstepError {
  return new LockstepError(
    'history-table-missing',
    `There is no table ${tableText(table)}, which history.table names.`,
    {
      hint: "Check `history` in lockstep.yml and the database of the URL: the project's own runner makes this table.",
    },
  );
}

function hasColumns({ columns }: Pick<Bookkeeping, 'columns'>, table: Relation): boolean {
  return columns.every((column) => table.columns.includes(column));
}

function requireColumns({ table: name, columns, foreignColumns = [] }: Bookkeeping, table: Relation): void {
  const lacking = columns.filter((column) => !table.columns.includes(column));
  const foreign = foreignColumns.filter((column) => table.columns.includes(column));
  if (lacking.length === 0 && foreign.length === 0) return;
  const [what, which] = lacking.length > 0 ? ['has no column', lacking] : ['has a column', foreign];
  throw new LockstepError(
    'history-table-different',
    `${tableText(name)} ${what} ${which.join(', ')}: it is not the history that was expected (it has ${table.columns.join(', ')}).`,
    {
      hint: 'Another tool may keep its history there. Set `tool`, or `history.table` and its columns, in lockstep.yml.',
    },
  );
}
