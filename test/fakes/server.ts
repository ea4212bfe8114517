import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlan } from './fault-plan.ts';

/** The network's part of a stand-in: a server on 127.0.0.1, and what may go wrong between it and its callers. */

export type NetworkFault =
  /** The connection breaks: before the request took effect, after it, or in the middle of the answer. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' | 'midway' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Somebody else does something just before. */
  | { readonly kind: 'meanwhile'; readonly act: () => void };

export interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly text: string;
}

/** What stands behind the network. */
interface Service<F, R extends { readonly operation: string }> {
  receive(request: IncomingMessage, text: string): R;
  answer(received: R, fault: F | undefined): Sent;
}

interface RunningServer {
  /** 'http://127.0.0.1:41234' */
  readonly origin: string;
  close(): Promise<void>;
}

/** `F`: all that a test may plan, the network's faults among them. */
export async function startServer<F extends { readonly kind: string }, R extends { readonly operation: string }>(
  service: Service<F, R>,
  faults: FaultPlan<F>,
): Promise<RunningServer> {
  const server = createServer((request, response) => void serve(service, faults, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function serve<F extends { readonly kind: string }, R extends { readonly operation: string }>(
  service: Service<F, R>,
  faults: FaultPlan<F>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const received = service.receive(request, Buffer.concat(chunks).toString('utf8'));
  const planned = faults.next(received.operation);
  const fault = planned as NetworkFault | undefined;
  if (fault?.kind === 'drop' && fault.when === 'before') return void request.socket.destroy();
  if (fault?.kind === 'slow') await sleep(fault.ms, undefined, { ref: false });
  if (fault?.kind === 'meanwhile') fault.act();
  const { status, headers, text } = service.answer(received, planned);
  if (fault?.kind === 'drop' && fault.when === 'after') return void request.socket.destroy();
  response.writeHead(status, headers);
  if (fault?.kind !== 'drop') return void response.end(text);
  // The headers promise more than arrives.
  response.write(text.slice(0, Math.floor(text.length / 2)), () => request.socket.destroy());
}
