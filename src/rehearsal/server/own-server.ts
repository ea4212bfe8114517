import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientConfig } from 'pg';
import { LockstepError, messageOf } from '../../errors.ts';
import { guarded } from '../../postgres/client-config.ts';
import { Session } from '../../postgres/session.ts';
import { removeTree } from '../../services/leftovers.ts';
import type { Binaries } from './binaries.ts';
import type { ClusterCache } from './cluster-cache.ts';
import { copyTree } from './copy-tree.ts';
import { createDatabase, dropDatabase } from './databases.ts';
import { SUPERUSER } from './initdb.ts';
import { LogReader } from './log-reader.ts';
import { isFull, RoomWatch } from './room.ts';
import { Run } from './run.ts';
import { SERVER_LOG, ServerProcess } from './server-process.ts';
import { sentTo } from './statement-log.ts';
import type { CreateOptions, RehearsalServer, ServerAddress, ServerRequest, StatementFollower } from './types.ts';
import { abortable, Turns } from './waiting.ts';

/** A database that every cluster has and that the rehearsal leaves alone. */
const MAINTENANCE = 'postgres';

/** A server whose data are to be copied writes them all before it ends. */
const CLEAN_LIMIT_MS = 60_000;

interface OwnServerParts {
  readonly request: ServerRequest;
  readonly binaries: Binaries;
  readonly run: Run;
  readonly data: string;
  readonly cache: ClusterCache | undefined;
  readonly process: ServerProcess;
  readonly prepared: boolean;
  /** Bytes: with less room than that for its files, the server is ended. */
  readonly leastRoom: number;
}

/** A server made for this run, with its data in a private directory. */
export class OwnServer implements RehearsalServer {
  readonly major: number;
  readonly version: string;
  readonly origin: string;
  readonly shared = false;
  readonly prepared: boolean;
  readonly #parts: OwnServerParts;
  readonly #copies: OwnServer[] = [];
  readonly #turns = new Turns();
  #process: ServerProcess;
  #session: Promise<Session> | undefined;
  #stopped: Promise<void> | undefined;
  readonly #watch: RoomWatch;
  #lost: LockstepError | undefined;

  constructor(parts: OwnServerParts) {
    const { version, source } = parts.binaries;
    this.major = version.major;
    this.version = version.text;
    this.origin = `Postgres ${version.text} from ${source}`;
    this.prepared = parts.prepared;
    this.#parts = parts;
    this.#process = parts.process;
    this.#watch = new RoomWatch(parts.run.directory, parts.leastRoom, () => this.#giveUp());
  }

  admin(database = MAINTENANCE): ClientConfig {
    this.throwIfLost();
    return { host: this.#parts.run.directory, port: this.#process.port, user: SUPERUSER, database, ssl: false };
  }

  address(): ServerAddress {
    return { host: '127.0.0.1', port: this.#process.port };
  }

  roleName(name: string): string {
    return name;
  }

  createDatabase(name: string, options: CreateOptions = {}): Promise<void> {
    const strategy = this.major >= 15 ? 'file_copy' : undefined;
    const { signal } = this.#parts.request;
    return this.#maintain(({ client }) => createDatabase(client, { ...options, name, strategy }, signal));
  }

  dropDatabase(name: string): Promise<void> {
    return this.#maintain(({ client }) => dropDatabase(client, name));
  }

  /** By the server's own log, which it writes before it runs a statement. */
  async follow(name: string): Promise<StatementFollower> {
    const log = new LogReader(join(this.#parts.run.directory, SERVER_LOG));
    await this.#maintain(async ({ client }) => {
      await client.query(`ALTER DATABASE ${client.escapeIdentifier(name)} SET log_statement = 'all'`);
    });
    await log.skip();
    return {
      missed: () => (log.isCut ? 'rest' : undefined),
      sent: async () => sentTo(name, await log.read()),
      end: () =>
        this.#maintain(async ({ client }) => {
          await client.query(`ALTER DATABASE ${client.escapeIdentifier(name)} RESET log_statement`);
        }),
    };
  }

