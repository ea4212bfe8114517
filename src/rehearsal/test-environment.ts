import type { ServerAddress } from './server/types.ts';

/** What the project's tests find in their environment. */

export interface DatabaseAddress extends ServerAddress {
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

/** The caller's environment, in which no variable leads libpq or a driver anywhere but to the rehearsal's database. */
export function testEnvironment(
  caller: Readonly<Record<string, string>>,
  database: DatabaseAddress | string,
): Record<string, string> {
  const kept = Object.entries(caller).filter(([name]) => !LIBPQ.test(name));
  if (typeof database === 'string') return { ...Object.fromEntries(kept), DATABASE_URL: database };
  return { ...Object.fromEntries(kept), ...databaseEnvironment(database) };
}

/**
 * Every variable that libpq 18 reads ("Environment Variables" in its manual, with those of older versions), and what
 * node-postgres makes of names by itself. One of the caller's can send a test elsewhere (PGHOSTADDR wins over PGHOST,
 * PGSERVICE brings a host of its own) or keep it out (PGSSLMODE, PGTARGETSESSIONATTRS). Others that begin with PG are no
 * business of ours.
 */
const LIBPQ = new RegExp(
  `^PG(?:${[
    'APPNAME|BINARY|CHANNELBINDING|CLIENTENCODING|CLIENT_ENCODING|CONNECT_TIMEOUT|DATABASE|DATESTYLE|GEQO',
    'GSSDELEGATION|GSSENCMODE|GSSLIB|HOST|HOSTADDR|KRBSRVNAME|LOADBALANCEHOSTS|LOCALEDIR',
    'MAXPROTOCOLVERSION|MINPROTOCOLVERSION|OAUTH\\w+|OPTIONS|PASSFILE|PASSWORD|PORT|REALM|REPLICATION|REQUIREAUTH',
    'REQUIREPEER|REQUIRESSL|SERVICE|SERVICEFILE|SSL\\w+|SYSCONFDIR|TARGETSESSIONATTRS|TTY|TZ|USER',
  ].join('|')})$`,
);

/** DATABASE_URL for most drivers, PG* for libpq and what follows it. */
function databaseEnvironment(database: DatabaseAddress): Record<string, string> {
  const { host, port, user, password, name, tls = {} } = database;
  return {
    DATABASE_URL: databaseUrl(database),
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: name,
    ...Object.fromEntries(
      TLS_OF_LIBPQ.flatMap((option) => (tls[option] ? [[`PG${option.toUpperCase()}`, tls[option]]] : [])),
    ),
    ...tlsMode(tls),
  };
}

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS */
function databaseUrl({ host, port, user, password, name, tls = {} }: DatabaseAddress): string {
  const socket = host.startsWith('/');
  const authority = host.includes(':') ? `[${host}]` : encodeURIComponent(host);
  const options = Object.entries({ ...(socket ? { host, port: String(port) } : {}), ...tls });
  const query = options.map(([option, value]) => `${option}=${encodeURIComponent(value)}`).join('&');
  const [as, where] = [[user, password].map(encodeURIComponent).join(':'), socket ? '' : `${authority}:${port}`];
  return `postgresql://${as}@${where}/${encodeURIComponent(name)}${query && `?${query}`}`;
}

const TLS_OF_LIBPQ = ['sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation'] as const;

/** What drivers of Node call 'no-verify', or just ssl=true, is libpq's 'require'. */
function tlsMode({ ssl, sslmode }: Readonly<Record<string, string>>): { readonly PGSSLMODE?: string } {
  if (sslmode) return { PGSSLMODE: sslmode === 'no-verify' ? 'require' : sslmode };
  return ssl === 'true' || ssl === '1' ? { PGSSLMODE: 'require' } : {};
}
