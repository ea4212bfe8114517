import { guarded } from '../postgres/client-config.ts';
import { Session } from '../postgres/session.ts';
import type { RehearsalServer } from './server/types.ts';

/**
 * A session of the server's own superuser in one of the rehearsal's databases (its short name; without one, in the
 * server's own), on which no setting of the database or of a role has any effect, and no trigger on login runs. Names of
 * ours must be written with their schema: the search path holds pg_catalog alone. Rejects with pg's error.
 */
export function adminSession(server: Pick<RehearsalServer, 'admin' | 'major'>, database?: string): Promise<Session> {
  return Session.open(guarded(server.admin(database), server.major));
}
