import { createHash } from 'node:crypto';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ownName, removeTree, sweepLeftovers } from '../../services/leftovers.ts';
import { makeDirectory } from '../../services/make-directory.ts';
import { packTree, unpackTree } from './cluster-archive.ts';
import type { ServerUser } from './os-user.ts';

/**
 * Data directories of stopped servers, kept between runs, each in one file. `cluster`: with a prepared base schema;
 * `empty`: as initdb made it. An entry appears whole, by one rename; one that is damaged counts as missing.
 */

/** Bump when clusters or their archives are made differently. */
const FORMAT = 2;
const KEPT = 3;
const TEMPORARY = '.new';

type CacheKind = 'cluster' | 'empty';

export class ClusterCache {
  readonly #directory: string;
  /** What a data directory can be used by: the version and the very build of Postgres, and the platform. */
  readonly #server: string;

  constructor(directory: string, server: string) {
    this.#directory = directory;
    this.#server = `${server} ${process.platform} ${process.arch}`;
  }

  /** Makes `destination` from an entry. false: there is no whole one, and no destination. Rejects when `signal` aborts. */
  async take(
    kind: CacheKind,
    key: string,
    destination: string,
    owner: ServerUser,
    signal: AbortSignal,
  ): Promise<boolean> {
    const entry = this.#entry(kind, key);
    if ((await usedAt(entry)) === 0) return false;
    try {
      await unpackTree(entry, destination, owner, signal);
    } catch {
      await removeTree(destination);
      signal.throwIfAborted();
      await this.drop(kind, key);
      return false;
    }
    const now = new Date();
    // What is used stays among the newest.
    await utimes(entry, now, now).catch(() => {});
    return true;
  }

  /** Keeps a stopped server's data directory. Rejects when that cannot be done; nothing is left then. */
  async keep(kind: CacheKind, key: string, data: string, signal: AbortSignal): Promise<void> {
    await makeDirectory(this.#directory);
    const temporary = join(this.#directory, ownName(TEMPORARY));
    try {
      await packTree(data, temporary, signal);
      // Another run may have been first, with the same content.
      await rename(temporary, this.#entry(kind, key));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await this.#prune(kind);
  }

  /** Removes an entry that turned out to be of no use. */
  async drop(kind: CacheKind, key: string): Promise<void> {
    await rm(this.#entry(kind, key), { force: true, recursive: true }).catch(() => {});
  }

  async #prune(kind: CacheKind): Promise<void> {
    const paths = (await readdir(this.#directory))
      .filter((name) => name.startsWith(`${kind}-`))
      .map((name) => join(this.#directory, name));
    const entries = await Promise.all(paths.map(async (path) => ({ path, at: await usedAt(path) })));
    entries.sort((a, b) => b.at - a.at);
    // A run that is reading one keeps what it has opened.
    for (const { path } of entries.slice(KEPT)) await rm(path, { force: true }).catch(() => {});
    await sweepLeftovers(this.#directory, TEMPORARY);
  }

  #entry(kind: CacheKind, key: string): string {
    const hash = createHash('sha256')
      .update(JSON.stringify([FORMAT, this.#server, key]))
      .digest('hex')
      .slice(0, 32);
    return join(this.#directory, `${kind}-${hash}`);
  }
}

/** When an entry was used last (milliseconds); 0: there is none. */
async function usedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
