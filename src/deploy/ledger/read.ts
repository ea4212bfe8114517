import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import { identifier, literal } from '../../project/quoting.ts';
import type { Ledger } from './ledger.ts';
import { OPENING } from './steps.ts';

/** Reads what the ledger says; with SELECT alone, and creating nothing. Rejects with pg's error. */

/** One migration as the ledger has it. */
export interface LedgerEntry {
  readonly identity: string;
  readonly name: string;
  readonly path: string;
  readonly checksum: string;
  readonly meaning: string | undefined;
  readonly how: 'applied' | 'baseline' | 'resolved';
  readonly appliedAt: Date;
  readonly durationMs: number;
  readonly commit: string | undefined;
  readonly pullRequest: number | undefined;
  readonly actor: string | undefined;
  readonly runUrl: string | undefined;
}

/** A statement of a migration that runs without a transaction. */
export interface Step {
  readonly statement: number;
  readonly hash: string;
  readonly state: 'started' | 'done';
  readonly before: unknown;
}

/** A migration that was begun in the tool's own history as well. */
export interface Opening {
  /** Identity of what was applied right before it in the tool's order, then; undefined: nothing. */
  readonly after: string | undefined;
}

interface LastRun {
  readonly id: string;
  readonly result: string;
  readonly error: string | undefined;
  readonly commit: string | undefined;
  readonly startedAt: Date;
}

export interface LedgerContents {
  /** false: there is none yet. */
  readonly exists: boolean;
  readonly entries: readonly LedgerEntry[];
  /** By the migration's identity. */
  readonly steps: ReadonlyMap<string, readonly Step[]>;
  /** By the migration's identity. */
  readonly openings: ReadonlyMap<string, Opening>;
  /** The newest apply that came to run migrations or found none to run; `running`: it has died, if we hold the lock. */
  readonly lastRun: LastRun | undefined;
  /** What checks have found since the last apply that came to its end: a run that died meanwhile does not make it good. */
  readonly troubles: readonly string[];
  /** Commits that the ledger records, the newest first. */
  readonly commits: readonly string[];
}

export const NO_LEDGER: LedgerContents = {
  exists: false,
  entries: [],
  steps: new Map(),
  openings: new Map(),
  lastRun: undefined,
  troubles: [],
  commits: [],
};

/** What is known about a table without touching it. */
export interface Relation {
  readonly schema: string;
  readonly relation: string;
  /** Its kind in pg_class; undefined: there is no such table. */
  readonly kind: string | undefined;
  readonly columns: readonly string[];
  readonly readable: boolean;
  /** Row level security decides which rows the role sees. */
  readonly filtered: boolean;
}

/** Looks up tables by name, whatever the role may do with them: a name that one may not use is no missing one. */
export async function lookUp(
  session: Session,
  names: readonly { readonly schema: string; readonly relation: string }[],
): Promise<Relation[]> {
  const list = names.map(({ schema, relation }) => `(${literal(schema)}, ${literal(relation)})`).join(', ');
  const [result] = await session.run(`
    SELECT n.nspname AS schema, c.relname AS relation, c.relkind AS kind,
      pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable,
      pg_catalog.row_security_active(c.oid) AS filtered,
      ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE (n.nspname, c.relname) IN (${list}) AND c.relkind IN ('r', 'p', 'v', 'f', 'm')`);
  const rows = (result?.rows ?? []) as readonly Relation[];
  return names.map(({ schema, relation }) => {
    const found = rows.find((row) => row.schema === schema && row.relation === relation);
    return found ?? { schema, relation, kind: undefined, columns: [], readable: false, filtered: false };
  });
}