  throwIfLost(): void {
    if (this.#lost !== undefined) throw this.#lost;
  }

  async keepPrepared(): Promise<void> {
    this.throwIfLost();
    const { cache, data, request } = this.#parts;
    if (cache === undefined || (await this.#hasTablespaces())) return;
    await this.#pause();
    try {
      await cache.keep('cluster', request.baseKey, data, request.signal);
    } catch (error) {
      request.signal.throwIfAborted();
      request.onNotice(`The base schema could not be kept for the next run: ${messageOf(error)}`);
    }
    await this.#resume();
  }

  async copy(): Promise<RehearsalServer | undefined> {
    this.throwIfLost();
    const { binaries, data, request, run } = this.#parts;
    if (await this.#hasTablespaces()) return undefined;
    const copyRun = await Run.open(run.user);
    try {
      const { signal } = request;
      const copyData = join(copyRun.directory, 'data');
      await this.#pause();
      try {
        await copyTree(data, copyData, run.user, signal);
      } catch (error) {
        // Room for the server that goes on.
        await removeTree(copyData);
        throw isFull(error) ? noRoomForCopy(copyRun.directory, error) : error;
      } finally {
        await this.#resume();
      }
      this.throwIfLost();
      const process = await ServerProcess.start({ binaries, run: copyRun, data: copyData, signal });
      const parts = { ...this.#parts, run: copyRun, data: copyData, cache: undefined, process };
      const copy = new OwnServer(parts);
      this.#copies.push(copy);
      return copy;
    } catch (error) {
      await copyRun.close();
      this.throwIfLost();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#watch.stop();
    // A copy may run on programs that lie in our directory.
    await Promise.all(this.#copies.map((copy) => copy.stop()));
    await this.#leave();
    await this.#process.stop();
    await this.#parts.run.close();
  }

  #giveUp(): void {
    this.#lost = noRoom(this.#parts.run.directory);
    // Its files are removed with it. Whoever waits for `stop` hears of a failure.
    this.stop().catch(() => {});
  }

  /** The server at rest: its data directory can be copied. */
  async #pause(): Promise<void> {
    const { signal } = this.#parts.request;
    await this.#leave();
    await abortable(this.#process.stop(CLEAN_LIMIT_MS), signal);
  }

  async #leave(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.then((open) => open.close()).catch(() => {});
  }

  /** Does nothing when it was stopped, or nobody wants it any more. */
  async #resume(): Promise<void> {
    const { binaries, run, data, request } = this.#parts;
    if (this.#stopped !== undefined || request.signal.aborted) return;
    // On the same port if nobody took it: somebody may have noted the address.
    const preferred = [this.#process.port];
    this.#process = await ServerProcess.start({ binaries, run, data, signal: request.signal, preferred });
  }

  /** Their files lie elsewhere: two servers must not share them. */
  async #hasTablespaces(): Promise<boolean> {
    return (await readdir(join(this.#parts.data, 'pg_tblspc'))).length > 0;
  }

  /** pg's clients take one query at a time. */
  #maintain(work: (session: Session) => Promise<void>): Promise<void> {
    const { signal } = this.#parts.request;
    return this.#turns.take(async () => {
      signal.throwIfAborted();
      this.throwIfLost();
      try {
        // The history, which may do all, can give settings to this database and its superuser too.
        const config = guarded(this.admin(), this.major);
        this.#session ??= abortable(Session.open(config), signal, (late) => late.close());
        await abortable(work(await this.#session), signal);
      } catch (error) {
        // The server may have met the end of its room before we saw it.
        await this.#watch.look();
        this.throwIfLost();
        throw error;
      }
    });
  }
}

function noRoom(directory: string): LockstepError {
  return new LockstepError(
    'rehearsal-no-room',
    `the rehearsal was given up: its server had nearly filled ${dirname(directory)}`,
    {
      hint: 'If no migration (and no test) is meant to write that much, one of them runs away. Else make room there, or rehearse on a server with more room by rehearsal_url.',
    },
  );
}

function noRoomForCopy(directory: string, cause: unknown): LockstepError {
  return new LockstepError(
    'rehearsal-no-room',
    `${dirname(directory)} has no room for a second copy of the base schema`,
    {
      hint: 'Make room there, set TMPDIR to a directory with more, or rehearse on a server with more room by rehearsal_url.',
      cause,
    },
  );
}
