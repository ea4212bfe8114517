import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keyHalves, LOCK_KEY } from '../../../src/deploy/lock/key.ts';

describe('the key of the deploy lock', () => {
  it('is the published one: the first eight bytes of a hash, as a signed number', () => {
    expect(LOCK_KEY).toBe(createHash('sha256').update('lockstep deploy lock').digest().readBigInt64BE(0));
    expect(LOCK_KEY).toBe(-755303831882598282n);
  });

  it('shows in pg_locks as docs/deploy.md says', () => {
    const { classid, objid } = keyHalves(LOCK_KEY);
    const page = readFileSync(new URL('../../../docs/deploy.md', import.meta.url), 'utf8');
    expect(page).toContain(`\`${LOCK_KEY}\` (in \`pg_locks\`: classid ${classid}, objid ${objid}, objsubid 1)`);
  });

  it.each([
    [0n, '0', '0'],
    [1n, '0', '1'],
    [-1n, '4294967295', '4294967295'],
    [4_294_967_296n, '1', '0'],
    [-9_223_372_036_854_775_808n, '2147483648', '0'],
  ])('%d is %s and %s', (key, classid, objid) => {
    expect(keyHalves(key)).toEqual({ classid, objid });
  });
});
