import { LockstepError } from '../../errors.ts';
import { type ConnectionError, connectionErrors } from '../../postgres/connection-error.ts';
import { redact } from '../../services/redact.ts';
import { CAUSES } from './causes.ts';
import { isIpv6Only, type LookUp } from './ipv6.ts';
import { addressOf, isSocket, type Place } from './place.ts';
import { supabaseSessionPooler } from './providers.ts';

/** Errors of the way to the server, for which the kind of its addresses may be the cause. */
const NETWORK = /^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/;

/** Makes of whatever `pg` threw what a user can act on: the address, what was said, and the fix. */
export async function diagnose(error: unknown, place: Place, waitedMs = 0, lookUp?: LookUp): Promise<LockstepError> {
  if (error instanceof LockstepError) return error;
  const failures = connectionErrors(error);
  const main = mainOf(failures);
  const waited = waitedMs >= 1_000 ? ` (tried for ${Math.round(waitedMs / 1_000)} s)` : '';
  const told = (code: string, hint: string): LockstepError =>
    new LockstepError(code, `cannot connect to ${addressOf(place)}: ${saidOf(main)}${waited}`, { hint, cause: error });
  if (!isSocket(place) && isNetwork(main) && (await isIpv6Only(place.host, failures, lookUp))) {
    return told('target-unreachable', supabaseSessionPooler(place) ?? IPV6_ONLY);
  }
  const cause = CAUSES.find(({ matches }) => matches(main, place));
  return told(cause?.code ?? 'target-unreachable', cause?.hint(place) ?? CHECK);
}

/** That of an IPv4 address, where there were several: most machines have a way to those. */
export function mainOf(failures: readonly ConnectionError[]): ConnectionError {
  const v4 = failures.find(({ address }) => address?.includes('.'));
  return v4 ?? failures[0] ?? { code: '', message: 'unknown error', address: undefined };
}

function isNetwork({ code, message }: ConnectionError): boolean {
  return NETWORK.test(code) || message === 'timeout expired';
}

/** What was said, with the SQLSTATE, by which it can be looked up. */
export function saidOf({ code, message }: ConnectionError): string {
  if (message === 'timeout expired') return 'no answer in time';
  const said = redact(message) || code;
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) ? `${said} (${code})` : said;
}

const IPV6_ONLY =
  "The server has IPv6 addresses only, and this machine has no way to them (GitHub's hosted runners have no IPv6). Use an address of it that has IPv4 (many providers have one: a session pooler, an add-on), or a runner with IPv6.";

const CHECK = 'Check host, port, user and database of database_url, and whether the server is up.';
