import type { Duplex } from 'node:stream';
import { Client, type ClientConfig, type QueryResult } from 'pg';
import { demandChannelBinding } from './channel-binding.ts';
import { closedConfig } from './client-config.ts';
import { ScriptQuery } from './script-query.ts';

interface TimedRun {
  /** What was done, in order: when (milliseconds after the start), and the command tag ('CREATE TABLE', 'COMMIT'). */
  readonly completed: readonly { readonly at: number; readonly tag: string }[];
  readonly error?: unknown;
}

interface SessionOptions {
  /** No startup option but what `config` has: poolers refuse those that they do not know. */
  readonly plain?: boolean;
  /** See demandChannelBinding(). */
  readonly channelBinding?: boolean;
  /** Gives up, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const NO_LIMIT = { own: Number.POSITIVE_INFINITY, script: Number.POSITIVE_INFINITY } as const;
const CLOSE_MS = 2_000;

const CLEANING = [
  'CLOSE ALL',
  'SET SESSION AUTHORIZATION DEFAULT',
  'RESET ROLE',
  'RESET ALL',
  'DEALLOCATE ALL',
  'UNLISTEN *',
  'DISCARD PLANS',
  'DISCARD TEMP',
  'DISCARD SEQUENCES',
];

/**
 * One connection that runs scripts. Everything goes by the simple query protocol, as psql and most migration tools do,
 * so that several statements may stand in one query.
 */
export class Session {
  readonly client: Client;
  /** Settings of ours that hold again after each `reset`. */
  #ownSettings: readonly string[];
  /** For how long an answer may take, milliseconds: a query of ours, and a script's. Then the connection counts as dead. */
  patience: { readonly own: number; readonly script: number } = NO_LIMIT;
  #inTransaction = false;
  /** Whether nothing was asked since it was cleaned. */
  #isClean = false;

  private constructor(client: Client, ownSettings: readonly string[]) {
    this.client = client;
    this.#ownSettings = ownSettings;
    this.#watchQueries();
    internalsOf(client).connection.on('readyForQuery', ({ status }: { status: string }) => {
      this.#inTransaction = status !== 'I';
    });
  }

