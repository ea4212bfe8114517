import type { StatementObserver } from '../../postgres/script-run.ts';
import type { Session } from '../../postgres/session.ts';
import type { Statement } from '../../project/sql.ts';
import { traceAlone } from './alone.ts';
import { type Counters, type Deeds, deedsOf } from './deeds.ts';
import { sortFiles } from './files.ts';
import { checkedParents } from './foreign-keys.ts';
import { NO_OBJECTS, NOTES, type NotedObjects, notedSince } from './objects.ts';
import { HELD, type Held, heldIn, type RelationState } from './reading.ts';
import { describeRelation, locksOn } from './relation.ts';
import type { StatementTrace, TracedLock, TracedRelation } from './types.ts';
import type { Witness } from './witness.ts';

interface TracerOptions {
  readonly session: Session;
  readonly witness: Witness;
  /** A session of a superuser in the same database, for a statement that has to be stopped. */
  readonly openKeeper: () => Promise<Session>;
  /** Whether event triggers note what is no relation: see objects.ts. */
  readonly noted?: boolean;
  /** Computing time of the session's backend until now, milliseconds; undefined: it cannot be known here. */
  readonly cpuMs?: () => number | undefined;
}

interface Answer {
  readonly held: readonly Held[];
  readonly objects: NotedObjects;
}

/** What is known of a relation from the last reading, or from before the transaction. */
interface Known {
  readonly modes: ReadonlySet<string>;
  readonly state: RelationState | undefined;
  readonly counters: Counters;
  readonly gone: boolean;
}

/** Of our own, whatever the script calls its savepoints. */
const MARK = 'lockstep_trace';

/** invalid_sql_statement_name */
const NOT_PREPARED = '26000';

const FLUSH = 'SELECT pg_catalog.pg_stat_force_next_flush()';

/** To plan the question takes as long as to answer it. */
const PREPARE = `${FLUSH}; PREPARE ${MARK} AS ${HELD}`;

/** A script may put a question of its own in the place of ours, whose answer suits it: the text that was prepared tells. */
const PREPARED = `SELECT statement FROM pg_catalog.pg_prepared_statement() WHERE name OPERATOR(pg_catalog.=) '${MARK}'`;

const NOTHING: Counters = { scans: 0, inserted: 0, updated: 0, deleted: 0 };

/**
 * Follows a script statement by statement: after each one it asks, in the same transaction, which locks are held and what has
 * become of what is locked, and takes the difference. Where it cannot ask (a script's own limit is too short for a question),
 * the script goes on, and nothing is said about it any more.
 */
export class Tracer implements StatementObserver {
  readonly #options: TracerOptions;
  readonly #traces: StatementTrace[] = [];
  #known = new Map<number, Known>();
  #cpuBefore: number | undefined;
  #notes: string | undefined;
  /** Whether the session knows the question by name. */
  #prepared = false;
  #lost = false;

  constructor(options: TracerOptions) {
    this.#options = options;
  }

  /** undefined: a question was not answered. */
  get traces(): readonly StatementTrace[] | undefined {
    return this.#lost ? undefined : this.#traces;
  }

  /** A transaction begins: nothing is locked, and its counters shall begin at nothing. */
  async begin(): Promise<void> {
    this.#known = new Map();
    this.#letGo();
    // What an earlier transaction has counted is kept back for a while.
    await this.#unlessLost(() => this.#options.session.run(this.#prepared ? FLUSH : PREPARE));
    this.#prepared = true;
  }

  before(): void {
    this.#cpuBefore = this.#options.cpuMs?.();
  }

  async after(statement: Statement | undefined, { commits }: { readonly commits: boolean }): Promise<void> {
    const cpuAfter = this.#options.cpuMs?.();
    const cpuMs = cpuAfter === undefined || this.#cpuBefore === undefined ? undefined : cpuAfter - this.#cpuBefore;
    // It does nothing to a relation, and after a question it is too late for SET TRANSACTION.
    if (statement?.kind === 'VariableSetStmt' || statement?.kind === 'TransactionStmt') return;
    await this.#unlessLost(async () => this.#note({ statement: statement?.index, cpuMs, commits }, await this.#ask()));
  }