/** An unreadable history is no empty one. Throws `history-unreadable` with the GRANT to paste. */
export function requireReadable(relations: readonly Relation[], role: string): void {
  const filtered = relations.find((one) => one.readable && one.filtered);
  if (filtered !== undefined) throw rowsHidden(filtered, role);
  const unreadable = relations.filter(({ kind, readable }) => kind !== undefined && !readable);
  if (unreadable.length === 0) return;
  const names = unreadable.map(({ schema, relation }) => `${schema}.${relation}`).join(', ');
  const grants = unreadable.flatMap(({ schema, relation }) => [
    `  GRANT USAGE ON SCHEMA ${identifier(schema)} TO ${identifier(role)};`,
    `  GRANT SELECT ON ${identifier(schema)}.${identifier(relation)} TO ${identifier(role)};`,
  ]);
  throw new LockstepError(
    'history-unreadable',
    `The role ${role} may not read ${names}, so nobody knows what is applied.`,
    {
      hint: ['As the owner of these tables:', ...new Set(grants)].join('\n'),
    },
  );
}

/** Under row level security a history may look shorter than it is, or empty. */
function rowsHidden({ schema, relation }: Relation, role: string): LockstepError {
  const table = `${identifier(schema)}.${identifier(relation)}`;
  return new LockstepError(
    'history-unreadable',
    `Row level security may hide rows of ${schema}.${relation} from the role ${role}, so nobody knows what is applied.`,
    {
      hint: `A history is nobody's data but the deploys'. As its owner:\n  ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY;\nor, as a superuser, let the role pass it:\n  ALTER ROLE ${identifier(role)} BYPASSRLS;`,
    },
  );
}

export function ledgerTables({ schema }: Ledger): { readonly schema: string; readonly relation: string }[] {
  return ['migrations', 'runs', 'steps'].map((relation) => ({ schema, relation }));
}

export async function readLedger(session: Session, ledger: Ledger): Promise<LedgerContents> {
  const [entries, steps, runs, commits, troubles] = await session.run(`
    SELECT id AS identity, name, path, checksum, meaning, how, applied_at AS "appliedAt", duration_ms::float8 AS "durationMs",
      commit, pull_request AS "pullRequest", actor, run_url AS "runUrl" FROM ${ledger.migrations} ORDER BY applied_at, id;
    SELECT migration, statement, hash, state, before FROM ${ledger.steps} ORDER BY migration, statement;
    SELECT id::text, result, error, commit, started_at AS "startedAt" FROM ${ledger.runs}
      WHERE command = 'apply' AND result NOT IN ('refused', 'superseded') ORDER BY id DESC LIMIT 1;
    SELECT commit FROM (
      SELECT commit, started_at AS at FROM ${ledger.runs} WHERE result IN ('applied', 'noop')
      UNION ALL SELECT commit, applied_at FROM ${ledger.migrations} WHERE how = 'applied'
    ) recorded WHERE commit IS NOT NULL GROUP BY commit ORDER BY max(at) DESC LIMIT 10;
    SELECT error FROM ${ledger.runs} WHERE command = 'apply' AND result = 'checks-failed' AND error IS NOT NULL
      AND id > coalesce((SELECT max(id) FROM ${ledger.runs} WHERE command = 'apply' AND result IN ('applied', 'noop')), 0)`);
  const byMigration = new Map<string, Step[]>();
  const openings = new Map<string, Opening>();
  for (const { migration, ...step } of (steps?.rows ?? []) as readonly (Step & { migration: string })[]) {
    if (step.statement === OPENING) {
      openings.set(migration, { after: (step.before as { readonly after?: string } | null)?.after });
      continue;
    }
    const known = byMigration.get(migration);
    if (known === undefined) byMigration.set(migration, [step]);
    else known.push(step);
  }
  return {
    exists: true,
    entries: ((entries?.rows ?? []) as readonly LedgerEntry[]).map(withoutNulls),
    steps: byMigration,
    openings,
    lastRun: ((runs?.rows ?? []) as readonly LastRun[]).map(withoutNulls)[0],
    troubles: ((troubles?.rows ?? []) as readonly { error: string }[]).map(({ error }) => error),
    commits: ((commits?.rows ?? []) as readonly { commit: string }[]).map(({ commit }) => commit),
  };
}

/** In place: a history has thousands of rows, which nobody else has seen. */
function withoutNulls<T extends object>(row: T): T {
  const cells = row as Record<string, unknown>;
  for (const key in cells) if (cells[key] === null) cells[key] = undefined;
  return row;
}