  /**
   * Connects, by `config` alone: no PG* variable counts. Rejects with pg's error when it cannot, or
   * when a setting is refused: no connection is left then. `settings` are session
   * settings in Postgres' notation.
   */
  static async open(
    config: ClientConfig,
    settings: Readonly<Record<string, string>> = {},
    { plain = false, channelBinding = false, signal }: SessionOptions = {},
  ): Promise<Session> {
    signal?.throwIfAborted();
    const closed = closedConfig(config, plain);
    const client = new Client(closed);
    const { connection, connectionParameters } = internalsOf(client);
    // What pg asks the environment for (PGREPLICATION, PGOPTIONS) and no configuration can deny.
    connectionParameters.replication = undefined;
    connectionParameters.options = closed.options;
    // A server that goes away between queries emits here; the next query rejects and tells it.
    client.on('error', () => {});
    if (channelBinding) demandChannelBinding(connection);
    const giveUp = (): void => void connection.stream.destroy();
    signal?.addEventListener('abort', giveUp);
    try {
      await client.connect();
      signal?.throwIfAborted();
    } catch (error) {
      // One that fails while it authenticates would stay connected.
      giveUp();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
    const session = new Session(client, []);
    try {
      await session.keep(settings);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /**
   * The backend's process id as the start of the connection told it: the real one, or what a pooler made up. undefined:
   * none was told.
   */
  get protocolPid(): number | undefined {
    return internalsOf(this.client).processID ?? undefined;
  }

  /** Session settings in Postgres' notation that hold from now on, and again after each `reset`, in place of earlier ones. */
  async keep(settings: Readonly<Record<string, string>>): Promise<void> {
    this.#ownSettings = Object.entries(settings).map(
      ([name, value]) => `SET ${quoteSetting(name)} = ${this.client.escapeLiteral(value)}`,
    );
    if (this.#ownSettings.length > 0) await this.run(this.#ownSettings.join(';'));
  }

  /** Whether a transaction was open, or failed and not yet ended, after the last query. */
  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** Runs one simple query: one result per statement, with all its rows. For queries of ours. */
  async run(sql: string): Promise<readonly QueryResult[]> {
    const result: QueryResult | QueryResult[] = await this.client.query(sql);
    return Array.isArray(result) ? result : [result];
  }

  /**
   * Runs a simple query of somebody else's, whose rows are thrown away, and tells when each statement of it is done: the
   * only way to time the statements of an implicit transaction, and to know which one failed when the error has no
   * position. Never rejects. `limitMs`: after how long without an answer the connection counts as dead.
   */
  runTimed(sql: string, limitMs = this.patience.script): Promise<TimedRun> {
    const completed: { at: number; tag: string }[] = [];
    const started = performance.now();
    const done = new Promise<TimedRun>((resolve) => {
      const onComplete = (tag: string): void => void completed.push({ at: performance.now() - started, tag });
      const onEnd = (error: unknown): void => resolve(error === undefined ? { completed } : { completed, error });
      this.client.query(new ScriptQuery(sql, onComplete, onEnd));
    });
    return this.#within(limitMs, done);
  }

  /**
   * As runTimed, for the end of a script: the session is cleaned in the same message, so that the next script finds a clean
   * one without asking for it. `statements`: how many of them may each take as long as a statement may. What stands before the cleaning is done when `completed` says so, whatever comes after it.
   */
  async runTimedAndClean(sql: string, statements = 1): Promise<TimedRun> {
    const message = [sql, ...CLEANING, ...this.#ownSettings].join(';\n');
    const run = await this.runTimed(message, statements * this.patience.script);
    this.#isClean = run.error === undefined;
    return run;
  }

  /** Every query that is no script's has its limit, however it is asked: whoever gets `client` need not think of it. */
  #watchQueries(): void {
    const client = this.client as { query: (...args: unknown[]) => unknown };
    const query = client.query.bind(client);
    client.query = (...args) => {
      this.#isClean = false;
      const answer = query(...args);
      return answer instanceof Promise ? this.#within(this.patience.own, answer) : answer;
    };
  }

  /** A server that answers nothing, because something between us swallows it, would be waited for without end. */
  async #within<T>(limitMs: number, work: Promise<T>): Promise<T> {
    if (limitMs === Number.POSITIVE_INFINITY) return work;
    const timer = setTimeout(() => this.cut(), limitMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * A clean session on the same connection: all that DISCARD ALL resets except advisory locks, because the deploy's one
   * session holds its lock here and must keep it. Ends a transaction that a failed script left open. One that is clean
   * already is left as it is.
   */
  async reset(): Promise<void> {
    if (this.#isClean) return;
    await this.run(this.cleaning.join(';'));
    this.#isClean = true;
  }

  /** What `reset` sends, to stand before a query in the same message, whose transaction it shares: begin it with BEGIN. */
  get cleaning(): readonly string[] {
    // Asked for without need, ROLLBACK is a warning in the server's log, with the whole query.
    return [...(this.#inTransaction ? ['ROLLBACK'] : []), ...CLEANING, ...this.#ownSettings];
  }

  /** Never rejects; a connection on which nothing comes back is cut. */
  async close(): Promise<void> {
    const patience = setTimeout(() => this.cut(), CLOSE_MS);
    await this.client.end().catch(() => {});
    clearTimeout(patience);
  }

  /** Cuts the connection without a goodbye: for a server that does not answer. */
  cut(): void {
    internalsOf(this.client).connection.stream.destroy();
  }
}

interface Internals {
  /** The protocol connection, which emits every message of the server. */
  readonly connection: NodeJS.EventEmitter & { readonly stream: Duplex };
  readonly connectionParameters: { replication: unknown; options: unknown };
  readonly processID: number | null;
}

/** What pg's types do not show. */
function internalsOf(client: Client): Internals {
  return client as unknown as Internals;
}

/** Custom settings have two parts ('app.tenant'), each an identifier. */
function quoteSetting(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}
