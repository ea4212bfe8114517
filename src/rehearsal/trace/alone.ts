import type { Session } from '../../postgres/session.ts';
import type { RelationName } from '../../project/relations.ts';
import type { Statement } from '../../project/sql.ts';
import { Gate, type Hold } from './gate.ts';
import { barriersFor } from './gated-relations.ts';
import { NO_OBJECTS } from './objects.ts';
import { type Committed, committedIn, committedStates, type Held } from './reading.ts';
import { describeRelation, locksOn } from './relation.ts';
import type { StatementTrace, TracedRelation } from './types.ts';
import type { Witness } from './witness.ts';

/** Follows a statement that runs in no transaction, and so leaves no lock behind to be read. */

interface Alone {
  readonly session: Session;
  readonly witness: Witness;
  readonly openKeeper: () => Promise<Session>;
}

/** `trace` undefined: a question was not answered. Rejects only with what `work` rejects with. */
export async function traceAlone<T>(
  { session, witness, openKeeper }: Alone,
  statement: Statement,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly trace: StatementTrace | undefined }> {
  const found = await lookAt(session, witness, statement).catch(() => undefined);
  if (found === undefined) return { value: await work(), trace: undefined };
  const { tables, holds, before } = found;
  if (tables.length === 0) return { value: await work(), trace: unseen(statement) };
  const keeper = await openKeeper().catch(() => undefined);
  if (keeper === undefined) return { value: await work(), trace: undefined };
  try {
    const { value, held } = await new Gate(keeper, witness.session, found.pid).through(holds, work);
    const after = await committed(witness, session, tables).catch(() => undefined);
    return { value, trace: after && traceOf(statement, witness, before, after, held) };
  } finally {
    await keeper.close();
  }
}

async function lookAt(session: Session, witness: Witness, statement: Statement) {
  const barriers = await Promise.all(
    barriersFor(statement).map(async ({ relations, mode }) => {
      return { tables: await tablesOf(session, witness, relations), mode };
    }),
  );
  const tables = [...new Set(barriers.flatMap((barrier) => barrier.tables))];
  const before = tables.length === 0 ? [] : await committed(witness, session, tables);
  const nameOf = new Map(before.map(({ oid, name }) => [oid, name]));
  const holds = barriers.map((barrier): Hold => {
    return { tables: barrier.tables.flatMap((oid) => nameOf.get(oid) ?? []), mode: barrier.mode };
  });
  return { tables, holds, before, pid: await pidOf(session) };
}

/** OIDs of the tables that the statement is about; of an index its table. */
async function tablesOf(session: Session, witness: Witness, relations: readonly RelationName[]): Promise<number[]> {
  if (relations.length === 0) return [];
  const { client } = session;
  // Names mean what they mean to the script, in its search path.
  const quoted = relations.map(({ schema, name }) => {
    const parts = schema === undefined ? [name] : [schema, name];
    return client.escapeLiteral(parts.map((part) => client.escapeIdentifier(part)).join('.'));
  });
  const [result] = await session.run(
    `SELECT ${quoted.map((name, at) => `pg_catalog.to_regclass(${name})::pg_catalog.oid::pg_catalog.int8 AS r${at}`).join(', ')}`,
  );
  const oids = Object.values((result?.rows[0] ?? {}) as Record<string, string | null>).filter((oid) => oid !== null);
  const states = await witness.states(oids.map(Number));
  return [...new Set(states.map(({ oid, table }) => table ?? oid))];
}

async function committed(witness: Witness, session: Session, tables: readonly number[]): Promise<Committed[]> {
  // Counters are handed over now and then; what is not handed over yet cannot be seen from outside.
  await session.run('SELECT pg_catalog.pg_stat_force_next_flush()');
  const results = await witness.session.run(`SELECT pg_catalog.pg_stat_clear_snapshot(); ${committedStates(tables)}`);
  return committedIn(results.at(-1));
}

async function pidOf(session: Session): Promise<number> {
  const [result] = await session.run('SELECT pg_catalog.pg_backend_pid() AS pid');
  return Number((result?.rows[0] as { pid: number } | undefined)?.pid);
}

function traceOf(
  statement: Statement,
  witness: Witness,
  before: readonly Committed[],
  after: readonly Committed[],
  held: readonly Held[] | undefined,
): StatementTrace {
  const old = new Map(before.map((one) => [one.oid, one]));
  const now = new Map(after.map((one) => [one.oid, one]));
  const described = (one: Committed): TracedRelation[] => {
    const table = one.table === undefined ? undefined : (now.get(one.table) ?? old.get(one.table))?.name;
    const relation = describeRelation(one, table, witness.existed(one.oid));
    return relation === undefined ? [] : [relation];
  };
  const known = (oid: number): TracedRelation[] => {
    const one = old.get(oid) ?? now.get(oid);
    return one === undefined ? [] : described(one);
  };
  const made = after.filter(({ oid }) => !old.has(oid));
  const gone = before.filter(({ oid }) => !now.has(oid));
  // REINDEX CONCURRENTLY puts another index in the place of the old one.
  const rebuilt = gone.filter((one) => made.some(({ name }) => name === one.name));
  const was = (one: Committed): Committed | undefined => old.get(one.oid);
  return {
    ...unseen(statement),
    seen: held === undefined ? 'not' : 'at the gate',
    locks: (held ?? []).flatMap(({ oid, modes }) => known(oid).flatMap((relation) => locksOn(relation, modes))),
    rewrites: [
      ...after.filter((one) => was(one) !== undefined && was(one)?.filenode !== one.filenode),
      ...rebuilt,
    ].flatMap(described),
    scans: after.filter((one) => was(one) !== undefined && one.scans > (was(one)?.scans ?? 0)).flatMap(described),
    creates: made.filter((one) => !rebuilt.some(({ name }) => name === one.name)).flatMap(described),
    drops: gone.filter((one) => !rebuilt.includes(one)).flatMap(described),
    invalid: after.filter((one) => one.valid === false && was(one)?.valid !== false).flatMap(described),
  };
}

function unseen(statement: Statement): StatementTrace {
  const nothing = {
    locks: [],
    rewrites: [],
    truncates: [],
    scans: [],
    checkedParents: [],
    writes: [],
    creates: [],
    drops: [],
    objects: NO_OBJECTS,
    invalid: [],
  };
  return { statement: statement.index, ...nothing, cpuMs: undefined, seen: 'not', committed: true };
}
