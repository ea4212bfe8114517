import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fence, LOCK_KEY, releaseSql } from '../../../src/deploy/lock/key.ts';
import { takeLock, tryLock } from '../../../src/deploy/lock/lock.ts';
import { Session } from '../../../src/postgres/session.ts';
import { testMajors } from '../../support/scratch-postgres.ts';
import { benchOf } from './survey-support.ts';

const KEY = LOCK_KEY;
const UNLOCK = `SELECT pg_advisory_unlock(${KEY})`;

describe.each(testMajors)('the lock and its fence on Postgres $major', ({ major }) => {
  const { database, server } = benchOf(major);
  let ours: Session;
  let other: Session;

  beforeEach(async () => {
    const { database: name } = await database('');
    const open = (): Promise<Session> => Session.open(server().config(name ?? ''));
    [ours, other] = await Promise.all([open(), open()]);
  });
  afterEach(() => Promise.all([ours.close(), other.close()]));

  const holds = async (): Promise<boolean> => {
    const [result] = await ours.run(fence(KEY)).catch((error) => {
      expect(error).toMatchObject({ code: '22012' });
      return [undefined];
    });
    return result !== undefined;
  };

  it('holds for the session that has taken it, however often it is asked, and keeps others out meanwhile', async () => {
    expect(await tryLock(ours, KEY)).toBe(true);
    for (let times = 0; times < 3; times++) expect(await holds()).toBe(true);
    expect(await tryLock(other, KEY)).toBe(false);
  });

  it('does not hold for who never had it, and does not give it to them', async () => {
    expect(await holds()).toBe(false);
    expect(await tryLock(other, KEY)).toBe(true);
    expect(await holds()).toBe(false);
  });

  it.each([
    ['all locks', 'SELECT pg_advisory_unlock_all()'],
    ['it as often as it was taken', `${UNLOCK}; ${UNLOCK}`],
  ])('does not hold any more when the session has let go of %s', async (_, sql) => {
    await tryLock(ours, KEY);
    await ours.run(sql);
    expect(await holds()).toBe(false);
  });

  it('holds when the session has let go of it once, unless somebody else got it', async () => {
    await tryLock(ours, KEY);
    await ours.run(UNLOCK);
    expect(await tryLock(other, KEY)).toBe(false);
    expect(await holds()).toBe(true);
    expect(await holds()).toBe(true);
    expect(await tryLock(other, KEY)).toBe(false);
  });

  it('stays when the transaction that has asked is rolled back', async () => {
    await tryLock(ours, KEY);
    await ours.run(`BEGIN; ${fence(KEY)}; ROLLBACK`);
    expect(await tryLock(other, KEY)).toBe(false);
    await ours.run(releaseSql(KEY));
    expect(await tryLock(other, KEY)).toBe(true);
  });

  const wait = (meanwhile: (session: Session) => Promise<unknown>) =>
    takeLock({
      session: ours,
      key: KEY,
      waitMs: 10_000,
      onBusy: 'wait',
      signal: new AbortController().signal,
      onWait: () => {},
      meanwhile,
    });

  it('lets something be done once while it is waited for, and is got whatever becomes of that', async () => {
    await tryLock(other, KEY);
    let times = 0;
    const waiting = wait(async () => {
      times += 1;
      setTimeout(() => void other.run(releaseSql(KEY)), 500);
      throw new Error('no matter');
    });
    expect(await waiting).toMatchObject({ acquired: true });
    expect(times).toBe(1);
  });

  it('lets nothing be done when there is nothing to wait for', async () => {
    const meanwhile = async (): Promise<never> => expect.fail('there was no wait');
    expect(await wait(meanwhile)).toMatchObject({ acquired: true });
  });
});
