import { userInfo } from 'node:os';
import type { ClientConfig } from 'pg';
import { invalidUrl, URL_FORM, unencoded } from './invalid-url.ts';
import { isSocket, type Place } from './place.ts';
import { readTls, type TlsAttempt } from './tls.ts';

/** Reads the URL of a target as libpq does. */

const CONNECT_LIMIT_S = 10;
const LONGEST_LIMIT_S = 86_400;

export interface TargetUrl {
  readonly place: Place;
  /** Everything but TLS and names. */
  readonly config: ClientConfig;
  /** With and without TLS, in the order in which to try. */
  readonly tls: readonly TlsAttempt[];
  /** Whether a login counts only when it is tied to the server's certificate. */
  readonly channelBinding: boolean;
}

/** Scheme, user, password, host, port, path, parameters. What ends a part must be percent-encoded inside it. */
const PARTS =
  /^postgres(?:ql)?:\/\/(?:([^:@/?#\s]*)(?::([^@/?#\s]*))?@)?(\[[^\]@/?#\s]*\]|[^:@/?#\s[\]]*)(?::([^@/?#\s]*))?(?:\/([^?#\s]*))?(?:\?([^#\s]*))?$/i;

/** Parameters of other programs that change where unqualified names are looked up; libpq has none of them. */
const SEARCH_PATH = /^(search_path|schema|currentschema)$/i;

/**
 * What to connect to, by the URL alone: no PG* variable counts. The files of certificates that it names are read here.
 * Throws LockstepError `target-url-invalid`.
 */
export function readTargetUrl(url: string): TargetUrl {
  const trimmed = url.trim();
  const parts = PARTS.exec(trimmed);
  if (parts === null) throw unreadable(trimmed);
  // No database has such a name: it is the rest of a password whose '@' and '/' nobody has encoded.
  if ((parts[5] ?? '').includes('@')) throw unencoded();
  const [user, password, host, port, path] = parts.slice(1, 6).map((part) => part && decode(part));
  const parameters = readParameters(parts[6] ?? '');
  const said = (name: string): string | undefined => parameters.get(name) || undefined;
  // 'u:12/x@host' has the form of a URL without a user, and is one with a password that ends the address.
  if (user === undefined && trimmed.includes('@') && !said('user')) throw unencoded();
  const name = said('user') ?? (user || userInfo().username);
  const place: Place = {
    host: readHost(said('host') ?? said('hostaddr') ?? (host || 'localhost')),
    port: readPort(said('port') ?? (port || '5432')),
    user: name,
    database: said('dbname') ?? (path || name),
  };
  refuseForeign(parameters);
  const channelBinding = said('channel_binding') === 'require' && !isSocket(place);
  return {
    place,
    config: {
      ...place,
      password: said('password') ?? password ?? '',
      options: said('options') ?? '',
      connectionTimeoutMillis: readLimit(said('connect_timeout')),
      enableChannelBinding: channelBinding,
      // A server that is gone without a word is noticed in the middle of a long statement too.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    },
    tls: readTls(parameters, place),
    channelBinding,
  };
}

function readParameters(query: string): ReadonlyMap<string, string> {
  const pairs = query.split('&').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const [key = '', ...value] = pair.split('=');
      if (value.length === 0) throw unencoded();
      // A '+' stays one, as in libpq.
      return [decode(key), decode(value.join('='))];
    }),
  );
}

function decode(part: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(part);
  } catch {
    throw unencoded();
  }
  if (decoded.includes('\0')) throw unencoded();
  return decoded;
}

function readHost(text: string): string {
  if (text.includes(',')) throw severalServers();
  return text.replace(/^\[(.*)\]$/, '$1');
}

function readPort(text: string): number {
  if (text.includes(',')) throw severalServers();
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw invalidUrl('its port is not a number from 1 to 65535', URL_FORM);
}

function severalServers(): Error {
  return invalidUrl(
    'it names several servers, and migrations need exactly one',
    'Name the primary alone: the one that may be written to.',
  );
}

/** libpq waits for ever at 0 and below, and when nothing is said: a job in a pipeline has nothing from that. */
function readLimit(text = '0'): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds)) {
    throw invalidUrl('connect_timeout is not a whole number of seconds', 'Write `connect_timeout=10`.');
  }
  return 1000 * (seconds > 0 ? Math.min(seconds, LONGEST_LIMIT_S) : CONNECT_LIMIT_S);
}

function refuseForeign(parameters: ReadonlyMap<string, string>): void {
  const found = [...parameters].find(([key, value]) => SEARCH_PATH.test(key) && value !== '' && value !== 'public');
  if (found === undefined) return;
  throw invalidUrl(
    `its parameter ${found[0]} is one that Postgres does not know, and leaving it out could migrate another schema`,
    'Set it where every program finds it:\n  ALTER ROLE deployer IN DATABASE app SET search_path = app;\nor, where no pooler is in between, write `options=-c%20search_path%3Dapp` into the URL.',
  );
}

function unreadable(url: string): Error {
  if (!/^postgres(ql)?:\/\//i.test(url)) {
    return invalidUrl('it does not begin with postgres:// or postgresql://', URL_FORM);
  }
  return url.includes('@') ? unencoded() : invalidUrl('it is not the address of a Postgres server', URL_FORM);
}
