import { afterEach, beforeEach, expect, it } from 'vitest';
import { fence, LOCK_KEY, releaseSql } from '../../../src/deploy/lock/key.ts';
import { tryLock } from '../../../src/deploy/lock/lock.ts';
import { retakeLock } from '../../../src/deploy/lock/retake.ts';
import { rowsOf } from '../../../src/deploy/run/evidence/evidence.ts';
import { Session } from '../../../src/postgres/session.ts';
import { startScratchPostgres } from '../../support/scratch-postgres.ts';
import { bench } from './survey-support.ts';

/** The lock of a run that has lost its connection, and has a new one. */

const KEY = LOCK_KEY;
const { database, server } = bench(() => startScratchPostgres());
let ours: Session;
let other: Session;

beforeEach(async () => {
  const { database: name } = await database('');
  const open = (): Promise<Session> => Session.open(server().config(name ?? ''));
  [ours, other] = await Promise.all([open(), open()]);
  await tryLock(other, KEY);
});
afterEach(() => Promise.all([ours.close(), other.close()]));

async function pidOf(session: Session): Promise<number> {
  const [row] = await rowsOf<{ pid: number }>(session, 'SELECT pg_backend_pid() AS pid');
  return row?.pid ?? 0;
}

async function retake(limitMs: number, signal = new AbortController().signal): Promise<void> {
  const oldPid = await pidOf(other);
  await retakeLock({ session: ours, key: KEY, oldPid, limitMs, signal });
}

it('is had again as soon as the other session lets go of it', async () => {
  setTimeout(() => void other.run(releaseSql(KEY)), 300);
  await retake(20_000);
  await ours.run(fence(KEY));
});

it('is had again when the old session does not end by itself: it is ended', async () => {
  await retake(20_000);
  await ours.run(fence(KEY));
  await expect(other.run('SELECT 1')).rejects.toThrow();
});

it('is given up when another run keeps it for longer than the limit, which is not disturbed by that', async () => {
  // It has the old one's number by now.
  await other.run("SET application_name = 'lockstep apply of another run'");
  const started = performance.now();
  await expect(retake(2_200)).rejects.toMatchObject({
    code: 'lock-lost',
    message: expect.stringContaining('meanwhile another run has taken the lock'),
    hint: expect.stringContaining('Start the run again'),
  });
  expect(performance.now() - started).toBeGreaterThanOrEqual(2_200);
  await other.run(fence(KEY));
  await expect(ours.run(fence(KEY))).rejects.toMatchObject({ code: '22012' });
});

it('is not waited for any more when the run is cancelled', async () => {
  const run = new AbortController();
  setTimeout(() => run.abort(), 200);
  await expect(retake(20_000, run.signal)).rejects.toMatchObject({ name: 'AbortError' });
});
