import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endSessions, watchLock } from '../../../src/commands/command-watch.ts';
import type { Deployment } from '../../../src/deploy/deployment.ts';
import { fence, LOCK_KEY, releaseSql, tryLockSql } from '../../../src/deploy/lock/key.ts';
import { LockGone } from '../../../src/deploy/run/loss.ts';
import { Session } from '../../../src/postgres/session.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

/** What goes on beside a command, on sessions of this test's own. */

let server: ScratchPostgres;
beforeAll(async () => {
  server = await startScratchPostgres();
  await server.connect('shop');
  await server.connect('stock');
});
afterAll(() => server?.stop());

describe('the watch of the lock', () => {
  it('is not blind in a transaction that has failed: a lock that is gone is found', async () => {
    const session = await Session.open(server.config('shop'));
    try {
      await session.run(tryLockSql(LOCK_KEY));
      await session.run(releaseSql(LOCK_KEY));
      await expect(session.run('BEGIN; SELECT 1 / 0')).rejects.toThrow('division by zero');
      const lost = await watchLock({
        deployment: { session, fence: fence(LOCK_KEY) } as unknown as Deployment,
        source: undefined,
        known: [],
        ended: AbortSignal.timeout(3_000),
        onHistory: () => {},
      });
      expect(lost).toBeInstanceOf(LockGone);
    } finally {
      await session.close();
    }
  });
});

describe('the sessions of a command', () => {
  it("are ended, and not those of another database's command with the same number", async () => {
    const name = 'lockstep command 1';
    const named = (database: string) => Session.open({ ...server.config(database), application_name: name });
    const session = await Session.open(server.config('shop'));
    const [own, other] = [await named('shop'), await named('stock')];
    try {
      await endSessions(session, name);
      await expect(own.run('SELECT 1')).rejects.toThrow();
      await expect(other.run('SELECT 1')).resolves.toHaveLength(1);
    } finally {
      await Promise.all([session, own, other].map((one) => one.close()));
    }
  });
});
