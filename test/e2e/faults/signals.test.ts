import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCK_KEY } from '../../../src/deploy/lock/key.ts';
import { type Attempt, startLockstep, told } from '../../support/faults/attempt.ts';
import { faultProject, noteOf } from '../../support/faults/project.ts';
import { budget, majors } from '../../support/faults/sampling.ts';
import { FaultServer } from '../../support/faults/server.ts';
import { Stage } from '../../support/faults/stage.ts';
import { lingering } from '../../support/faults/state.ts';

const LIMIT_MS = 600_000;
/** GitHub kills 7.5 s after its first signal. */
const END_MS = 7_000;

const MIGRATIONS = {
  '001_tables': `
    CREATE TABLE journal (what text NOT NULL, who text NOT NULL, tenant text);
    CREATE TABLE people (id int, name text);
    INSERT INTO people SELECT i, 'n' || i FROM generate_series(1, 100) i;
    ${noteOf('tables')};`,
  '002_transaction': `
    ${noteOf('before')};
    ALTER TABLE people ADD COLUMN age int;
    SELECT pg_advisory_xact_lock(4242);
    ${noteOf('after')};`,
  '003_steps': `-- lockstep: no-transaction
    ${noteOf('step 1')};
    CREATE INDEX CONCURRENTLY people_name ON people (name);
    UPDATE people SET age = id;`,
};

interface Situation {
  readonly what: string;
  /** What is recorded as applied when the run is cancelled. */
  readonly applied: readonly string[];
  readonly result: 'partial' | 'failed' | 'error';
  /** Holds the run up until `holder` ends. */
  hold(holder: Client): Promise<void>;
}

/** What the second migration waits for. */
const GATE = 4242;
const holdGate: Situation['hold'] = async (holder) => void (await holder.query(`SELECT pg_advisory_lock(${GATE})`));

const SITUATIONS: readonly Situation[] = [
  {
    what: 'while it waits for the deploy lock',
    applied: [],
    result: 'error',
    hold: async (holder) => void (await holder.query('SELECT pg_advisory_lock($1)', [String(LOCK_KEY)])),
  },
  {
    what: 'while a statement of a transaction waits',
    applied: ['001_tables'],
    result: 'partial',
    hold: holdGate,
  },
  {
    what: 'between two tries',
    applied: ['001_tables'],
    result: 'partial',
    hold: holdGate,
  },
  {
    what: 'while an index is built CONCURRENTLY',
    applied: ['001_tables', '002_transaction'],
    result: 'partial',
    // Nothing that is locked: only a snapshot, for which the build waits.
    hold: async (holder) => void (await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM pg_class')),
  },
];

describe.each(majors)('a deploy on Postgres %i that is cancelled', (major) => {
  let server: FaultServer;
  let stage: Stage;

  beforeAll(async () => {
    server = await FaultServer.start(major);
    stage = await Stage.open('signals', server, faultProject(MIGRATIONS, { lock_timeout: '1s' }));
  }, LIMIT_MS);

  afterAll(() => stage?.close());

  const signals = budget >= 1_000 ? (['SIGINT', 'SIGTERM'] as const) : (['SIGTERM'] as const);
  const cases = SITUATIONS.flatMap((situation, index) =>
    [...signals, ...(signals.length === 1 && index % 2 === 0 ? (['SIGINT'] as const) : [])].map((signal) => ({
      ...situation,
      signal,
    })),
  );

  it.each(cases)(
    'by $signal $what ends in time, tells what was done, and leaves nothing',
    {
      timeout: LIMIT_MS,
    },
    async ({ what, signal, applied, result, hold }) => {
      await stage.inDatabase(async (database) => {
        const holder = await server.connect(database);
        const holding = hold(holder);
        const run = startLockstep(stage.project, server.url(database));
        if (!what.includes('deploy lock')) await holding;
        await untilHeldUp(server, database, what);
        const at = performance.now();
        run.child.kill(signal);
        const first = await run.ended;
        const took = performance.now() - at;
        expect(first.exitCode, told(first)).toBe(signal === 'SIGINT' ? 130 : 143);
        expect(took).toBeLessThan(END_MS);
        expect(await lingering(server, database, 500), told(first)).toEqual(
          what.includes('deploy lock') ? [expect.stringContaining('the lock')] : [],
        );
        checkReport(first, applied, result);
        if (applied.length > 0) await checkLedger(server, database, applied);
        await holder.end();
        await stage.judge(signal, `${signal} ${what}`, database, first);
      });
      expect(stage.tally.losses).toEqual([]);
    },
  );
});

function checkReport(attempt: Attempt, applied: readonly string[], result: string): void {
  const { report } = attempt;
  expect(report, told(attempt)).toMatchObject({ result, error: { code: 'cancelled' } });
  const done = report?.migrations.filter(({ status }) => status === 'applied').map(({ id }) => id);
  expect(done).toEqual(applied);
}

async function checkLedger(server: FaultServer, database: string, applied: readonly string[]): Promise<void> {
  const names = await server.query<{ name: string }>('SELECT name FROM lockstep.migrations ORDER BY id', database);
  expect(names.map(({ name }) => name)).toEqual(applied);
  const runs = await server.query('SELECT result, finished_at IS NOT NULL AS ended FROM lockstep.runs', database);
  expect(runs).toEqual([{ result: 'cancelled', ended: true }]);
}

/** The run stands where it is meant to be. */
async function untilHeldUp(server: FaultServer, database: string, what: string): Promise<void> {
  const waiting = what.includes('deploy lock')
    ? `application_name LIKE 'lockstep%' AND query LIKE '%pg_locks%'`
    : what.includes('tries')
      ? `application_name LIKE 'lockstep%' AND query LIKE 'ROLLBACK%' AND state = 'idle'`
      : `application_name LIKE 'lockstep%' AND wait_event_type = 'Lock'`;
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(10)) {
    const found = await server.query(`SELECT pid FROM pg_stat_activity WHERE datname = '${database}' AND ${waiting}`);
    if (found.length > 0) break;
  }
  await sleep(150);
}
