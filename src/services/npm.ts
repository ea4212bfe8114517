import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LockstepError, messageOf } from '../errors.ts';
import { type ProcessResult, runProcess } from './process.ts';
import { redact } from './redact.ts';

/** npm, run for one thing: to fetch what a lockfile names, exactly. */

const LIMIT_MS = 300_000;

export interface NpmOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Installs what `directory/package-lock.json` names, with its integrity, running no script of any package.
 * `what` names it in errors. Throws LockstepError: npm-missing, package-integrity, package-network, package-failed.
 */
export async function npmCi(directory: string, what: string, options: NpmOptions): Promise<void> {
  const [command, ...before] = npmCommand();
  // A package.json above, which may be a pull request's, could call the directory one of its workspaces and rule over it.
  const args = ['ci', '--no-workspaces', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
  // npm's own patience (over a minute) is longer than a reader's.
  const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=2000'];
  let result: ProcessResult;
  try {
    result = await runProcess(command, [...before, ...args, ...patience], {
      cwd: directory,
      timeoutMs: LIMIT_MS,
      ...options,
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new LockstepError('npm-missing', `${what} is needed and npm, which would fetch it, cannot be run`, {
      hint: `npm comes with Node: it is looked for beside ${process.execPath} and on PATH (${messageOf(error)}).`,
      cause: error,
    });
  }
  if (result.timedOut) throw failure('package-network', what, `npm did not finish within ${LIMIT_MS / 1000} seconds`);
  if (result.exitCode !== 0) throw explain(result.stderr, what);
}

/** The npm of the Node that runs us, else the one on PATH. */
function npmCommand(): [string, ...string[]] {
  try {
    const beside = realpathSync(join(dirname(process.execPath), 'npm'));
    return beside.endsWith('.js') ? [process.execPath, beside] : [beside];
  } catch {
    return ['npm'];
  }
}

const NETWORK =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET|UNABLE_TO|CERT|SELF_SIGNED|DEPTH_ZERO|E4\d\d|E5\d\d|ENEEDAUTH|FETCH_ERROR|ETARGET|ENOTCACHED)/;

function explain(stderr: string, what: string): LockstepError {
  const lines = stderr.split('\n').filter((line) => line.startsWith('npm error'));
  const code = lines.map((line) => line.match(/^npm error code (\S+)/)?.[1]).find((each) => each !== undefined) ?? '';
  const said = redact(
    lines
      .filter((line) => !/complete log of this run|^npm error code/.test(line))
      .map((line) => line.replace(/^npm error\s*/, '').trim())
      .filter((line) => line !== '')
      .slice(0, 3)
      .join(' '),
  );
  if (code === 'EINTEGRITY') return failure('package-integrity', what, said);
  return failure(NETWORK.test(code) ? 'package-network' : 'package-failed', what, `${code} ${said}`.trim());
}

const HINTS = {
  'package-integrity':
    'What the registry (or a mirror, or the local npm cache) gave is not what Lockstep pins. Run `npm cache verify` and try again; if it happens again, do not use that registry.',
  'package-network':
    'Check the network, the proxy settings and the registry that npm is configured with: `npm ping`. Without a network, put what is missing on the machine first.',
  'package-failed':
    'npm says why above. A full disk and a tool directory that cannot be written are the usual reasons.',
} as const;

function failure(code: keyof typeof HINTS, what: string, said: string): LockstepError {
  return new LockstepError(code, `npm could not install ${what}: ${said}`, { hint: HINTS[code] });
}
