import type { ClientConfig } from 'pg';

/** The Postgres server that a rehearsal runs on: one of our own, made for this run, or a service container's. */

export interface ServerRequest {
  /** The wanted major; undefined: the newest that we test, with a notice. */
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
  /** What the reader should know: which major, that something is being downloaded. */
  readonly onNotice: (text: string) => void;
}

export interface RehearsalServer {
  readonly major: number;
  /** '15.18' */
  readonly version: string;
  /** For the report: 'Postgres 15.18 from /usr/lib/postgresql/15/bin', 'rehearsal_url'. Never holds a password. */
  readonly origin: string;
  /** The cluster came from the cache: the base schema of `baseKey` is in it already. */
  readonly prepared: boolean;
  /** How our own superuser connects. Our own server: by its socket. */
  admin(database?: string): ClientConfig;
  /** How another role connects from outside, over TCP: what the project's tests get. */
  address(): { readonly host: string; readonly port: number };
  createDatabase(name: string, options?: { readonly template?: string; readonly owner?: string }): Promise<void>;
  dropDatabase(name: string): Promise<void>;
  /** Keeps the cluster as it is now in the cache under `baseKey`; no session may be open. Does nothing without a cache. */
  keepPrepared(): Promise<void>;
  /** A second server on a copy of the data directory, for statements whose effects leave the database; undefined on a server that is not ours. */
  copy(): Promise<RehearsalServer | undefined>;
  /** Ends the server and removes all that it left. Safe to call twice. */
  stop(): Promise<void>;
}
