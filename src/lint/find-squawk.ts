import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LockstepError } from '../errors.ts';
import { type InstallOptions, installPackage, pinOf } from '../services/packages.ts';

/** Squawk's program for this platform: beside us in node_modules, or fetched as a pinned npm package. */

interface SquawkPlace extends InstallOptions {
  /** A file of ours: node_modules is looked for in its folder and above. */
  readonly from: string;
  readonly toolDirectory: string;
  /** `LOCKSTEP_SQUAWK` names a program to use instead. */
  readonly env: Readonly<Record<string, string>>;
}

/** Path of the program. Throws LockstepError where there is none to be had. */
export async function findSquawk({ from, toolDirectory, ...options }: SquawkPlace): Promise<string> {
  const chosen = options.env.LOCKSTEP_SQUAWK;
  if (chosen) return chosen;
  const name = packageName(process.platform, process.arch, isMusl());
  const directory = (await besideUs(name, from)) ?? (await installPackage(name, toolDirectory, options));
  return join(directory, 'bin', 'squawk');
}

/** All platforms' packages are of one version. undefined: there is no pin. */
export function squawkVersion(): string | undefined {
  return pinOf('@squawk-cli/linux-x64')?.version;
}

const PLATFORMS: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** The npm package for a platform. Throws LockstepError where Squawk is not published for it. */
export function packageName(platform: string, arch: string, musl: boolean): string {
  const here = `${platform}-${arch}`;
  if (PLATFORMS.includes(here) && !musl) return `@squawk-cli/${here}`;
  throw new LockstepError('squawk-unavailable', `Squawk is not published for ${here}${musl ? ' with musl' : ''}.`, {
    hint: 'Run on Linux with glibc 2.34 or newer (ubuntu-22.04, Debian 12; not Alpine) or on macOS, or build Squawk (cargo install squawk) and name it: LOCKSTEP_SQUAWK=/path/to/squawk',
  });
}

/** The running program's report names the version of glibc where that is the C library. */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined;
}

/** The package's folder, if it is there in the very version whose rules the catalogue describes. */
async function besideUs(name: string, from: string): Promise<string | undefined> {
  try {
    const manifest = createRequire(from).resolve(`${name}/package.json`);
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version?: unknown };
    return version === pinOf(name)?.version ? dirname(manifest) : undefined;
  } catch {
    return undefined;
  }
}
