import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../postgres/session.ts';
import { type Held, heldByOther, heldIn } from './reading.ts';

/** A lock that somebody holds in the way of a statement. `tables`: quoted names. */
export interface Hold {
  readonly tables: readonly string[];
  readonly mode: string;
}

/** A statement that does not come to the gate within this time does not come to it. */
const PATIENCE_MS = 2_000;
const POLL_MS = 1;
/** Whoever has the table locked is not to be waited for: then the statement is not stopped. */
const HOLD_WITHIN = '2s';

/**
 * Stops a statement that runs in no transaction where it can be looked at: somebody else holds a lock that it has to wait
 * for, and lets go of it when the statement's own locks have been read. (To look at it again and again while it runs would
 * miss what is over within a millisecond.)
 */
export class Gate {
  readonly #keeper: Session;
  readonly #witness: Session;
  readonly #pid: number;

  /** `keeper` holds the locks and must belong to a superuser; `witness` looks; `pid`: the backend that runs the statement. */
  constructor(keeper: Session, witness: Session, pid: number) {
    this.#keeper = keeper;
    this.#witness = witness;
    this.#pid = pid;
  }

  /**
   * Resolves with what `work` says, and the locks that it held and waited for where it stopped, hold after hold; undefined:
   * it stopped at none of them.
   */
  async through<T>(
    holds: readonly Hold[],
    work: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly held: readonly Held[] | undefined }> {
    const seen: Held[] = [];
    let stopped = false;
    const isHeld = await this.#keeper
      .run(`BEGIN; SET LOCAL lock_timeout = '${HOLD_WITHIN}'; ${[...holds].reverse().map(taking).join('; ')}`)
      .then(
        () => true,
        () => false,
      );
    if (!isHeld) return { value: await work(), held: undefined };
    let isDone = false;
    const working = work().finally(() => {
      isDone = true;
    });
    try {
      // Nothing that goes wrong here is the statement's fault.
      for (const at of holds.keys()) {
        if (await this.#waits(() => isDone)) {
          stopped = true;
          const [result] = await this.#witness.run(heldByOther(this.#pid));
          seen.push(...heldIn(result));
        }
        await this.#keeper.run(`ROLLBACK TO hold_${holds.length - 1 - at}`);
      }
    } catch {
      stopped = false;
    } finally {
      await this.#keeper.run('ROLLBACK').catch(() => this.#keeper.cut());
    }
    return { value: await working, held: stopped ? together(seen) : undefined };
  }

  async #waits(isDone: () => boolean): Promise<boolean> {
    const until = performance.now() + PATIENCE_MS;
    while (!isDone() && performance.now() < until) {
      const [result] = await this.#witness.run(
        `SELECT pg_catalog.cardinality(pg_catalog.pg_blocking_pids(${this.#pid})) > 0 AS waits`,
      );
      if ((result?.rows[0] as { waits: boolean } | undefined)?.waits === true) return true;
      await sleep(POLL_MS);
    }
    return false;
  }
}

/** The last one taken is the first to be let go. */
function taking({ tables, mode }: Hold, at: number): string {
  return [`SAVEPOINT hold_${at}`, ...tables.map((table) => `LOCK TABLE ${table} IN ${mode} MODE`)].join('; ');
}

/** The modes of a relation in one place. */
function together(held: readonly Held[]): Held[] {
  const byOid = new Map<number, Held>();
  for (const one of held) {
    const known = byOid.get(one.oid);
    byOid.set(one.oid, known ? { ...one, modes: [...new Set([...known.modes, ...one.modes])] } : one);
  }
  return [...byOid.values()];
}
