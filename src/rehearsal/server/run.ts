import { access, chown, constants, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LockstepError, messageOf } from '../../errors.ts';
import { endProcessesIn, ownName, removeTree, sweepLeftovers } from '../../services/leftovers.ts';
import { Reaper } from '../../services/reaper.ts';
import { ownUids, type ServerUser } from './os-user.ts';
import { roomAt } from './room.ts';

/** The directories of one server, private to it, and the reaper that removes them if we cannot. */

const KIND = 'lockstep';
const MEMORY = '/dev/shm';
/** Room that a rehearsal in memory may need: a container's /dev/shm of 64 MB has it not. */
const ROOM_BYTES = 1024 ** 3;
/** A socket's path with its terminator fits into 104 bytes on macOS, 108 on Linux. */
const SOCKET_LIMIT = 103;
const LONGEST_SOCKET_NAME = '/.s.PGSQL.65535';

export class Run {
  /** The server's own user's, 0700: the socket, the log and the data are in it. In memory where there is room. */
  readonly directory: string;
  /** Like `directory`, not made yet: for programs (memory may be mounted so that nothing in it can be run). */
  readonly programs: string;
  readonly user: ServerUser;
  readonly reaper: Reaper;

  private constructor(directory: string, programs: string, user: ServerUser, reaper: Reaper) {
    this.directory = directory;
    this.programs = programs;
    this.user = user;
    this.reaper = reaper;
  }

  /** Makes the directory. Throws LockstepError when there is no place for it. */
  static async open(user: ServerUser): Promise<Run> {
    const directory = join(await place(), ownName(KIND));
    const programs = join(tmpdir(), ownName(KIND));
    // First the reaper: there is no moment in which what we leave is unknown to it.
    const reaper = await Reaper.start([directory, programs]);
    const run = new Run(directory, programs, user, reaper);
    try {
      await run.own(directory);
      return run;
    } catch (error) {
      await run.close();
      throw new LockstepError('rehearsal-no-room', `no directory for the rehearsal's server: ${messageOf(error)}`, {
        hint: 'Set TMPDIR to a directory that can be written.',
        cause: error,
      });
    }
  }

  /** Makes a directory that is the server's user's and nobody else's. */
  async own(directory: string): Promise<void> {
    await mkdir(directory, { mode: 0o700 });
    const { uid, gid } = this.user;
    if (uid !== undefined && gid !== undefined) await chown(directory, uid, gid);
  }

  /** Removes all of it, with what still runs in it. */
  async close(): Promise<void> {
    const directories = [this.directory, this.programs];
    await Promise.all(directories.map(endProcessesIn));
    await Promise.all(directories.map(removeTree));
    await this.reaper.close();
  }
}

/** Removes what dead runs left, with the servers that may still run there. */
export async function sweepRuns(user: ServerUser): Promise<void> {
  for (const parent of new Set([MEMORY, tmpdir()])) await sweepLeftovers(parent, KIND, ownUids(user));
}

async function place(): Promise<string> {
  if (await hasRoomInMemory()) return MEMORY;
  const longest = ownName(KIND).length + LONGEST_SOCKET_NAME.length + 1;
  const found = [tmpdir(), '/tmp'].find((each) => Buffer.byteLength(each) + longest <= SOCKET_LIMIT);
  if (found !== undefined) return found;
  throw new LockstepError('rehearsal-no-room', `the path of ${tmpdir()} is too long for a server's socket`, {
    hint: 'Set TMPDIR to a shorter path.',
  });
}

async function hasRoomInMemory(): Promise<boolean> {
  try {
    const { inMemory, bytes } = await roomAt(MEMORY);
    await access(MEMORY, constants.W_OK | constants.X_OK);
    return inMemory && bytes >= ROOM_BYTES;
  } catch {
    return false;
  }
}
