import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import type { ToolHistory } from '../../project/layouts/layout.ts';
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
import type { HistorySource } from './source.ts';

/** All that the target itself says about what has been applied to it. */
export interface TargetHistory {
  readonly ledger: LedgerContents;
  /** undefined: the ledger alone is the history, or the tool's table is not there yet. */
  readonly tool: ToolHistory | undefined;
  /** 'schema.name' of the table that tells; undefined: there is none yet. */
  readonly relation: string | undefined;
  /** Whether the tool's table has to be made. */
  readonly toolTableMissing: boolean;
}

export interface HistoryRequest {
  readonly ledger: Ledger;
  readonly source: HistorySource | undefined;
  /** The project's migrations, in order. */
  readonly known: readonly Migration[];
  /** Who reads: for the GRANT to paste. */
  readonly role: string;
}

/** Reads only. Throws `history-unreadable`, `history-table-missing`, `history-table-different`. */
export async function readHistory(session: Session, request: HistoryRequest): Promise<TargetHistory> {
  const { ledger, source, known, role } = request;
  const relations = await lookUp(session, [...ledgerTables(ledger), ...(source === undefined ? [] : [source])]);
  requireReadable(relations, role);
  const lacking = relations.slice(0, 3).filter(({ kind }) => kind !== 'r' && kind !== 'p');
  if (lacking.length > 0 && lacking.length < 3) throw ledgerIncomplete(ledger, lacking);
  const ledgerThere = lacking.length === 0;
  const contents = ledgerThere ? await readLedger(session, ledger) : NO_LEDGER;
  if (source === undefined) {
    const relation = ledgerThere ? `${ledger.schema}.migrations` : undefined;
    return { ledger: contents, tool: undefined, relation, toolTableMissing: false };
  }
  const table = relations[3];
  if (table?.kind === undefined) {
    if (source.create === undefined) throw tableMissing(source);
    return { ledger: contents, tool: undefined, relation: undefined, toolTableMissing: true };
  }
  requireColumns(source, table);
  const { rows } = await session.client.query<Readonly<Record<string, unknown>>>(source.select);
  return {
    ledger: contents,
    tool: source.history(rows, known),
    relation: `${source.schema}.${source.relation}`,
    toolTableMissing: false,
  };
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

function tableMissing({ schema, relation }: HistorySource): LockstepError {
  return new LockstepError(
    'history-table-missing',
    `There is no table ${schema}.${relation}, which history.table names.`,
    {
      hint: "Check `history` in lockstep.yml and the database of the URL: the project's own runner makes this table.",
    },
  );
}

function requireColumns({ schema, relation, columns }: HistorySource, table: Relation): void {
  const lacking = columns.filter((column) => !table.columns.includes(column));
  if (lacking.length === 0) return;
  throw new LockstepError(
    'history-table-different',
    `${schema}.${relation} has no column ${lacking.join(', ')}: it is not the history that was expected (it has ${table.columns.join(', ')}).`,
    {
      hint: 'Another tool may keep its history there. Set `tool`, or `history.table` and its columns, in lockstep.yml.',
    },
  );
}
