import { Client, type ClientConfig, type QueryResult } from 'pg';
import { closedConfig } from './client-config.ts';
import { ScriptQuery } from './script-query.ts';

interface TimedRun {
  /** What was done, in order: when (milliseconds after the start), and the command tag ('CREATE TABLE', 'COMMIT'). */
  readonly completed: readonly { readonly at: number; readonly tag: string }[];
  readonly error?: unknown;
}

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
  readonly #ownSettings: readonly string[];
  #inTransaction = false;

  private constructor(client: Client, ownSettings: readonly string[]) {
    this.client = client;
    this.#ownSettings = ownSettings;
    internalsOf(client).connection.on('readyForQuery', ({ status }: { status: string }) => {
      this.#inTransaction = status !== 'I';
    });
  }

  /**
   * Connects, by `config` alone: no PG* variable counts. Rejects with pg's error when it cannot, or
   * when a setting is refused: no connection is left then. `settings` are session
   * settings in Postgres' notation.
   */
  static async open(config: ClientConfig, settings: Readonly<Record<string, string>> = {}): Promise<Session> {
    const client = new Client(closedConfig(config));
    // The one thing that pg asks the environment for (PGREPLICATION) and no configuration can deny.
    internalsOf(client).connectionParameters.replication = undefined;
    // A server that goes away between queries emits here; the next query rejects and tells it.
    client.on('error', () => {});
    await client.connect();
    const own = Object.entries(settings).map(
      ([name, value]) => `SET ${quoteSetting(name)} = ${client.escapeLiteral(value)}`,
    );
    const session = new Session(client, own);
    try {
      if (own.length > 0) await session.run(own.join(';'));
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
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
   * position. Never rejects.
   */
  runTimed(sql: string): Promise<TimedRun> {
    const completed: { at: number; tag: string }[] = [];
    const started = performance.now();
    return new Promise((resolve) => {
      const onComplete = (tag: string): void => void completed.push({ at: performance.now() - started, tag });
      const onEnd = (error: unknown): void => resolve(error === undefined ? { completed } : { completed, error });
      this.client.query(new ScriptQuery(sql, onComplete, onEnd));
    });
  }

  /**
   * A clean session on the same connection: all that DISCARD ALL resets except advisory locks, because the deploy's one
   * session holds its lock here and must keep it. Ends a transaction that a failed script left open.
   */
  async reset(): Promise<void> {
    await this.run(this.cleaning.join(';'));
  }

  /** What `reset` sends, to stand before a query in the same message, whose transaction it shares: begin it with BEGIN. */
  get cleaning(): readonly string[] {
    // Asked for without need, ROLLBACK is a warning in the server's log, with the whole query.
    return [...(this.#inTransaction ? ['ROLLBACK'] : []), ...CLEANING, ...this.#ownSettings];
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => {});
  }
}

interface Internals {
  /** The protocol connection, which emits every message of the server. */
  readonly connection: NodeJS.EventEmitter;
  readonly connectionParameters: { replication: unknown };
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
