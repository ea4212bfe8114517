import type { Session } from '../../../postgres/session.ts';

/**
 * What the catalogs tell about a statement that runs outside a transaction: whether it took effect when nobody heard its
 * end, and what it left behind when it failed.
 */
export interface Evidence {
  /** What it is called in messages: 'the index orders_email_idx'. */
  readonly what: string;
  /**
   * Makes the way free before it runs, and returns what was done for that, a sentence each. Kept as it is where there is
   * nothing in the way.
   */
  prepare(session: Session): Promise<readonly string[]>;
  /** What is the case before it runs for the first time; kept in the ledger as JSON. */
  before(session: Session): Promise<unknown>;
  /** Whether it has taken effect, wholly. Undefined: nothing can tell. */
  happened(session: Session, before: unknown): Promise<boolean | undefined>;
  /** What is wrong although Postgres called it a success; undefined: nothing. */
  problem(session: Session, before: unknown): Promise<string | undefined>;
  /** Takes away (or finishes) what a failed try has left. Returns what was done, a sentence each. */
  repair(session: Session, before: unknown): Promise<readonly string[]>;
  /** Whether it may have left something that was let alone, since somebody else may be at work on it. */
  isInDoubt?(session: Session, before: unknown): Promise<boolean>;
  /** `repair` brings the statement to its end, in place of taking back what it has left. */
  readonly isFinishedByRepair?: boolean;
  /** CONCURRENTLY: it waits for old transactions, under a limit of its own, and may be repeated. */
  readonly concurrently: boolean;
}

/** Rows of a query of ours. */
export async function rowsOf<T>(session: Session, sql: string): Promise<readonly T[]> {
  const results = await session.run(sql);
  return (results.at(-1)?.rows ?? []) as readonly T[];
}

/** A field of what was kept before; the ledger's JSON is not trusted further than that. */
export function kept<T>(before: unknown, field: string, otherwise: T): T {
  const value = (before as Readonly<Record<string, unknown>> | null | undefined)?.[field];
  return value === undefined || typeof value !== typeof otherwise || Array.isArray(value) !== Array.isArray(otherwise)
    ? otherwise
    : (value as T);
}
