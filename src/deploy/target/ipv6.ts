import { Resolver } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import type { ConnectionError } from '../../postgres/connection-error.ts';

const LIMIT_MS = 2_000;

/** Which kinds of address a name has; undefined: nobody could tell. */
export type LookUp = (host: string) => Promise<{ readonly v4: boolean; readonly v6: boolean } | undefined>;

/** Whether `host` is out of reach because it has IPv6 addresses only. For a network error. */
export async function isIpv6Only(
  host: string,
  failures: readonly ConnectionError[],
  lookUp: LookUp = askDns,
): Promise<boolean> {
  const tried = failures.flatMap(({ address }) => (address !== undefined && isIP(address) !== 0 ? [address] : []));
  if (tried.length > 0) return tried.every((address) => isIPv6(address));
  if (isIP(host) !== 0) return isIPv6(host);
  if (!host.includes('.')) return false;
  const found = await lookUp(host);
  return found?.v6 === true && !found.v4;
}

/** Asked by kind: the system's own look-up may leave out what this machine cannot reach. */
async function askDns(host: string): ReturnType<LookUp> {
  const resolver = new Resolver({ timeout: LIMIT_MS, tries: 1 });
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const says = (answer: PromiseSettledResult<readonly string[]>): boolean | undefined => {
    if (answer.status === 'fulfilled') return answer.value.length > 0;
    return ['ENODATA', 'ENOTFOUND'].includes(answer.reason?.code) ? false : undefined;
  };
  const [hasV4, hasV6] = [says(v4), says(v6)];
  return hasV4 === undefined || hasV6 === undefined ? undefined : { v4: hasV4, v6: hasV6 };
}
