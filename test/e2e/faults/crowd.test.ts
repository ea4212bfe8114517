import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLockstep, told } from '../../support/faults/attempt.ts';
import { budget, majors, randomFrom, seed } from '../../support/faults/sampling.ts';
import { FaultServer } from '../../support/faults/server.ts';
import { Stage } from '../../support/faults/stage.ts';

const LIMIT_MS = 1_800_000;
const isLong = budget >= 1_000;
const CROWDS = isLong ? [2, 5, 20, 50] : [2, 8];
/** How often the one that has the lock is killed in a crowd. */
const ROUNDS = isLong ? 10 : 2;
const CROWD = 4;

describe.each(majors)('many deploys at once on Postgres %i', (major) => {
  let stage: Stage;
  const random = randomFrom(seed + 200 + major);

  beforeAll(async () => {
    stage = await Stage.open('many deploys at once', await FaultServer.start(major));
  }, LIMIT_MS);

  afterAll(() => stage?.close());

  it.each(CROWDS)('one of %i applies, the others find nothing to do', { timeout: LIMIT_MS }, async (count) => {
    await stage.inDatabase(async (database) => {
      const url = stage.server.url(database);
      const runs = Array.from({ length: count }, () => startLockstep(stage.project, url, ['apply'], 300_000));
      const ended = await Promise.all(runs.map((run) => run.ended));
      const results = ended.map(({ report }) => report?.result).sort();
      expect(results, ended.map(told).join('\n')).toEqual(['applied', ...Array(count - 1).fill('noop')]);
      const applied = ended.filter(({ report }) => report?.result === 'applied');
      expect(applied[0]?.report?.migrations).toHaveLength(stage.project.migrations.length);
      const last = ended.find(({ report }) => report?.result === 'applied');
      if (last !== undefined) await stage.judge(`crowd of ${count}`, `a crowd of ${count}`, database, last);
    });
    expect(stage.tally.losses).toEqual([]);
  });

  it('another one goes on where the one that has the lock is killed', { timeout: LIMIT_MS }, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await stage.inDatabase(async (database) => {
        const url = stage.server.url(database);
        const runs = Array.from({ length: CROWD }, () => startLockstep(stage.project, url));
        await sleep(500 + random() * 1_000);
        runs[Math.floor(random() * CROWD)]?.child.kill('SIGKILL');
        const ended = await Promise.all(runs.map((run) => run.ended));
        // Each migration by one run, whoever that was.
        const did = ended
          .flatMap(({ report }) => report?.migrations ?? [])
          .filter(({ status }) => status === 'applied');
        expect(new Set(did.map(({ id }) => id)).size).toBe(did.length);
        const last = ended.findLast(({ exitCode }) => exitCode !== null) ?? ended[0];
        if (last !== undefined) await stage.judge('kill in a crowd', `round ${round} (seed ${seed})`, database, last);
      });
    }
    expect(stage.tally.losses).toEqual([]);
  });
});
