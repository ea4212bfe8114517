import { useExternalServer } from './external-server.ts';
import { startOwnServer } from './own-start.ts';
import type { RehearsalServer, ServerRequest } from './types.ts';

/**
 * A server to rehearse on, started and ready; the caller stops it. Throws LockstepError, with how to get a server, when
 * there is none; rejects with the signal's reason when it aborts. Nothing is left then.
 */
export async function startServer(request: ServerRequest): Promise<RehearsalServer> {
  request.signal.throwIfAborted();
  return request.url === undefined ? startOwnServer(request) : useExternalServer(request, request.url);
}
