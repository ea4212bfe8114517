import type { ClientConfig } from 'pg';

/** How our sessions are asked for: by what we say, and by nothing else that is around. */

/**
 * pg fills in whatever a configuration leaves out (also what is '' or 0 there) from PGHOST, PGOPTIONS, PGSSLMODE and
 * their relatives, and a missing password from ~/.pgpass: those are about the caller's own servers. So all is given here.
 * Throws when it does not say where to connect and as whom. `plain`: see SessionOptions.
 */
export function closedConfig(config: ClientConfig, plain = false): ClientConfig {
  const { host, port, user, database, password, options, ssl } = config;
  if (!host || !port || !user || !database) throw new Error('a session needs host, port, user and database');
  return {
    ...config,
    // An answer that is given when the server asks: an empty string would count as none.
    password: password || (() => ''),
    ssl: ssl ?? false,
    sslnegotiation: config.sslnegotiation ?? 'postgres',
    application_name: config.application_name || 'lockstep',
    client_encoding: 'UTF8',
    options: [options, plain ? '' : startupOptions({ client_encoding: 'UTF8' })].filter(Boolean).join(' '),
    connectionTimeoutMillis: config.connectionTimeoutMillis ?? 0,
  };
}

/**
 * A session of our own in a database that is not: its owner and the base history can give it settings (ALTER DATABASE,
 * ALTER ROLE ... SET) under which our statements would mean something else, be forbidden, or run somebody's code. What is
 * asked for when a session starts wins over them. Only for a superuser. `major`: the server's.
 */
export function guarded(config: ClientConfig, major: number): ClientConfig {
  const settings = {
    ...GUARD,
    ...(major >= 14 ? { idle_session_timeout: '0' } : {}),
    // A trigger on login would run a function that the change set may have replaced, as superuser.
    ...(major >= 17 ? { event_triggers: 'off', transaction_timeout: '0' } : {}),
  };
  return { ...config, options: [config.options, startupOptions(settings)].filter(Boolean).join(' ') };
}

const GUARD = {
  role: 'none',
  search_path: 'pg_catalog, pg_temp',
  session_preload_libraries: '',
  local_preload_libraries: '',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  session_replication_role: 'origin',
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  client_min_messages: 'warning',
};

/** Settings as the startup message has them: '-c a=b -c c=d\ e'. */
function startupOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
    .join(' ');
}
