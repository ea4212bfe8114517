import { literal, tableSql } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { HistoryTable, RecordFacts, ToolHistory } from './bookkeeping.ts';
import { compareText } from './names.ts';

/**
 * Atlas' table of revisions: cmd/atlas/internal/migrate/ent of https://github.com/ariga/atlas. A row says how many of its statements are
 * applied.
 */

/** What Atlas keeps of a migration, as the layout works it out. */
export interface AtlasFacts extends Readonly<Record<string, string>> {
  readonly description: string;
  /** Of atlas.sum: over this file and all before it. */
  readonly hash: string;
  /** A checkpoint stands for all files before it, in a database without any revision. */
  readonly kind: 'file' | 'checkpoint';
  /** Versions of checkpoints that other files stand for, separated by spaces. */
  readonly checkpoints: string;
}

function factsOf({ toolFacts }: Migration): AtlasFacts {
  return toolFacts as AtlasFacts;
}

export const atlasHistory: HistoryTable = {
  usual: 'atlas_schema_revisions.atlas_schema_revisions',
  in: (table) => {
    const name = tableSql(table);
    const write = (migration: Migration, { version }: RecordFacts, row: Row): string => {
      const { description, hash } = factsOf(migration);
      const cells = [
        literal(migration.version),
        literal(description),
        row.type,
        row.applied,
        row.total,
        'pg_catalog.clock_timestamp()',
        row.nanoseconds,
        literal(row.error),
        "''",
        literal(hash),
        `${literal(row.partial)}::jsonb`,
        literal(`Lockstep ${version}`),
      ];
      const updates = COLUMNS.slice(1).map((column) => `${column} = EXCLUDED.${column}`);
      // As `migrate set` says of one that had been begun.
      if (row.type === RESOLVED) updates[1] = `type = ${EXECUTED + RESOLVED}`;
      return `INSERT INTO ${name} (${COLUMNS.join(', ')}) VALUES (${cells.join(', ')}) ON CONFLICT (version) DO UPDATE SET ${updates.join(', ')}`;
    };
    const done = { error: '', partial: 'null' };
    const record = (migration: Migration, facts: RecordFacts): string => {
      const { how, statements, milliseconds } = facts;
      return how === 'applied'
        ? write(migration, facts, {
            ...done,
            type: EXECUTED,
            applied: statements,
            total: statements,
            nanoseconds: `(${milliseconds})::bigint * 1000000`,
          })
        : write(migration, facts, { ...done, type: RESOLVED, applied: 0, total: 0, nanoseconds: '0' });
    };
    const remove = (version: string): string => `DELETE FROM ${name} WHERE version = ${literal(version)}`;
    return {
      table,
      create: `CREATE TABLE IF NOT EXISTS ${name} (
    version varchar NOT NULL PRIMARY KEY,
    description varchar NOT NULL,
    type bigint NOT NULL DEFAULT 2,
    applied bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    executed_at timestamptz NOT NULL,
    execution_time bigint NOT NULL,
    error text,
    error_stmt text,
    hash varchar NOT NULL,
    partial_hashes jsonb,
    operator_version varchar NOT NULL
)`,
      columns: COLUMNS,
      select: `SELECT version, type::int, applied::int, total::int, hash, operator_version AS operator FROM ${name} WHERE version <> ${literal(IDENTIFIER)}`,
      history: (rows, known) => historyIn(rows as unknown as readonly FoundRow[], known),
      record,
      forget: ({ version }) => remove(version),
      // Nobody knows how far it came. Atlas goes on behind the statements that a row counts, and stops where their hashes are others.
      begin: (migration, facts) =>
        write(migration, facts, {
          type: EXECUTED,
          applied: 1,
          total: facts.statements + 1,
          nanoseconds: '0',
          error: 'Lockstep has begun this migration: `lockstep apply` goes on, `lockstep resolve` settles it',
          partial: JSON.stringify(['h1:lockstep']),
        }),
      settle: ({ migration, identity, as, facts }) =>
        as === 'applied' && migration !== undefined ? record(migration, facts) : remove(identity),
      // By its own name, whatever the database is: cmd/atlas/internal/cmdapi/migrate.go.
      lock: { keys: () => [2_686_470_616n], waitsBlocking: false },
    };
  },
};

const EXECUTED = 2;
const RESOLVED = 4;

/** A row that is no migration. */
const IDENTIFIER = '.atlas_cloud_identifier';

const COLUMNS = [
  'version',
  'description',
  'type',
  'applied',
  'total',
  'executed_at',
  'execution_time',
  'error',
  'error_stmt',
  'hash',
  'partial_hashes',
  'operator_version',
] as const;

interface Row {
  readonly type: number;
  readonly applied: number;
  readonly total: number;
  /** SQL. */
  readonly nanoseconds: string;
  readonly error: string;
  /** JSON. */
  readonly partial: string;
}

interface FoundRow {
  readonly version: string;
  readonly type: number;
  readonly applied: number;
  readonly total: number;
  readonly hash: string;
  readonly operator: string;
}

function historyIn(found: readonly FoundRow[], known: readonly Migration[]): ToolHistory {
  const rows = [...found].sort((a, b) => compareText(a.version, b.version));
  const [lowest] = rows;
  if (lowest === undefined) return { applied: [], failed: [] };
  const checkpoint = known.find((migration) => factsOf(migration).kind === 'checkpoint')?.version;
  const left = new Set(known.slice(0, 1).flatMap((migration) => factsOf(migration).checkpoints.split(' ')));
  // Atlas asks for no row of what is older than the lowest one. A baseline and a checkpoint stand for that; else it came too late.
  const below = known.map(({ version }) => version).filter((version) => compareText(version, lowest.version) < 0);
  const stands = (lowest.type & ~EXECUTED) !== 0 || lowest.version === checkpoint || left.has(lowest.version);
  const done = new Map(rows.filter(({ applied, total }) => applied === total).map((row) => [row.version, row]));
  const isForOthers = checkpoint !== undefined && !rows.some(({ version }) => version === checkpoint);
  const isGone = (version: string): boolean =>
    left.has(version) ||
    (checkpoint !== undefined && compareText(version, checkpoint) < 0 && known.every((one) => one.version !== version));
  const assumed = [...new Set([...(stands ? below : []), ...(isForOthers ? [checkpoint] : [])])];
  return {
    applied: [...assumed, ...[...done.keys()].filter((version) => !isGone(version))],
    // Of one whose first statement has failed nothing is there: it is pending, as Atlas has it.
    failed: rows
      .filter((row) => !done.has(row.version) && row.applied > 0)
      .map(({ version, applied, total, operator }) => ({
        identity: version,
        ...(operator.startsWith('Lockstep') ? {} : { says: `${applied} of ${total} statements were applied` }),
      })),
    edited: editedIn(done, known),
    passedOver: stands ? [] : below.filter((version) => !assumed.includes(version)),
    assumed,
  };
}

/** A hash stands for all files before it, too: where one is new or gone, nothing can be said of those behind it. */
function editedIn(done: ReadonlyMap<string, FoundRow>, known: readonly Migration[]): string[] {
  for (const migration of known) {
    const row = done.get(migration.version);
    if (row === undefined) return [];
    if (row.hash !== '' && row.hash !== factsOf(migration).hash) return [migration.version];
  }
  return [];
}
