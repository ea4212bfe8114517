import type { Session } from '../../postgres/session.ts';
import { type RelationState, statesIn, statesOf } from './reading.ts';

/**
 * A second session in the same database: it sees what was committed before the transaction that is watched, and so what a
 * relation was before a statement changed or dropped it.
 */
export class Witness {
  readonly session: Session;
  #newest = 0;

  constructor(session: Session) {
    this.session = session;
  }

  /** Remembers which relations there are. Before the script runs. */
  async begin(): Promise<void> {
    // A cluster hands out ascending OIDs: what is made from here on has a higher one.
    const [result] = await this.session.run('SELECT max(oid)::int8 AS newest FROM pg_catalog.pg_class');
    this.#newest = Number((result?.rows[0] as { newest: string } | undefined)?.newest ?? 0);
  }

  /** Whether a relation was there when `begin` was called. */
  existed(oid: number): boolean {
    return oid <= this.#newest;
  }

  /** As they were when the transaction began; what is not there has no entry. */
  async states(oids: readonly number[]): Promise<readonly RelationState[]> {
    if (oids.length === 0) return [];
    const [result] = await this.session.run(statesOf(oids));
    return statesIn(result);
  }

  /** Whether the numbers that scans are counted by are kept at all. */
  async counts(): Promise<boolean> {
    const [result] = await this.session.run("SELECT pg_catalog.current_setting('track_counts') = 'on' AS counts");
    return (result?.rows[0] as { counts: boolean } | undefined)?.counts === true;
  }
}
