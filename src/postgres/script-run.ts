import type { Statement } from '../project/sql.ts';
import type { Execution, Script } from '../project/types.ts';
import type { SqlErrorReport, StatementReport } from '../report/model.ts';
import type { Effects } from './effects.ts';

/** What the runner is asked for, and what it keeps while it runs. */

export interface ScriptRun {
  readonly script: Script;
  readonly execution: Execution;
  /** SQL that records the migration in the tool's own table: same transaction where the script has one. */
  readonly record?: string | undefined;
  readonly guard?: Guard | undefined;
  /** Follows the statements one by one. */
  readonly observer?: StatementObserver | undefined;
}

/**
 * Whoever wants to know what each statement does. It may ask the session and must change nothing in it, and whatever it
 * cannot find out, it never rejects.
 */
export interface StatementObserver {
  /** Before a transaction begins. */
  begin(): Promise<void>;
  /** A statement is about to be sent. */
  before(): void;
  /**
   * A statement is done and its transaction is still open; `statement` undefined: what the transaction does at its end
   * (deferred constraints and triggers). `commits`: the transaction ends right after it, by itself.
   */
  after(statement: Statement | undefined, how: { readonly commits: boolean }): Promise<void>;
  /** A statement that runs in no transaction: `work` runs it, and never rejects. */
  alone<T>(statement: Statement, work: () => Promise<T>): Promise<T>;
}

/** What a deploy puts round a script in its transaction; the rehearsal has none of it. */
export interface Guard {
  /** Sent with BEGIN: settings that hold for the transaction. */
  readonly begin: readonly string[];
  /** Sent after a statement that may have changed a timeout: the tighter one holds. */
  readonly clamp: string;
  /** Whether the last statement may bring the end along: the server must look for its client, or it commits for a dead one. */
  readonly endsWithLast: boolean;
  /** Sent before the record. That it fails shows as `at: 'fence'`. */
  readonly fence: string;
}

/** Where a script came to its end, and what was thrown there: for who has to decide what to do now. */
export interface Failure {
  readonly thrown: unknown;
  /**
   * commit: its record or its COMMIT; whether it holds is not known when the connection is gone. record: the server refused
   * the record.
   */
  readonly at: 'begin' | 'statement' | 'fence' | 'record' | 'commit';
}

export interface Failed extends Failure {
  readonly error: SqlErrorReport;
}

/** What ran so far. */
export interface Ran {
  readonly reports: StatementReport[];
  readonly effects: Effects;
}
