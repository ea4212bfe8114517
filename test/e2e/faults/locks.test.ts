import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLockstep } from '../../support/faults/attempt.ts';
import { faultProject } from '../../support/faults/project.ts';
import { budget, inLanes, majors, randomFrom, seed } from '../../support/faults/sampling.ts';
import { FaultServer } from '../../support/faults/server.ts';
import { Stage } from '../../support/faults/stage.ts';
import { startStorm } from '../../support/faults/storm.ts';

const STORMS = Math.max(3, Math.ceil((budget * 0.05) / majors.length));
const LIMIT_MS = 1_800_000;

describe.each(majors)('a deploy on Postgres %i', (major) => {
  let stage: Stage;
  const random = randomFrom(seed + 300 + major);

  beforeAll(async () => {
    const server = await FaultServer.start(major);
    const project = faultProject(undefined, { lock_timeout: '200ms', lock_retry_budget: '120s' });
    stage = await Stage.open('lock timeouts', server, project);
  }, LIMIT_MS);

  afterAll(() => stage?.close());

  it('gets through a storm of locks, one migration after the other', { timeout: LIMIT_MS }, async () => {
    const rounds = Array.from({ length: STORMS }, (_, round) => round);
    let first = 0;
    await inLanes(rounds, 3, (round) =>
      stage.inDatabase(async (database) => {
        const storm = startStorm(stage.server, database, random);
        const run = await startLockstep(stage.project, stage.server.url(database), ['apply'], 300_000).ended;
        if (run.report?.result === 'applied') first += 1;
        const taken = await storm.stop();
        await stage.judge('lock storm', `storm ${round} (seed ${seed}), ${taken} locks`, database, run);
      }),
    );
    expect(stage.tally.losses).toEqual([]);
    // Without the retries hardly one would.
    expect(first).toBeGreaterThan(STORMS / 2);
  });
});
