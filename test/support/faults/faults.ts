import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { FaultProxy, Link } from './proxy.ts';
import type { FaultServer } from './server.ts';

/** What may happen to a deploy. */
export const FAULTS = ['kill', 'terminate', 'reset', 'stall', 'cut', 'half-open', 'crash'] as const;
export type FaultKind = (typeof FAULTS)[number];

interface Victim {
  readonly server: FaultServer;
  readonly admin: () => Promise<Client>;
  readonly child: ChildProcess;
}

/** How long a network stays cut, and a machine that vanished keeps its connection. */
const CUT_MS = 2_500;
const VANISHED_MS = 2_000;

type Strike = (victim: Victim, link: Link, proxy: FaultProxy) => Promise<void>;

const kill: Strike = async ({ child }) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

export const STRIKES: Readonly<Record<FaultKind, Strike>> = {
  kill,
  /** An administrator ends the backend. */
  async terminate({ admin }, link) {
    const client = await admin();
    await client.query('SELECT pg_terminate_backend($1, 5000)', [link.backendPid]);
    await client.end();
  },
  /** A firewall forgets the connection and says so. */
  async reset(_, link) {
    link.reset();
  },
  /** A firewall forgets the connection and says nothing. */
  async stall(_, link) {
    link.silent = true;
  },
  /** Nothing goes through, of new connections neither, for a while. */
  async cut(_, link, proxy) {
    link.silent = true;
    proxy.silent = true;
    setTimeout(() => {
      proxy.silent = false;
    }, CUT_MS);
  },
  /** The runner's machine vanishes; the server hears of it only when its keepalives are not answered. */
  async 'half-open'(victim, link, proxy) {
    link.silent = true;
    link.keepServer = true;
    await kill(victim, link, proxy);
    setTimeout(() => link.server.resetAndDestroy(), VANISHED_MS);
  },
  /** The server is stopped without a checkpoint, and started again. */
  async crash({ server }) {
    await Promise.race([server.crash(), sleep(150)]);
  },
};
