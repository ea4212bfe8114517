import type { ConnectionError } from '../../postgres/connection-error.ts';
import { addressOf, isSocket, type Place } from './place.ts';
import { isHere, isSupabasePooler, supabaseSessionPooler } from './providers.ts';
import { isTlsProblem } from './tls.ts';

/** Why a target cannot be reached, and what to do: the first that matches counts. */

interface Cause {
  readonly code: string;
  readonly matches: (error: ConnectionError, place: Place) => boolean;
  readonly hint: (place: Place) => string;
}

/** Given to an error of ours: a pooler that lets in, and then has no server to speak to. */
export const NO_SERVER_CODE = 'POOL_EXHAUSTED';

/** The server, or a pooler before it, has no connection left. Poolers use codes of their own. */
export function isFull({ code, message }: ConnectionError): boolean {
  return code === '53300' || code === NO_SERVER_CODE || FULL.test(message);
}

const FULL =
  /too many (clients|connections)|connection slots are reserved|no more connections allowed|max client\w* (connections )?reached|MaxClients|query_wait_timeout|max_client_conn/i;

const by =
  (pattern: RegExp): Cause['matches'] =>
  ({ code, message }) =>
    pattern.test(code) || pattern.test(message);

export const CAUSES: readonly Cause[] = [
  {
    code: 'target-full',
    matches: isFull,
    hint: () =>
      "No connection is left. Who has them: `SELECT usename, application_name, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC`. End idle ones, make the application's pools smaller, or raise max_connections (a role's own limit: `ALTER ROLE ... CONNECTION LIMIT`; PgBouncer: default_pool_size, max_client_conn).",
  },
  {
    code: 'target-unreachable',
    matches: by(/^57P0[1-3]$|starting up|shutting down|recovery mode|not yet accepting connections/),
    hint: () => 'The server is starting, stopping or recovering. Run again when it is up.',
  },
  {
    code: 'target-tls',
    matches: by(/channel binding/i),
    hint: () =>
      'Take `channel_binding=require` out of database_url, unless you know that the server can do it: then somebody may be in between.',
  },
  {
    code: 'target-tls',
    matches: by(/^ERR_TLS_CERT_ALTNAME_INVALID$|HOSTNAME_MISMATCH/),
    hint: ({ host }) =>
      `The certificate is for another name than ${host}. Use the name that it is for, or \`sslmode=verify-ca\` with \`sslrootcert\`, which checks who issued it and not the name.`,
  },
  {
    code: 'target-tls',
    matches: by(/^CERT_HAS_EXPIRED$|^CERT_NOT_YET_VALID$/),
    hint: () => "The server's certificate is not valid today. Renew it, or look at this machine's clock.",
  },
  {
    code: 'target-tls',
    matches: by(/^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_)/),
    hint: () =>
      "The server's certificate is not from an authority that is trusted here. Name the provider's certificate with `sslrootcert=FILE`, or ask for encryption alone with `sslmode=require` and no sslrootcert.",
  },
  {
    code: 'target-tls',
    matches: by(/no encryption|SSL off|SSL required|connection is insecure/i),
    hint: () => 'The server insists on TLS. Add `sslmode=require` to database_url (or take `sslmode=disable` out).',
  },
  {
    code: 'target-tls',
    matches: by(/valid client certificate/),
    hint: () => 'Name the certificate and its key with `sslcert=FILE&sslkey=FILE` in database_url.',
  },
  {
    code: 'target-tls',
    matches: by(/does not support SSL/),
    hint: () =>
      'The server has no TLS. Switch it on there, or, in a network that you trust, say `sslmode=disable` in database_url.',
  },
  {
    code: 'target-tls',
    matches: isTlsProblem,
    hint: () =>
      'The TLS handshake failed. Look whether host and port lead to Postgres itself, and at sslmode, sslnegotiation (`direct` is for Postgres 17 and later) and the certificates in database_url.',
  },
  {
    code: 'target-refused-login',
    matches: ({ message }, { host }) =>
      /tenant or user not found/i.test(message) || (isSupabasePooler(host) && /no such user/i.test(message)),
    hint: () =>
      "Supabase's pooler wants the project's reference in the user: `postgres.REF`, and the host of the project's own region (the dashboard's Connect button shows both).",
  },
  {
    code: 'target-refused-login',
    matches: by(/client password must be|empty password|fe_sendauth/i),
    hint: ({ user }) =>
      `The server asks for the password of ${user}, and database_url has none. Look whether the secret that it is made of is set, and reaches this job.`,
  },
  {
    code: 'target-refused-login',
    matches: by(/^28P01$|password authentication failed|SASL authentication failed|SASL: SCRAM/i),
    hint: ({ user }) =>
      `The password of ${user} is wrong, or there is no such user. Special characters in it must be percent-encoded in database_url (% as %25, / as %2F, @ as %40).`,
  },
  {
    code: 'target-refused-login',
    matches: by(/no pg_hba\.conf entry|pg_hba\.conf rejects/),
    hint: ({ user, database }) =>
      `The server lets nobody from this machine log in as ${user} to ${database}. Add this machine's address to its allow list (pg_hba.conf, or the provider's trusted sources), or use a runner inside the network.`,
  },
  {
    code: 'target-refused-login',
    matches: by(/^28|no such user|not permitted to log in/i),
    hint: ({ user }) => `Look whether the role ${user} is there and may log in:\n  ALTER ROLE ${quoted(user)} LOGIN;`,
  },
  {
    code: 'target-refused-login',
    matches: by(/^42501$/),
    hint: ({ user, database }) => `  GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(user)};`,
  },
  {
    code: 'target-database-missing',
    matches: by(/^3D000$|no such database/i),
    hint: ({ database }) =>
      `There is no database ${database} on this server. Name one that is there, or make it:\n  CREATE DATABASE ${quoted(database)};`,
  },
  {
    code: 'target-unreachable',
    matches: by(/unsupported startup parameter/),
    hint: () =>
      'A pooler refuses what `options` in database_url asks for. Take it out, or use the address of the server itself (PgBouncer can be told `ignore_startup_parameters = options`, and then leaves them out).',
  },
  {
    code: 'target-unreachable',
    matches: by(/^ECONNREFUSED$/),
    hint: (place) =>
      isHere(place)
        ? `Nothing listens on port ${place.port} of this machine. In a pipeline \`localhost\` is the runner itself: name the server's own host.`
        : 'Nothing listens there: check host and port, and whether the server is up.',
  },
  {
    code: 'target-unreachable',
    matches: by(/^(ENOENT|EACCES)$/),
    hint: (place) =>
      isSocket(place)
        ? `There is no socket of a server on port ${place.port} in ${place.host} that this user may use.`
        : 'Check host and port of database_url.',
  },
  {
    code: 'target-unreachable',
    matches: by(/^(ENOTFOUND|EAI_AGAIN)$/),
    hint: (place) =>
      supabaseSessionPooler(place) ??
      `The name ${place.host} is not known here: check its spelling. Names of a private network are known inside it only: use a runner there, or the public address.`,
  },
  {
    code: 'target-unreachable',
    matches: by(/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$|^timeout expired$/),
    hint: (place) =>
      supabaseSessionPooler(place) ??
      "Packets to it get no answer. Most often a firewall, or a provider's allow list, does not know this machine's address: add it there, or use a runner inside the network.",
  },
  {
    code: 'target-unreachable',
    matches: by(/^(ECONNRESET|EPIPE)$|Connection terminated/),
    hint: (place) =>
      `Something at ${addressOf(place)} takes the connection and ends it: a proxy without a server behind it, a server that is just starting, or a port that is not Postgres.`,
  },
];

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
