import { literal } from '../../project/quoting.ts';

/** The limits that a deploy's statements run under, in Postgres' own notation. */
export interface Timeouts {
  readonly lock: string;
  readonly statement: string;
}

/** For one transaction. */
export function localTimeouts({ lock, statement }: Timeouts): string[] {
  return [`SET LOCAL lock_timeout = ${literal(lock)}`, `SET LOCAL statement_timeout = ${literal(statement)}`];
}

/**
 * Puts our limits back where a file has set looser ones: the tighter of the two holds. `local`: for the transaction that is
 * open, else for the session.
 */
export function clampTimeouts({ lock, statement }: Timeouts, local: boolean): string {
  const limits = [
    ['lock_timeout', lock],
    ['statement_timeout', statement],
  ] as const;
  const rows = limits.map(([name, limit]) => `(${literal(name)}, ${literal(limit)})`).join(', ');
  // An interval of the same text is as long as the setting.
  return `SELECT pg_catalog.set_config(s.name, l.written, ${local})
    FROM pg_catalog.pg_settings s JOIN (VALUES ${rows}) AS l (name, written) ON s.name = l.name
    WHERE s.setting::numeric = 0 OR s.setting::numeric > extract(epoch FROM l.written::interval) * 1000`;
}

/** By these the server ends a session whose machine has vanished, within a minute. */
export const KEEPALIVE = {
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '4',
  tcp_user_timeout: '30s',
} as const;

/**
 * Settings of a session that deploys. A runner that is killed must not leave a backend at work: the server looks for its
 * client twice a second (from 14 on), and gives up on one that answers nothing within a minute.
 */
export function deploySettings(major: number, { lock, statement }: Timeouts): Record<string, string> {
  return {
    lock_timeout: lock,
    statement_timeout: statement,
    ...(major >= 14 ? { client_connection_check_interval: '500ms', idle_session_timeout: '0' } : {}),
    ...(major >= 17 ? { transaction_timeout: '0' } : {}),
    ...KEEPALIVE,
    // We are never idle in a transaction for longer than a round trip: a runner that stands still holds no lock for ever.
    idle_in_transaction_session_timeout: '60s',
    client_min_messages: 'warning',
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of our own notation: '5s', '500ms'. */
export function limitMs(setting: string): number {
  const [, number = '0', unit = 'ms'] = /^(\d+)\s*([a-z]*)$/.exec(setting) ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
}
