import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultKind } from '../../support/faults/faults.ts';
import { budget, inLanes, majors, randomFrom, seed } from '../../support/faults/sampling.ts';
import { FaultServer } from '../../support/faults/server.ts';
import { Stage } from '../../support/faults/stage.ts';

const share = Math.ceil((budget * 0.22) / majors.length);
const LIMIT_MS = 3_600_000;

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
    survives(['kill', 'terminate', 'kill', 'reset', 'half-open'], Math.ceil(share * 0.75), 4),
  );

  it('survives a crash of the server at any time', { timeout: LIMIT_MS }, () =>
    survives(['crash'], Math.ceil(share * 0.25), 1),
  );
});
