import { redact } from '../services/redact.ts';
import type { Git } from './git.ts';

/** A repository with the means to fetch what it lacks. */
export interface Clone {
  readonly git: Git;
  /** What opens the remote when the clone's own credentials do not. */
  readonly access?: Access | undefined;
}

interface Access {
  /** 'https://github.com': the only server that gets to see the token. */
  readonly serverUrl: string;
  readonly token: string;
}

export interface FetchFailure {
  /** One sentence, without secrets. */
  readonly reason: string;
  /** The remote answered, and does not have it. */
  readonly gone: boolean;
}

// A hook of the project (husky sets core.hooksPath) is none of our business, and must not inherit a token.
const FETCH = ['-c', 'core.hooksPath=/dev/null', '-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];
const FLAGS = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules'];
const TIMEOUT_MS = 60_000;

/** Without prompts, within the time limit. undefined: it worked. */
export async function fetchFrom(
  { git, access }: Clone,
  remote: string,
  options: readonly string[],
  refspecs: readonly string[],
): Promise<FetchFailure | undefined> {
  const args = [...FETCH, ...FLAGS, ...options, remote, ...refspecs];
  const first = await git.try(args, { timeoutMs: TIMEOUT_MS });
  if (first.exitCode === 0) return undefined;
  if (first.timedOut) return { reason: `Fetching it took more than ${TIMEOUT_MS / 1000} s.`, gone: false };
  const gone = GONE.test(first.stderr);
  // The remote lets us in already.
  const config = access === undefined || gone ? undefined : await tokenConfig(git, remote, access);
  if (config === undefined) return { reason: failed(first.stderr), gone };
  const second = await git.try(args, { timeoutMs: TIMEOUT_MS, secretConfig: config });
  if (second.exitCode === 0) return undefined;
  return GONE.test(second.stderr)
    ? { reason: failed(second.stderr), gone: true }
    : { reason: failed(first.stderr, ', also with github_token'), gone: false };
}

const GONE = /not our ref|unadvertised object|couldn't find remote ref/i;

function failed(stderr: string, besides = ''): string {
  const [line = ''] = stderr.split('\n').filter((text) => /^(?:fatal|error):/.test(text));
  return `Fetching it failed${besides}${line ? ` (${redact(line)})` : ''}.`;
}

/**
 * The token as actions/checkout gives it to git. What checkout itself may have left there is put out first (an empty
 * value clears the list): GitHub refuses two headers. No redirection: git would take the header along to another host.
 * undefined: the remote is on another server.
 */
async function tokenConfig(
  git: Git,
  remote: string,
  { serverUrl, token }: Access,
): Promise<[key: string, value: string][] | undefined> {
  const { exitCode, stdout } = await git.try(['remote', 'get-url', remote]);
  const address = originOf(stdout.toString('utf8').trim());
  if (exitCode !== 0 || address === undefined || address !== originOf(serverUrl)) return undefined;
  const section = `http.${address}/`;
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64');
  return [
    [`${section}.followRedirects`, 'false'],
    [`${section}.extraheader`, ''],
    [`${section}.extraheader`, `AUTHORIZATION: basic ${credentials}`],
  ];
}

/** 'https://github.com' of an address by http; undefined for ssh, files and what is no address. */
function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, origin } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' ? origin : undefined;
}
