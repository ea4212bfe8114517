import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

interface Proxy {
  readonly url: string;
  /** The hosts that it was asked for. */
  readonly targets: readonly string[];
}

/** A proxy as undici uses one: a tunnel for whatever is asked for. */
export async function startProxy({ refuse = false } = {}): Promise<Proxy> {
  const targets: string[] = [];
  const server = createServer();
  server.on('connect', (request, socket: Socket) => {
    targets.push(request.url ?? '');
    if (refuse) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [socket, upstream]) end.on('error', () => {});
    socket.on('close', () => upstream.destroy());
    onTestFinished(() => void socket.destroy());
  });
  return { url: await listening(server), targets };
}

/** The address of a server that ends with the test. */
export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
