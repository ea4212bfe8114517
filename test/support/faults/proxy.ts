import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { applicationNameIn, type Frame, Frames, sqlIn } from './frames.ts';

/**
 * Stands between a deploy and its server, reads along, and lets something happen at one message: the k-th query on the
 * connections that deploy (those that probe or watch are passed through).
 */

/** before: it does not reach the server; during: it has, and is at work; unanswered: done, and nobody hears; after: heard. */
export type Moment = 'before' | 'during' | 'unanswered' | 'after';
export const MOMENTS: readonly Moment[] = ['before', 'during', 'unanswered', 'after'];

export interface Injection {
  /** From 1. */
  readonly at: number;
  readonly moment: Moment;
  readonly strike: (link: Link, proxy: FaultProxy) => Promise<void>;
}

/** One connection through the proxy. */
export class Link {
  readonly client: Socket;
  readonly server: Socket;
  deploying = false;
  backendPid: number | undefined;
  /** Nothing goes through any more, and neither side is told. */
  silent = false;
  /** The client may vanish without the server's hearing of it. */
  keepServer = false;
  /** What the server says is thrown away for the moment. */
  deaf = false;
  #ready: (() => void)[] = [];

  constructor(client: Socket, server: Socket) {
    this.client = client;
    this.server = server;
  }

  /** The server has answered all of a query, or is gone. */
  answered(): Promise<void> {
    return this.server.destroyed ? Promise.resolve() : new Promise((resolve) => this.#ready.push(resolve));
  }

  tellReady(): void {
    for (const resolve of this.#ready.splice(0)) resolve();
  }

  toServer(bytes: Buffer): void {
    if (!this.silent && this.server.writable) this.server.write(bytes);
  }

  toClient(bytes: Buffer): void {
    if (!this.silent && !this.deaf && this.client.writable) this.client.write(bytes);
  }

  /** Both sides get a reset. */
  reset(): void {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }
}

export class FaultProxy {
  readonly #listener: Server;
  readonly #links = new Set<Link>();
  readonly #injection: Injection | undefined;
  /** The SQL of each counted message. */
  readonly messages: string[] = [];
  /** New connections are taken, and nothing is said on them. */
  silent = false;
  struck = false;

  private constructor(listener: Server, injection: Injection | undefined) {
    this.#listener = listener;
    this.#injection = injection;
  }

  static async start(port: number, injection?: Injection): Promise<FaultProxy> {
    const listener = createServer();
    const proxy = new FaultProxy(listener, injection);
    listener.on('connection', (client) => proxy.#accept(client, port));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#listener.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /** The connection that deploys, as long as there is one. */
  get deploying(): Link | undefined {
    return [...this.#links].findLast((link) => link.deploying && !link.silent);
  }

  close(): void {
    this.#listener.close();
    for (const link of this.#links) {
      link.client.destroy();
      link.server.destroy();
    }
  }

  #accept(client: Socket, port: number): void {
    const server = dial(port, '127.0.0.1').setNoDelay();
    client.setNoDelay();
    const link = new Link(client, server);
    link.silent = this.silent;
    this.#links.add(link);
    const up = new Frames(true);
    const down = new Frames(false);
    let unit: Frame[] = [];
    let turn: Promise<void> = Promise.resolve();
    client.on('data', (chunk) => {
      turn = turn.then(async () => {
        for (const frame of up.push(chunk)) {
          if (frame.type === 'startup') link.deploying = isDeploying(frame.bytes);
          unit.push(frame);
          if ('PBDEH'.includes(frame.type)) continue;
          const whole = unit;
          unit = [];
          await this.#pass(link, whole);
        }
      });
    });
    server.on('data', (chunk) => {
      for (const frame of down.push(chunk)) {
        if (frame.type === 'K') link.backendPid = frame.bytes.readInt32BE(5);
        link.toClient(frame.bytes);
        if (frame.type === 'Z') link.tellReady();
      }
    });
    client
      .on('error', () => {})
      .on('close', () => {
        if (!link.keepServer) server.destroy();
      });
    server
      .on('error', () => {})
      .on('close', () => {
        link.tellReady();
        if (!link.silent) client.end();
        this.#links.delete(link);
      });
  }

  /** Passes on a whole query, with what is to happen around it. */
  async #pass(link: Link, unit: readonly Frame[]): Promise<void> {
    const bytes = Buffer.concat(unit.map((frame) => frame.bytes));
    const last = unit.at(-1)?.type ?? '';
    const injection = this.#injection;
    const counted = link.deploying && 'QSX'.includes(last);
    if (counted) this.messages.push(unit.map(sqlIn).find((sql) => sql !== undefined) ?? last);
    if (!counted || injection === undefined || this.struck || injection.at !== this.messages.length) {
      link.toServer(bytes);
      return;
    }
    this.struck = true;
    const { moment, strike } = injection;
    if (moment === 'before') {
      await strike(link, this);
      link.toServer(bytes);
      return;
    }
    link.deaf = moment === 'unanswered';
    const answered = link.answered();
    link.toServer(bytes);
    if (moment !== 'during') await answered;
    await strike(link, this);
    link.deaf = false;
  }
}

function isDeploying(startup: Buffer): boolean {
  return !/(?:probe|watch)$/.test(applicationNameIn(startup));
}
