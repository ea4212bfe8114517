import { isSocket, type Place } from './place.ts';

/** What addresses of hosted Postgres tell by themselves. */

/** A project's reference at Supabase, from the name of its database server, which has IPv6 addresses only. */
function supabaseProject(host: string): string | undefined {
  return /^db\.([a-z0-9]+)\.supabase\.\w+$/i.exec(host)?.[1];
}

export function isSupabasePooler(host: string): boolean {
  return /\.pooler\.supabase\.\w+$/i.test(host);
}

/** The same server at Neon without its pooler; undefined: it is no such address. */
function neonWithoutPooler(host: string): string | undefined {
  const match = /^([^.]+)-pooler(\..*neon\.(?:tech|build))$/i.exec(host);
  return match === null ? undefined : `${match[1]}${match[2]}`;
}

/** Whether an address is known to be a pooler in transaction mode: Supabase's port 6543, Neon's hosts with -pooler. */
export function isTransactionPooler({ host, port }: Place): boolean {
  const supabase = isSupabasePooler(host) || supabaseProject(host) !== undefined;
  return (port === 6543 && supabase) || neonWithoutPooler(host) !== undefined;
}

/** Where Supabase is reached over IPv4, by a session pooler; undefined: `host` is not Supabase's. */
export function supabaseSessionPooler({ host, database }: Place): string | undefined {
  const project = supabaseProject(host);
  if (project === undefined) return undefined;
  return `Use the project's session pooler, which has IPv4 (the dashboard's Connect button shows its region):\n  postgres://postgres.${project}:PASSWORD@aws-0-REGION.pooler.supabase.com:5432/${database}`;
}

/** What to use instead of a pooler in transaction mode: a hint for whoever refuses it. */
export function transactionPoolerAdvice(place: Place): string {
  const { host, port, user, database } = place;
  const written = (otherHost: string, otherPort: number): string =>
    `  postgres://${encodeURIComponent(user)}:PASSWORD@${otherHost}:${otherPort}/${encodeURIComponent(database)}`;
  if (isSupabasePooler(host)) {
    return `Use port 5432 of the same host, Supabase's pooler in session mode:\n${written(host, 5432)}`;
  }
  const supabase = supabaseSessionPooler(place);
  if (supabase !== undefined) return supabase;
  const neon = neonWithoutPooler(host);
  if (neon !== undefined)
    return `Take -pooler out of the host, which leads to the server itself:\n${written(neon, port)}`;
  const direct = directPort(place);
  if (direct !== undefined) return `Use port ${direct} of the same host, the server itself:\n${written(host, direct)}`;
  return 'Use the address of the server itself, or a port or database of the pooler in session mode (PgBouncer: `pool_mode = session`). An advisory lock and a session setting must stay where they were made.';
}

/** Of providers that run a pooler on the server's own host. */
function directPort({ host, port }: Place): number | undefined {
  if (port === 25_061 && /\.db\.ondigitalocean\.com$/i.test(host)) return 25_060;
  if (port === 6432 && /\.postgres\.database\.azure\.com$/i.test(host)) return 5432;
  return undefined;
}

/** Whether `host` is this very machine. */
export function isHere(place: Place): boolean {
  return isSocket(place) || /^(localhost|127\.[\d.]+|::1)$/i.test(place.host);
}