  /** The transaction before has ended: what the last of its statements held is held no more. */
  #letGo(): void {
    const last = this.#traces.pop();
    if (last !== undefined) this.#traces.push({ ...last, committed: true });
  }

  /** In a savepoint, so that a question that fails does not take the transaction with it. */
  async #ask(): Promise<Answer> {
    const { session, noted } = this.#options;
    const notes = noted === true ? `; SELECT ${NOTES} AS notes` : '';
    const question = this.#prepared ? `${PREPARED}; EXECUTE ${MARK}` : HELD;
    try {
      const results = await session.run(`SAVEPOINT ${MARK}; ${question}${notes}; RELEASE SAVEPOINT ${MARK}`);
      const [asked, held] = this.#prepared ? [results[1], results[2]] : [undefined, results[1]];
      if (asked !== undefined && asked.rows[0]?.statement !== PREPARE) {
        this.#prepared = false;
        return this.#ask();
      }
      const objects = notes === '' ? NO_OBJECTS : this.#objects(results.at(-2)?.rows[0]?.notes ?? undefined);
      return { held: heldIn(held), objects };
    } catch (error) {
      await session.run(`ROLLBACK TO SAVEPOINT ${MARK}; RELEASE SAVEPOINT ${MARK}`).catch(() => {});
      // DEALLOCATE ALL, DISCARD ALL.
      if (!this.#prepared || (error as { code?: unknown }).code !== NOT_PREPARED) throw error;
      this.#prepared = false;
      return this.#ask();
    }
  }

  #objects(notes: string | undefined): NotedObjects {
    const since = this.#notes;
    this.#notes = notes;
    return notedSince(since, notes);
  }

  async #unlessLost(work: () => Promise<unknown>): Promise<void> {
    if (this.#lost) return;
    await work().catch(() => {
      this.#lost = true;
    });
  }

  async #note(
    { statement, cpuMs, commits }: { statement: number | undefined; cpuMs: number | undefined; commits: boolean },
    { held, objects }: Answer,
  ): Promise<void> {
    const earlier = await this.#earlier(held);
    const now = new Map(held.flatMap((one) => (one.now ? [[one.oid, one.now] as const] : [])));
    // By the name that it had when the statement came to it.
    const stateOf = (oid: number): RelationState | undefined =>
      this.#known.get(oid)?.state ?? earlier.get(oid) ?? now.get(oid);
    const relation = (oid: number): TracedRelation | undefined => {
      const state = stateOf(oid);
      if (state === undefined) return undefined;
      const table = state.table === undefined ? undefined : stateOf(state.table);
      return describeRelation(state, table?.name, this.#options.witness.existed(oid));
    };
    const deeds = held.flatMap((one): Deeds[] => {
      const known = this.#known.get(one.oid);
      const described = relation(one.oid);
      if (described === undefined || known?.gone) return [];
      const before = known === undefined ? earlier.get(one.oid) : known.state;
      const counters = known?.counters ?? NOTHING;
      return [deedsOf({ relation: described, before, counters, held: one, newModes: this.#newModes(one) })];
    });
    const did = (what: 'scanned' | 'invalid'): TracedRelation[] => deeds.flatMap((one) => one[what] ?? []);
    const copied = held.some(({ oid, now }) => now === undefined && !this.#known.has(oid) && !earlier.has(oid));
    const locks = held.flatMap((one) => this.#newLocks(one, relation(one.oid)));
    const { truncates, ...files } = sortFiles(deeds, copied);
    const scans = did('scanned').filter(({ oid }) => !truncates.some((one) => one.oid === oid));
    const parents = checkedParents(scans, locks);
    this.#traces.push({
      statement,
      locks,
      ...files,
      truncates,
      scans: withEach(scans, parents),
      checkedParents: parents,
      writes: deeds.flatMap(({ writes }) => writes ?? []),
      invalid: did('invalid'),
      objects,
      cpuMs,
      seen: 'in transaction',
      committed: commits,
    });
    for (const { oid, modes, now, ...counters } of held) {
      const state = now ?? this.#known.get(oid)?.state ?? earlier.get(oid);
      this.#known.set(oid, { modes: new Set(modes), state, counters, gone: now === undefined });
    }
  }

  async alone<T>(statement: Statement, work: () => Promise<T>): Promise<T> {
    this.#letGo();
    const { value, trace } = await traceAlone(this.#options, statement, work);
    if (trace === undefined) this.#lost = true;
    else this.#traces.push(trace);
    return value;
  }

  /** What relations were that are locked for the first time, and were there before. */
  async #earlier(held: readonly Held[]): Promise<ReadonlyMap<number, RelationState>> {
    const { witness } = this.#options;
    const unknown = held.flatMap(({ oid }) => (this.#known.has(oid) || !witness.existed(oid) ? [] : [oid]));
    // An index tells which table it belongs to, which need not be locked itself.
    const tables = held.flatMap(({ now }) =>
      now?.table !== undefined && !this.#known.has(now.table) ? [now.table] : [],
    );
    const states = await witness.states([...new Set([...unknown, ...tables])]);
    return new Map(states.map((state) => [state.oid, state]));
  }

  #newLocks(held: Held, relation: TracedRelation | undefined): TracedLock[] {
    if (relation === undefined) return [];
    return locksOn(relation, this.#newModes(held));
  }

  #newModes({ oid, modes }: Held): string[] {
    const had = this.#known.get(oid)?.modes;
    return modes.filter((name) => !had?.has(name));
  }
}

function withEach(some: readonly TracedRelation[], more: readonly TracedRelation[]): TracedRelation[] {
  return [...some, ...more.filter(({ oid }) => !some.some((one) => one.oid === oid))];
}
