import { createHash, randomBytes } from 'node:crypto';
import type { ClientConfig } from 'pg';
import { LockstepError, messageOf } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import type { TableName } from '../../project/quoting.ts';
import { type CopyStrategy, createDatabase, dropDatabase } from './databases.ts';
import { openSession, readTls, readUrl } from './external-connection.ts';
import { inspectServer, OURS, RUN_PREFIX, refuseUsedServer } from './external-inspection.ts';
import { followByTriggers, sentSince, unfollow } from './statement-triggers.ts';
import type { CreateOptions, RehearsalServer, ServerAddress, ServerRequest, StatementFollower } from './types.ts';
import { type ServerVersion, untestedNotice } from './versions.ts';
import { abortable, Turns } from './waiting.ts';

/** Postgres cuts longer names off, silently. */
const NAME_BYTES = 63;

interface Parts {
  readonly request: ServerRequest;
  readonly config: ClientConfig;
  readonly tls: NonNullable<ServerAddress['tls']>;
  /** Begins the names of all that this run makes; also the application name of `session`, by which others see us live. */
  readonly prefix: string;
  readonly session: Session;
  readonly version: ServerVersion;
  readonly strategy: CopyStrategy | undefined;
  /** Roles that were there before us. */
  readonly roles: ReadonlySet<string>;
}

/** Uses a server that somebody else started for this job. Throws LockstepError when it must not or cannot be used. */
export async function useExternalServer(request: ServerRequest, url: string): Promise<RehearsalServer> {
  const { signal, major, onNotice } = request;
  const config = readUrl(url);
  const prefix = `${OURS}${randomBytes(4).toString('hex')}_`;
  const session = await openSession(config, prefix, signal);
  try {
    const use = async (): Promise<Parts> => {
      const version = await inspectServer(session, major);
      await refuseUsedServer(session, (database) =>
        openSession({ ...config, database }, prefix, signal, version.major),
      );
      await dropLeftovers(session);
      const strategy = await copyStrategy(session, version.major);
      return {
        request,
        config,
        tls: readTls(url),
        prefix,
        session,
        version,
        strategy,
        roles: new Set(await roleNames(session)),
      };
    };
    const parts = await abortable(use(), signal);
    const untested = untestedNotice(parts.version.major);
    if (untested !== undefined) onNotice(untested);
    return new ExternalServer(parts);
  } catch (error) {
    await session.close();
    signal.throwIfAborted();
    if (error instanceof LockstepError) throw error;
    throw new LockstepError(
      'rehearsal-url-unusable',
      `the server of rehearsal_url cannot be used: ${messageOf(error)}`,
      {
        hint: 'Its log may tell more. Leave rehearsal_url out to have a server made for you.',
        cause: error,
      },
    );
  }
}

