import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS, type FaultKind } from '../../support/faults/faults.ts';
import { MOMENTS, type Moment } from '../../support/faults/proxy.ts';
import { budget, evenly, inLanes, majors, randomFrom, seed } from '../../support/faults/sampling.ts';
import { FaultServer } from '../../support/faults/server.ts';
import { Stage } from '../../support/faults/stage.ts';

interface Case {
  readonly fault: FaultKind;
  readonly moment: Moment;
  readonly at: number;
}

/** Most of the budget is spent here. */
const share = Math.ceil((budget * 0.6) / majors.length);
const LIMIT_MS = 3_600_000;

describe.each(majors)('a deploy on Postgres %i', (major) => {
  let stage: Stage;
  const random = randomFrom(seed + major);

  beforeAll(async () => {
    stage = await Stage.open('faults at message boundaries', await FaultServer.start(major));
  }, LIMIT_MS);

  afterAll(() => stage?.close());

  /** Drawn evenly over all faults, messages and moments. */
  const draw = (faults: readonly FaultKind[]): Case[] => {
    const all = faults.flatMap((fault) =>
      stage.messages.flatMap((_, index) => MOMENTS.map((moment): Case => ({ fault, moment, at: index + 1 }))),
    );
    return evenly(all, Math.ceil((share * faults.length) / FAULTS.length), random);
  };

  const inject = (faults: readonly FaultKind[], lanes: number): Promise<void> =>
    inLanes(draw(faults), lanes, ({ at, moment, fault }) => stage.injectAt(at, moment, fault));

  it('survives that it is killed, its connection lost or its network silent from any of its messages on', {
    timeout: LIMIT_MS,
  }, async () => {
    // Those of the second kind mostly wait.
    await Promise.all([inject(['kill', 'terminate', 'reset', 'half-open'], 4), inject(['stall', 'cut'], 14)]);
    expect(stage.tally.losses).toEqual([]);
  });

  // It ends everybody's connections: one by one.
  it('survives a crash of the server at any of its messages', { timeout: LIMIT_MS }, async () => {
    await inject(['crash'], 1);
    expect(stage.tally.losses).toEqual([]);
  });
});
