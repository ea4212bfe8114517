/** What the project's tests find in their environment. */

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

/** The caller's environment, in which no variable leads libpq or a driver anywhere but to the rehearsal's database. */
export function testEnvironment(
  caller: Readonly<Record<string, string>>,
  database: DatabaseAddress,
): Record<string, string> {
  const kept = Object.entries(caller).filter(([name]) => !LIBPQ.test(name));
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
function databaseEnvironment({ host, port, user, password, name }: DatabaseAddress): Record<string, string> {
  const url = new URL(`postgresql://localhost/${encodeURIComponent(name)}`);
  url.hostname = host;
  url.port = String(port);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return {
    DATABASE_URL: url.href,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: name,
  };
}
