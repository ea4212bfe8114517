import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../postgres/session.ts';
import { type Held, heldByOther, heldIn } from './reading.ts';

/**
 * Stops a statement that runs in no transaction where it can be looked at: somebody else holds a lock that it has to wait
 * for, and lets go of it when the statement's own locks have been read. (To look at it again and again while it runs would
 * miss what is over within a millisecond.)
 */
export class Gate {
  readonly #keeper: Session;
  readonly #witness: Session;
  readonly #pid: number;

  /** `keeper` holds the lock and must belong to a superuser; `witness` looks; `pid`: the backend that runs the statement. */
  constructor(keeper: Session, witness: Session, pid: number) {
    this.#keeper = keeper;
    this.#witness = witness;
    this.#pid = pid;
  }

  /** `tables`: quoted names. Resolves with what `work` says, and the locks that it held and waited for at the gate; undefined: it did not stop there. */
  async through<T>(
    tables: readonly string[],
    mode: 'ROW EXCLUSIVE' | 'SHARE UPDATE EXCLUSIVE',
    work: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly held: readonly Held[] | undefined }> {
    let held: readonly Held[] | undefined;
    await this.#keeper.run(`BEGIN; ${tables.map((table) => `LOCK TABLE ${table} IN ${mode} MODE`).join('; ')}`);
    let isDone = false;
    const working = work().finally(() => {
      isDone = true;
    });
    try {
      const until = performance.now() + PATIENCE_MS;
      while (!isDone && performance.now() < until) {
        if (await this.#waits()) {
          const [result] = await this.#witness.run(heldByOther(this.#pid));
          held = heldIn(result);
          break;
        }
        await sleep(POLL_MS);
      }
    } finally {
      await this.#keeper.run('ROLLBACK');
    }
    return { value: await working, held };
  }

  async #waits(): Promise<boolean> {
    const [result] = await this.#witness.run(
      `SELECT pg_catalog.cardinality(pg_catalog.pg_blocking_pids(${this.#pid})) > 0 AS waits`,
    );
    return (result?.rows[0] as { waits: boolean } | undefined)?.waits === true;
  }
}

/** A statement that does not come to the gate within this time does not come to it. */
const PATIENCE_MS = 2_000;
const POLL_MS = 1;
