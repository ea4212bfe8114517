import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LockstepError, messageOf } from '../errors.ts';
import { type InstallOptions, install, type Pin } from '../services/packages.ts';
import { runProcess } from '../services/process.ts';

/** Squawk's program for this platform: beside us in node_modules, or fetched as a pinned npm package. */

interface SquawkPlace extends Omit<InstallOptions, 'verify'> {
  /** A file of ours: node_modules is looked for in its folder and above. */
  readonly from: string;
  readonly toolDirectory: string;
  /** `LOCKSTEP_SQUAWK` names a program to use instead. */
  readonly env: Readonly<Record<string, string>>;
}

/** Path of a program that runs and has the pinned version. Throws LockstepError where there is none to be had. */
export async function findSquawk({ from, toolDirectory, ...options }: SquawkPlace): Promise<string> {
  const chosen = options.env.LOCKSTEP_SQUAWK;
  if (chosen) return chosen;
  const pin = squawkPin(packageName(process.platform, process.arch, isMusl()));
  const verify = (directory: string): Promise<void> => proveItRuns(directory, pin.version, options.signal);
  const beside = await besideUs(pin, from);
  if (beside === undefined) return programIn(await install(pin, toolDirectory, { ...options, verify }));
  await verify(beside);
  return programIn(beside);
}

function programIn(directory: string): string {
  return join(directory, 'bin', 'squawk');
}

/** All platforms' packages are of one version. */
export function squawkVersion(): string | undefined {
  return Object.values(lockfile().packages).find(({ integrity }) => integrity !== undefined)?.version;
}

/**
 * The pin in the lockfile beside this code, in the sources as in dist/. It is installed as a dependency of its own, not as
 * the optional one that it is there: npm leaves out an optional package that it cannot get, or whose bytes are wrong,
 * without a word.
 */
export function squawkPin(name: string): Pin {
  const { version, integrity } = lockfile().packages[`node_modules/${name}`] ?? {};
  if (version !== undefined && integrity !== undefined) return { name, version, integrity };
  throw new LockstepError('squawk-unavailable', `Lockstep pins no Squawk for this platform: ${name}`, {
    hint: `Run on Linux with ${GLIBC} or on macOS. ${OWN}`,
  });
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

function lockfile(): Lockfile {
  return JSON.parse(readFileSync(join(__dirname, 'squawk', 'package-lock.json'), 'utf8')) as Lockfile;
}

const PLATFORMS: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

const OWN = 'Or build Squawk (`cargo install squawk`) and set LOCKSTEP_SQUAWK to the path of its program.';

const GLIBC = 'glibc 2.34 or newer (ubuntu-22.04, Debian 12; not Alpine)';

/** The npm package for a platform. Throws LockstepError where Squawk is not published for it. */
export function packageName(platform: string, arch: string, musl: boolean): string {
  const here = `${platform}-${arch}`;
  if (PLATFORMS.includes(here) && !musl) return `@squawk-cli/${here}`;
  throw new LockstepError('squawk-unavailable', `Squawk is not published for ${here}${musl ? ' with musl' : ''}.`, {
    hint: `Run on Linux with ${GLIBC} or on macOS. ${OWN}`,
  });
}

/** The running program's report names the version of glibc where that is the C library. */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime === undefined;
}

/** The package's folder, if it is there in the very version whose rules the catalogue describes. */
async function besideUs({ name, version }: Pin, from: string): Promise<string | undefined> {
  for (const folder of installedWithUs(from).map((modules) => join(modules, name))) {
    const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
    if ((JSON.parse(manifest) as { version?: unknown }).version === version) return folder;
  }
  return undefined;
}

/**
 * Where npm puts what we depend on: into our own package, or beside it. Nowhere further up, where `require` would go on:
 * an action that was checked out into the workspace would find what a pull request has committed to its node_modules.
 */
function installedWithUs(from: string): readonly string[] {
  let ours = dirname(from);
  while (!existsSync(join(ours, 'package.json'))) {
    if (ours === dirname(ours)) return [];
    ours = dirname(ours);
  }
  const around = dirname(ours);
  return [join(ours, 'node_modules'), ...(basename(around) === 'node_modules' ? [around] : [])];
}

/** One that breaks off on every file would look like one that finds nothing. */
async function proveItRuns(directory: string, version: string, signal: AbortSignal | undefined): Promise<void> {
  const program = programIn(directory);
  const said = await versionLine(program, signal);
  if (said === `squawk ${version}`) return;
  throw new LockstepError('squawk-unavailable', `Squawk ${version} does not run here: ${program}: ${said}`, {
    hint: `It needs Linux with ${GLIBC}, or macOS. Where that is so, its file is damaged: remove ${directory}, and it is fetched anew. ${OWN}`,
  });
}

/** What the program answers, or why it does not. A file that is no program is read by a shell, which complains. */
async function versionLine(program: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    const options = { env: {}, timeoutMs: 20_000, ...(signal === undefined ? {} : { signal }) };
    const result = await runProcess(program, ['--version'], options);
    const [first = ''] = (result.stderr.trim() || result.stdout.toString('utf8').trim()).split('\n', 1);
    const line = first.replaceAll(`${program}: `, '').slice(0, 200);
    if (line !== '') return line;
    if (result.exitCode === 0 || result.timedOut) return 'no answer';
    return `ended by ${result.signal ?? `status ${result.exitCode}`}`;
  } catch (error) {
    signal?.throwIfAborted();
    return messageOf(error);
  }
}
