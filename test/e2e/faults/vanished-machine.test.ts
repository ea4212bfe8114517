import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLockstep, told } from '../../support/faults/attempt.ts';
import { anotherMachine } from '../../support/faults/network.ts';
import { faultProject, noteOf } from '../../support/faults/project.ts';
import { majors } from '../../support/faults/sampling.ts';
import { FaultServer } from '../../support/faults/server.ts';
import { Stage } from '../../support/faults/stage.ts';
import { lingering } from '../../support/faults/state.ts';
import { Tally } from '../../support/faults/tally.ts';

const LIMIT_MS = 600_000;
/** For so long a machine that is gone may keep the lock. */
const MOST_MS = 60_000;
const GATE = 4242;

const MIGRATIONS = {
  '001_tables': `
    CREATE TABLE journal (what text NOT NULL, who text NOT NULL, tenant text);
    ${noteOf('tables')};`,
  '002_waits': `
    ${noteOf('before')};
    SELECT pg_advisory_xact_lock(${GATE});
    ${noteOf('after')};`,
};

/** 200 ms: between two tries the session that holds the deploy lock is idle. */
const CASES = [
  { doing: 'waits in a statement', lockTimeout: '5min' },
  { doing: 'is idle between two tries', lockTimeout: '200ms' },
];

const newest = Math.max(...majors);

describe(`on Postgres ${newest}`, () => {
  const machines = CASES.map((_, index) => anotherMachine(index));
  const allowed = machines.every((machine) => machine !== undefined);
  const stages: Stage[] = [];

  beforeAll(async () => {
    if (!allowed) return;
    for (const { lockTimeout } of CASES) {
      const project = faultProject(MIGRATIONS, { lock_timeout: lockTimeout, lock_retry_budget: '10min' });
      stages.push(await Stage.open('vanished machine', await FaultServer.start(newest), project));
    }
  }, LIMIT_MS);

  afterAll(async () => {
    for (const machine of machines) machine?.remove();
    await Promise.all(stages.map((stage) => stage.close()));
    if (allowed) return;
    const tally = new Tally('vanished machine');
    tally.impossible(`${CASES.length} machines that vanish, since network namespaces are not allowed`);
    tally.print();
  });

  it.concurrent.each(CASES.map((one, index) => ({ ...one, index })))(
    'a machine that vanishes while its deploy $doing keeps the lock for a minute at most',
    {
      timeout: LIMIT_MS,
    },
    async ({ doing, index }) => {
      const [machine, stage] = [machines[index], stages[index]];
      if (machine === undefined || stage === undefined) return;
      const { server, project } = stage;
      await stage.inDatabase(async (database) => {
        const holder = await server.connect(database);
        await holder.query(`SELECT pg_advisory_lock(${GATE})`);
        const url = server.url(database, server.port, machine.host);
        const run = startLockstep(project, url, ['apply'], 300_000, machine.prefix);
        const waits = `SELECT pid FROM pg_stat_activity WHERE datname = '${database}' AND wait_event = 'advisory'`;
        while ((await server.query(waits)).length === 0) await sleep(50);
        await sleep(1_500);
        machine.cutCable();
        const at = performance.now();
        run.child.kill('SIGKILL');
        const first = await run.ended;
        const left = await lingering(server, database, MOST_MS + 5_000);
        const took = performance.now() - at;
        console.log(
          `a machine that vanished while its deploy ${doing} kept the lock for ${(took / 1000).toFixed(0)} s`,
        );
        expect(left, told(first)).toEqual([]);
        expect(took).toBeGreaterThan(2_000);
        expect(took).toBeLessThan(MOST_MS);
        await holder.end();
        await stage.judge('vanished machine', doing, database, first);
      });
      expect(stage.tally.losses).toEqual([]);
    },
  );
});
