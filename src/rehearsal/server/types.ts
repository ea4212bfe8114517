import type { ClientConfig } from 'pg';
import type { TableName } from '../../project/quoting.ts';
import type { SentStatement } from './statement-log.ts';

/** The Postgres server that a rehearsal runs on: one of our own, made for this run, or a service container's. */

export interface ServerRequest {
  /** The wanted major; undefined: the newest that we test (of `url` and LOCKSTEP_PG_BIN: whatever it is). */
  readonly major: number | undefined;
  /** A server that somebody else started for this job (`rehearsal_url`). */
  readonly url: string | undefined;
  /** Names the base schema that the caller will prepare (a hash of all that it is made from). */
  readonly baseKey: string;
  /** Where prepared clusters are kept between runs; undefined: nowhere. */
  readonly cacheDirectory: string | undefined;
  /** Where downloaded Postgres binaries are kept. */
  readonly toolDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** What the reader of the report should know. */
  readonly onNotice: (text: string) => void;
  /** Something begins that takes a while: a download. */
  readonly onStep: (text: string) => void;
}

export interface CreateOptions {
  /** A database made by `createDatabase`. Its settings, grants and (without `owner`) its owner hold for the clone too. */
  readonly template?: string;
  /** A role's real name, as `roleName` gives it. */
  readonly owner?: string;
}

/** Where a server is reached from outside. */
export interface ServerAddress {
  /** A name, an IPv4 or IPv6 address (without brackets), or the directory of its socket. */
  readonly host: string;
  readonly port: number;
  /** How its connections are encrypted, in the words of a connection string: { sslmode: 'require' }. */
  readonly tls?: Readonly<Record<string, string>>;
}

export type Missed = 'values' | 'rest';

/** Listens to what programs send to a database. */
export interface StatementFollower {
  /** What was not seen: the values by which something has changed rows, or all that came after a great deal. */
  missed(): Missed | undefined;
  /** What was sent since this was last asked. */
  sent(): Promise<readonly SentStatement[]>;
  /** Leaves the database as it would be without it. */
  end(): Promise<void>;
}

/**
 * Databases are named by short names ('base', 'm1') everywhere here. On a server that is not ours they are called
 * something else, unique to the run: `admin(name).database` tells.
 */
export interface RehearsalServer {
  readonly major: number;
  /** '15.18' */
  readonly version: string;
  /** For the report: 'Postgres 15.18 from /usr/lib/postgresql/15/bin', 'rehearsal_url'. Never holds a password. */
  readonly origin: string;
  /** Others may use it at the same time: roles come and go that are none of our business. */
  readonly shared: boolean;
  /** The cluster came from the cache: the base schema of `baseKey` is in it already. */
  readonly prepared: boolean;
  /**
   * How our own superuser connects; without a name, to a database that is not the rehearsal's. Our own server: by its
   * socket. For sessions of ours in the rehearsal's databases there is `adminSession`.
   */
  admin(database?: string): ClientConfig;
  /** How another role connects from outside: what the project's tests get. */
  address(): ServerAddress;
  /** The real name of a role that the caller makes: the name itself on our own server, unique to the run elsewhere. */
  roleName(name: string): string;
  createDatabase(name: string, options?: CreateOptions): Promise<void>;
  /** Its sessions are ended. A database that is not there is fine. */
  dropDatabase(name: string): Promise<void>;
  /** Sessions that connect from now on are followed. `history`: the tool's history table, there or not yet. */
  follow(database: string, history: TableName | undefined): Promise<StatementFollower>;
  /** Keeps the cluster as it is now in the cache under `baseKey`; ends all sessions. Does nothing without a cache. */
  keepPrepared(): Promise<void>;
  /**
   * A second server on a copy of the data directory, for statements whose effects leave the database; ends all sessions.
   * undefined on a server that is not ours, or whose data lie in tablespaces outside.
   */
  copy(): Promise<RehearsalServer | undefined>;
  /** Ends the server and removes all that it left (also the roles that `roleName` named elsewhere). Safe to call twice. */
  stop(): Promise<void>;
  /**
   * Throws LockstepError `rehearsal-no-room` when the server was ended before it had written the machine full; what its
   * sessions say then (a lost connection) is no answer. The other methods (save `stop`) throw it likewise.
   */
  throwIfLost(): void;
}
