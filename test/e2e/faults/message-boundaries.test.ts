import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLockstep, told } from '../../support/faults/attempt.ts';
import { FAULTS, type FaultKind, STRIKES } from '../../support/faults/faults.ts';
import { type FaultProject, faultProject } from '../../support/faults/project.ts';
import { FaultProxy, type Injection, type Moment, MOMENTS } from '../../support/faults/proxy.ts';
import { recover, type Scene } from '../../support/faults/recovery.ts';
import { budget, evenly, inLanes, majors, randomFrom, seed } from '../../support/faults/sampling.ts';
import { FaultServer } from '../../support/faults/server.ts';
import { readState } from '../../support/faults/state.ts';
import { Tally } from '../../support/faults/tally.ts';

interface Case {
  readonly fault: FaultKind;
  readonly moment: Moment;
  readonly at: number;
}

/** Most of the budget is spent here. */
const share = Math.ceil((budget * 0.7) / majors.length);
const LANES = 3;
const LIMIT_MS = 3_600_000;

describe.each(majors)('on Postgres %i', (major) => {
  let server: FaultServer;
  let project: FaultProject;
  let scene: Scene;
  let messages: readonly string[] = [];
  const tally = new Tally(`faults at message boundaries, Postgres ${major}`);
  const random = randomFrom(seed + major);
  let made = 0;

  beforeAll(async () => {
    [server, project] = [await FaultServer.start(major), faultProject()];
    await server.createDatabase('wanted');
    const proxy = await FaultProxy.start(server.port);
    const run = await startLockstep(project, server.url('wanted', proxy.port)).ended;
    proxy.close();
    if (run.report?.result !== 'applied') throw new Error(told(run));
    messages = proxy.messages;
    scene = { server, project, wanted: await readState(server, 'wanted') };
    expect(scene.wanted.leftovers).toEqual([]);
  }, LIMIT_MS);

  afterAll(async () => {
    tally.print();
    project?.repo.dispose();
    await server?.stop();
  });

  /** Every message, moment and fault, ordered so that what is drawn evenly has all of each. */
  const cases = (faults: readonly FaultKind[]): Case[] =>
    faults.flatMap((fault) =>
      messages.flatMap((_, index) => MOMENTS.map((moment): Case => ({ fault, moment, at: index + 1 }))),
    );

  const inject = async ({ fault, moment, at }: Case): Promise<void> => {
    made += 1;
    const database = `case_${made}`;
    const what = `${fault} ${moment} message ${at} (seed ${seed}): ${messages[at - 1]?.replace(/\s+/g, ' ').slice(0, 120)}`;
    await server.createDatabase(database);
    let child: ReturnType<typeof startLockstep>['child'] | undefined;
    const strike: Injection['strike'] = async (link, proxy) => {
      if (child !== undefined) await STRIKES[fault]({ server, admin: () => server.connect(), child }, link, proxy);
    };
    const proxy = await FaultProxy.start(server.port, { at, moment, strike });
    try {
      const run = startLockstep(project, server.url(database, proxy.port));
      child = run.child;
      const first = await run.ended;
      if (!proxy.struck) throw new Error(`the fault was not injected: ${what}\n${told(first)}`);
      tally.count(fault, what, await recover(scene, database, first));
    } finally {
      proxy.close();
      await server.dropDatabase(database);
    }
  };

  // A crash ends everybody's connections: these come one by one.
  const alone: readonly FaultKind[] = ['crash'];
  const together = FAULTS.filter((fault) => !alone.includes(fault));

  it('survives whatever happens at any of its messages', async () => {
    const chosen = evenly(cases(together), Math.ceil((share * together.length) / FAULTS.length), random);
    await inLanes(chosen, LANES, inject);
    expect(tally.losses).toEqual([]);
  }, LIMIT_MS);

  it('survives a crash of the server at any of its messages', async () => {
    await inLanes(evenly(cases(alone), Math.ceil(share / FAULTS.length), random), 1, inject);
    expect(tally.losses).toEqual([]);
  }, LIMIT_MS);
});
