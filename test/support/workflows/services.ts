import { connect, createServer, type Server } from 'node:net';
import type { MappingToken, TemplateToken } from '@actions/workflow-parser/templates/tokens/index';
import { Client } from 'pg';
import type { Scope } from '../actions/expressions.ts';
import { type TestServer, testServer } from '../postgres.ts';
import { entries, plain } from './tokens.ts';

/** `services` of a job: a container of Postgres is a real server of that major, with the user and the database it names. */

interface Service {
  readonly id: string;
  readonly network: string;
  /** Of the machine, by the container's. */
  readonly ports: Readonly<Record<string, string>>;
}

export interface Services {
  /** The context `job.services`. */
  readonly context: Readonly<Record<string, Service>>;
  stop(): Promise<void>;
}

interface Container {
  readonly image: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly ports?: readonly (string | number)[];
}

/** Throws for an image that is none of Postgres, and for one that the real container would not start with. */
export async function startServices(token: TemplateToken | undefined, scope: Scope): Promise<Services> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  const context: Record<string, Service> = {};
  try {
    for (const [name, definition] of entries(token as MappingToken | undefined)) {
      const container = plain(definition, scope) as Container;
      const server = await startPostgres(container);
      stops.push(() => server.stop());
      const { port } = server.server.address();
      const ports: Record<string, string> = {};
      for (const each of container.ports ?? []) {
        const [machine, inside] = portsOf(String(each));
        if (inside !== '5432') throw new Error(`This rig has nobody listen at port ${inside} of ${container.image}`);
        if (machine !== undefined) stops.push(await forward(Number(machine), port));
        ports[inside] = machine ?? String(port);
      }
      context[name] = { id: `${name}-1`, network: 'github_network_1', ports };
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { context, stop };
}

async function startPostgres({ image, env = {} }: Container): Promise<TestServer> {
  const [, major] = /^(?:docker\.io\/)?(?:library\/)?postgres:(\d+)(?:[.-][\w.-]*)?$/.exec(image) ?? [];
  if (major === undefined) throw new Error(`This rig has no service '${image}': take postgres with its major`);
  const { POSTGRES_USER: user = 'postgres', POSTGRES_DB: database = user, POSTGRES_PASSWORD: password } = env;
  if (!password)
    throw new Error(`${image} does not start: Database is uninitialized and superuser password is not specified.`);
  const server = await testServer({ major: Number(major) });
  const admin = await server.connect();
  const [role, secret] = [admin.escapeIdentifier(user), admin.escapeLiteral(String(password))];
  await admin.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD ${secret}`);
  const own = server.server.admin().database;
  if (database !== own && database !== 'postgres')
    await admin.query(`CREATE DATABASE ${admin.escapeIdentifier(database)} OWNER ${role}`);
  await answers(server, user, String(password), database);
  return server;
}

/** As a healthy container: whoever comes in the way that the workflow will, is let in. */
async function answers({ server }: TestServer, user: string, password: string, database: string): Promise<void> {
  const { host, port } = server.address();
  const client = new Client({ host, port, user, password, database });
  await client.connect();
  await client.end();
}

/** '5432:5432', '5432', '5432/tcp'. */
function portsOf(text: string): readonly [machine: string | undefined, inside: string] {
  const [left = '', right] = text.replace(/\/tcp$/, '').split(':');
  return right === undefined ? [undefined, left] : [left, right];
}

/** A port of this machine that leads to another one. */
async function forward(from: number, to: number): Promise<() => Promise<void>> {
  const server: Server = createServer((incoming) => {
    const outgoing = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      one.pipe(other);
      one.on('error', () => other.destroy());
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => reject(new Error(`Bind for 127.0.0.1:${from} failed: port is already allocated`)));
    server.listen(from, '127.0.0.1', resolve);
  });
  return () => new Promise((resolve) => server.close(() => resolve()));
}
