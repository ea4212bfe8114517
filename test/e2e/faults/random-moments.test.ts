import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Attempt, startLockstep } from '../../support/faults/attempt.ts';
import type { FaultKind } from '../../support/faults/faults.ts';
import { budget, inLanes, majors, randomFrom, seed } from '../../support/faults/sampling.ts';
import { FaultServer } from '../../support/faults/server.ts';
import { Stage } from '../../support/faults/stage.ts';

const share = Math.ceil((budget * 0.22) / majors.length);
const LIMIT_MS = 3_600_000;
const KILLS = 4;

describe.each(majors)('a deploy on Postgres %i', (major) => {
  let stage: Stage;
  const random = randomFrom(seed + 100 + major);

  beforeAll(async () => {
    stage = await Stage.open('faults at random moments', await FaultServer.start(major));
  }, LIMIT_MS);

  afterAll(() => stage?.close());

  const survives = async (faults: readonly FaultKind[], count: number, lanes: number): Promise<void> => {
    const cases = Array.from({ length: count }, (_, index) => ({
      fault: faults[index % faults.length] as FaultKind,
      ms: Math.floor(random() * stage.runMs * 0.8),
    }));
    await inLanes(cases, lanes, ({ fault, ms }) => stage.injectAfter(ms, fault));
    expect(stage.tally.losses).toEqual([]);
  };

  it('survives that it is killed, or its connection lost, at any time', { timeout: LIMIT_MS }, () =>
    survives(['kill', 'terminate', 'kill', 'reset', 'half-open'], Math.ceil(share * 0.6), 4),
  );

  it('survives that one run after the other is killed', { timeout: LIMIT_MS }, async () => {
    const times = Array.from({ length: Math.ceil(share * 0.15) }, () =>
      Array.from({ length: KILLS }, () => 200 + Math.floor(random() * stage.runMs * 0.7)),
    );
    await inLanes(times, 4, (each) =>
      stage.inDatabase(async (database) => {
        const url = stage.server.url(database);
        const ends = [];
        for (const ms of each) {
          const run = startLockstep(stage.project, url);
          const timer = setTimeout(() => run.child.kill('SIGKILL'), ms);
          ends.push(await run.ended);
          clearTimeout(timer);
        }
        const what = `runs killed after ${each.join(', ')} ms (seed ${seed})`;
        await stage.judge('kills in a row', what, database, ends.at(-1) as Attempt);
      }),
    );
    expect(stage.tally.losses).toEqual([]);
  });

  it('survives a crash of the server at any time', { timeout: LIMIT_MS }, () =>
    survives(['crash'], Math.ceil(share * 0.25), 1),
  );
});
