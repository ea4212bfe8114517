import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLockstep } from '../../support/faults/attempt.ts';
import { FaultProxy } from '../../support/faults/proxy.ts';
import { budget, majors, randomFrom, seed } from '../../support/faults/sampling.ts';
import { FaultServer, smallDisk } from '../../support/faults/server.ts';
import { Stage } from '../../support/faults/stage.ts';
import { Tally } from '../../support/faults/tally.ts';

const LIMIT_MS = 1_800_000;
const FULL_TABLES = Math.max(2, Math.ceil((budget * 0.03) / majors.length));
const FULL_DISKS = Math.max(3, Math.ceil((budget * 0.05) / majors.length));
const DISK_MB = 96;

describe.each(majors)('on Postgres %i', (major) => {
  describe('with few connections', () => {
    let stage: Stage;
    const random = randomFrom(seed + 400 + major);

    beforeAll(async () => {
      const server = await FaultServer.start(major, { settings: { max_connections: 12 } });
      stage = await Stage.open('no connection left', server);
    }, LIMIT_MS);

    afterAll(() => stage?.close());

    it('waits while none is left, also when it has to come back', { timeout: LIMIT_MS }, async () => {
      for (let round = 0; round < FULL_TABLES; round += 1) {
        await stage.inDatabase(async (database) => {
          const early = round % 2 === 0;
          const held: Client[] = early ? await takeAll(stage.server, database) : [];
          const proxy = await FaultProxy.start(stage.server.port);
          const run = startLockstep(stage.project, stage.server.url(database, proxy.port));
          if (!early) {
            while (proxy.messages.length < 12) await sleep(5);
            await sleep(random() * 300);
            const pid = proxy.deploying?.backendPid;
            held.push(...(await takeAll(stage.server, database)));
            await stage.server.query(`SELECT pg_terminate_backend(${pid ?? 0})`);
            held.push(...(await takeAll(stage.server, database)));
          }
          await sleep(2_000);
          await Promise.all(held.map((client) => client.end()));
          const first = await run.ended;
          proxy.close();
          const what = `no connection left ${early ? 'at the start' : 'after a loss'} (seed ${seed})`;
          await stage.judge('full table of connections', what, database, first);
        });
      }
      expect(stage.tally.losses).toEqual([]);
    });
  });

  describe('with a small disk', () => {
    const at = join(tmpdir(), `lockstep-faults-disk-${process.pid}-${major}`);
    const ballast = join(at, 'ballast');
    const disk = smallDisk(at, DISK_MB);
    const random = randomFrom(seed + 500 + major);
    let stage: Stage;

    beforeAll(async () => {
      if (disk === undefined) return;
      const settings = { max_wal_size: '8MB', min_wal_size: '2MB' };
      stage = await Stage.open('disk full', await FaultServer.start(major, { disk: at, settings }));
    }, LIMIT_MS);

    afterAll(async () => {
      await stage?.close();
      disk?.unmount();
      rmSync(at, { recursive: true, force: true });
    });

    it('goes on when there is room again', { timeout: LIMIT_MS }, async () => {
      if (disk === undefined) {
        const tally = new Tally(`disk full, Postgres ${major}`);
        tally.impossible(`${FULL_DISKS} full disks, since mounting is not allowed`);
        tally.print();
        return;
      }
      let bitten = 0;
      for (let round = 0; round < FULL_DISKS; round += 1) {
        await stage.inDatabase(async (database) => {
          // Also what a first connection writes has its room by then.
          await stage.server.query('CHECKPOINT', database);
          // The first one cannot succeed; the others may come through or not.
          const kilobytes = round === 0 ? 20 : Math.floor(20 + random() * random() * 4_000);
          fill(ballast, kilobytes);
          const run = startLockstep(stage.project, stage.server.url(database), ['apply'], 200_000);
          const first = await Promise.race([run.ended, sleep(15_000)]);
          rmSync(ballast, { force: true });
          await stage.server.revive();
          const what = `${kilobytes} kB left (seed ${seed})`;
          if (first?.report?.result !== 'applied') bitten += 1;
          await stage.judge('disk full', what, database, first ?? (await run.ended));
        });
      }
      expect(stage.tally.losses).toEqual([]);
      expect(bitten).toBeGreaterThan(0);
    });
  });
});

/** All connections that an ordinary role can have. */
async function takeAll(server: FaultServer, database: string): Promise<Client[]> {
  const taken: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: server.url(database) });
    client.on('error', () => {});
    try {
      await client.connect();
      taken.push(client);
    } catch {
      return taken;
    }
  }
}

/** Leaves so much room on the disk. */
function fill(path: string, leaveKilobytes: number): void {
  const block = Buffer.alloc(64 * 1024, 1);
  let written = 0;
  writeFileSync(path, '');
  for (;;) {
    try {
      writeFileSync(path, block, { flag: 'a' });
      written += block.length;
    } catch {
      break;
    }
  }
  const keep = Math.max(0, written - leaveKilobytes * 1024);
  rmSync(path);
  writeFileSync(path, Buffer.alloc(keep, 1));
}
