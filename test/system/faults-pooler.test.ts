import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startLockstep, told } from '../support/faults/attempt.ts';
import { type FaultKind, STRIKES } from '../support/faults/faults.ts';
import { FaultProxy, type Link, MOMENTS, type Moment } from '../support/faults/proxy.ts';
import { budget, evenly, inLanes, randomFrom, seed } from '../support/faults/sampling.ts';
import { FaultServer } from '../support/faults/server.ts';
import { Stage } from '../support/faults/stage.ts';
import { type PgBouncer, type PgBouncerOptions, startPgBouncer } from '../support/pgbouncer.ts';

/** A deploy through Debian's PgBouncer: client - proxy - PgBouncer - server. */

const LIMIT_MS = 1_800_000;
const FAULTS: readonly FaultKind[] = ['kill', 'terminate', 'reset', 'half-open', 'stall'];
const COUNT = Math.max(10, Math.ceil(budget * 0.05));

describe('behind PgBouncer', () => {
  let stage: Stage;
  const random = randomFrom(seed + 600);

  beforeAll(async () => {
    stage = await Stage.open('behind PgBouncer in session mode', await FaultServer.start(18));
  }, LIMIT_MS);

  afterAll(() => stage?.close());

  const bouncer = async (poolMode: PgBouncerOptions['poolMode']): Promise<PgBouncer> => {
    const { host = '', port = 0 } = stage.server.config();
    const settings = { server_check_delay: 0, server_lifetime: 1 };
    const started = await startPgBouncer({ host, port, poolMode, users: ['deployer'], settings });
    onTestFinished(() => started.stop());
    return started;
  };

  it('in session mode survives faults as without it', { timeout: LIMIT_MS }, async () => {
    const pooler = await bouncer('session');
    const cases = FAULTS.flatMap((fault) =>
      stage.messages.flatMap((_, index) => MOMENTS.map((moment) => ({ fault, moment, at: index + 1 }))),
    );
    await inLanes(evenly(cases, COUNT, random), 3, (one) => through(pooler, one));
    expect(stage.tally.losses).toEqual([]);
  });

  async function through(pooler: PgBouncer, { fault, moment, at }: { fault: FaultKind; moment: Moment; at: number }) {
    const { server, project } = stage;
    await stage.inDatabase(async (database) => {
      let child: ChildProcess | undefined;
      const strike = async (link: Link, proxy: FaultProxy): Promise<void> => {
        if (child === undefined) return;
        // PgBouncer makes up the pid that it tells.
        if (fault === 'terminate') link.backendPid = await deployingBackend(server, database);
        await STRIKES[fault]({ server, admin: () => server.connect(), child }, link, proxy);
      };
      const proxy = await FaultProxy.start(pooler.port, { at, moment, strike });
      try {
        const run = startLockstep(project, poolerUrl(database, proxy.port));
        child = run.child;
        const first = await run.ended;
        expect(proxy.struck, told(first)).toBe(true);
        await stage.judge(fault, `${fault} ${moment} message ${at} (seed ${seed})`, database, first);
      } finally {
        proxy.close();
      }
    });
  }

  it('in transaction mode refuses with the fix, and writes nothing', { timeout: LIMIT_MS }, async () => {
    const pooler = await bouncer('transaction');
    await stage.inDatabase(async (database) => {
      const run = await startLockstep(stage.project, poolerUrl(database, pooler.port)).ended;
      expect(run.exitCode, told(run)).toBe(1);
      expect(run.report).toMatchObject({ result: 'refused', target: { pooler: 'transaction' } });
      const gate = run.report?.plan?.gates.find(({ open }) => !open);
      expect(gate).toMatchObject({ name: 'pooler', help: expect.stringMatching(/\w/) });
      const made = await stage.server.query(
        "SELECT nspname FROM pg_namespace WHERE nspname = 'lockstep' UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        database,
      );
      expect(made).toEqual([]);
    });
  });
});

function poolerUrl(database: string, port: number): string {
  return `postgres://deployer@127.0.0.1:${port}/${database}?sslmode=disable`;
}

async function deployingBackend(server: FaultServer, database: string): Promise<number> {
  const rows = await server.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = '${database}' AND application_name LIKE 'lockstep%'
      AND application_name !~ '(probe|watch)$' ORDER BY backend_start DESC LIMIT 1`,
  );
  return rows[0]?.pid ?? 0;
}
