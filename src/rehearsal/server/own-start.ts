import { join } from 'node:path';
import { LockstepError, messageOf } from '../../errors.ts';
import { removeTree } from '../../services/leftovers.ts';
import { runProcess } from '../../services/process.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { ClusterCache } from './cluster-cache.ts';
import { initdb } from './initdb.ts';
import { serverUser } from './os-user.ts';
import { OwnServer } from './own-server.ts';
import { LEAST_ROOM } from './room.ts';
import { Run, sweepRuns } from './run.ts';
import { ServerProcess } from './server-process.ts';
import type { ServerRequest } from './types.ts';
import { untestedNotice } from './versions.ts';

/**
 * Starts a server of our own: on the cluster that was kept for this base, on an empty kept one, or on a new one. It is
 * ended when there is less room than `leastRoom` bytes for its files.
 */
export async function startOwnServer(request: ServerRequest, leastRoom = LEAST_ROOM): Promise<OwnServer> {
  const user = await serverUser();
  const [binaries] = await Promise.all([findBinaries({ request, user }), sweepRuns(user)]);
  const untested = untestedNotice(binaries.version.major);
  if (untested !== undefined) request.onNotice(untested);
  const run = await Run.open(user);
  try {
    return await bringUp(request, await withinReach(binaries, run), run, leastRoom);
  } catch (error) {
    await run.close();
    throw error;
  }
}

async function bringUp(request: ServerRequest, binaries: Binaries, run: Run, leastRoom: number): Promise<OwnServer> {
  const { signal, cacheDirectory } = request;
  const data = join(run.directory, 'data');
  const cache =
    cacheDirectory === undefined
      ? undefined
      : new ClusterCache(cacheDirectory, `${binaries.version.text} ${binaries.source}`);
  const start = async (prepared: boolean): Promise<OwnServer> => {
    const process = await ServerProcess.start({ binaries, run, data, signal });
    return new OwnServer({ request, binaries, run, data, cache, process, prepared, leastRoom });
  };
  for (const [kind, key] of [
    ['cluster', request.baseKey],
    ['empty', ''],
  ] as const) {
    if (!(await cache?.take(kind, key, data, run.user, signal))) continue;
    try {
      return await start(kind === 'cluster');
    } catch {
      signal.throwIfAborted();
      // What Postgres cannot start on is damaged, whatever its manifest says.
      await cache?.drop(kind, key);
      await removeTree(data);
    }
  }
  await initdb(binaries, run, data, signal);
  await cache?.keep('empty', '', data, signal).catch((error) => {
    signal.throwIfAborted();
    request.onNotice(`Nothing can be kept in ${cacheDirectory} for the next run: ${messageOf(error)}`);
  });
  return start(false);
}

/** Programs that the server's user cannot get at (in root's home for one) are copied to where it can, for this run. */
async function withinReach(binaries: Binaries, run: Run): Promise<Binaries> {
  const { movable } = binaries;
  if (movable === undefined) return binaries;
  await run.own(run.programs);
  const { exitCode, stderr } = await runProcess('cp', ['-RPp', '--', movable, join(run.programs, 'postgres')]);
  if (exitCode === 0) return { ...binaries, directory: join(run.programs, 'postgres', 'bin') };
  throw new LockstepError('postgres-bin-unreachable', `Postgres cannot be copied from ${movable}: ${stderr.trim()}`, {
    hint: 'Choose a tool directory that everybody may enter, so that no copy is needed.',
  });
}