class ExternalServer implements RehearsalServer {
  readonly major: number;
  readonly version: string;
  readonly origin = 'rehearsal_url';
  readonly shared = true;
  readonly prepared = false;
  readonly #parts: Parts;
  readonly #turns = new Turns();
  #stopped: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.major = parts.version.major;
    this.version = parts.version.text;
    this.#parts = parts;
  }

  admin(database?: string): ClientConfig {
    const { config } = this.#parts;
    return database === undefined ? config : { ...config, database: this.#realName(database) };
  }

  address(): ServerAddress {
    const { config, tls } = this.#parts;
    const { host = 'localhost', port = 5432 } = config;
    return { host, port, ...(Object.keys(tls).length > 0 ? { tls } : {}) };
  }

  roleName(name: string): string {
    return this.#realName(name);
  }

  createDatabase(name: string, { template, ...options }: CreateOptions = {}): Promise<void> {
    const { request, session, strategy } = this.#parts;
    const from = template === undefined ? {} : { template: this.#realName(template) };
    const wanted = { ...options, ...from, name: this.#realName(name), strategy };
    return this.#maintain(() => createDatabase(session.client, wanted, request.signal));
  }

  dropDatabase(name: string): Promise<void> {
    return this.#maintain(() => dropDatabase(this.#parts.session.client, this.#realName(name)));
  }

  /** Its log is somebody else's. */
  async follow(name: string, history: TableName | undefined): Promise<StatementFollower> {
    const { config, prefix, request, version } = this.#parts;
    const session = await openSession(
      { ...config, database: this.#realName(name) },
      prefix,
      request.signal,
      version.major,
    );
    let after = 0;
    let missed = false;
    try {
      await session.run(followByTriggers(history));
    } catch (error) {
      await session.close();
      throw error;
    }
    return {
      missed: () => (missed ? 'values' : undefined),
      sent: async () => {
        const seen = await sentSince(session, after);
        after = seen.last;
        missed ||= seen.missed;
        return seen.sent;
      },
      end: async () => {
        await session.run(unfollow());
        await session.close();
      },
    };
  }

  /** Nothing of a server that is not ours can be kept. */
  async keepPrepared(): Promise<void> {}

  async copy(): Promise<undefined> {
    return undefined;
  }

  /** How much room it has is somebody else's to watch. */
  throwIfLost(): void {}

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { request, session, config, prefix, roles, version } = this.#parts;
    await session.close();
    try {
      // A session of its own: the other one may be waiting for something that was given up.
      const last = await openSession(config, prefix, new AbortController().signal, version.major);
      try {
        const appeared = (await roleNames(last)).filter((name) => !roles.has(name) && !name.startsWith(OURS));
        await dropDatabases(last, prefix);
        // While others rehearse here, nobody can tell whose a new role is.
        const left = (await othersRehearse(last, prefix)) ? appeared : await dropRoles(last, appeared);
        const ours = await dropRoles(last, await rolesOf(last, prefix));
        if (left.length + ours.length > 0) {
          request.onNotice(
            `Roles that appeared during the rehearsal are still on the server of rehearsal_url: ${[...left, ...ours].join(', ')}.`,
          );
        }
      } finally {
        await last.close();
      }
    } catch (error) {
      request.onNotice(
        `The rehearsal's databases (${prefix}...) could not be removed from the server of rehearsal_url: ${messageOf(error)}`,
      );
    }
  }

  /** pg's clients take one query at a time. */
  #maintain(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#parts.request;
    return this.#turns.take(async () => {
      signal.throwIfAborted();
      await abortable(work(), signal);
    });
  }

  #realName(name: string): string {
    const real = `${this.#parts.prefix}${name}`;
    if (Buffer.byteLength(real) <= NAME_BYTES) return real;
    return `${this.#parts.prefix}${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  }
}

/** What runs left that ended badly: nobody bears their name any more, and nobody is connected. */
async function dropLeftovers(session: Session): Promise<void> {
  const { rows } = await session.client.query<{ prefix: string }>(
    `SELECT DISTINCT substring(name FROM $1) AS prefix
     FROM (SELECT datname AS name FROM pg_database UNION SELECT rolname FROM pg_roles) names
     WHERE name ~ $1`,
    [RUN_PREFIX],
  );
  for (const { prefix } of rows) {
    const { rowCount } = await session.client.query(
      'SELECT FROM pg_stat_activity WHERE application_name = $1 OR starts_with(datname, $1)',
      [prefix],
    );
    if (rowCount === 0) await dropOurs(session, prefix).catch(() => {});
  }
}

async function dropOurs(session: Session, prefix: string): Promise<void> {
  await dropDatabases(session, prefix);
  await dropRoles(session, await rolesOf(session, prefix));
}

/** Drops the databases whose names begin so, and those that roles with such names made: a history can make databases. */
async function dropDatabases({ client }: Session, prefix: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1) OR starts_with(pg_get_userbyid(datdba), $1)',
    [prefix],
  );
  for (const { name } of rows) await dropDatabase(client, name);
}

/** Drops roles, also those that have granted each other, and tells which ones something else still depends on. */
async function dropRoles(session: Session, names: readonly string[]): Promise<readonly string[]> {
  const { client } = session;
  const left: string[] = [];
  for (const name of names) {
    await client.query(`DROP ROLE IF EXISTS ${client.escapeIdentifier(name)}`).catch(() => left.push(name));
  }
  return left.length === 0 || left.length === names.length ? left : dropRoles(session, left);
}

async function rolesOf(session: Session, prefix: string): Promise<readonly string[]> {
  return (await roleNames(session)).filter((name) => name.startsWith(prefix));
}

/** Whether another run is at work here. */
async function othersRehearse({ client }: Session, prefix: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT FROM pg_stat_activity WHERE application_name ~ $1 AND application_name <> $2',
    [RUN_PREFIX, prefix],
  );
  return rowCount !== 0;
}

async function roleNames({ client }: Session): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT rolname AS name FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

/** A durable server pays for the checkpoint that a copy of files needs; a copy through the WAL is quicker there. */
async function copyStrategy({ client }: Session, major: number): Promise<CopyStrategy | undefined> {
  if (major < 15) return undefined;
  const { rows } = await client.query<{ fsync: string }>('SHOW fsync');
  return rows[0]?.fsync === 'off' ? 'file_copy' : 'wal_log';
}
