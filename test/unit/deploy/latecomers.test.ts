import { describe, expect, it } from 'vitest';
import { unproven, withoutLatecomers } from '../../../src/deploy/history/latecomers.ts';

const known = ['1', '2', '3', '4'];

describe('what a tool only assumes to be applied', () => {
  const tool = { applied: ['1', '2'], failed: [{ identity: '3' }], assumed: ['1', '2'] };

  it.each<[string, string | undefined, string[], string[]]>([
    ['what came between a begun one and the one before it is not applied', '1', ['1'], ['1']],
    ['nothing came between', '2', [], ['1', '2']],
    ['all of it came later', undefined, [], []],
    ['what the ledger has is applied', undefined, ['1', '2'], ['1', '2']],
    ['what stood there is gone: nobody can tell', '0', [], ['1', '2']],
  ])('%s', (_, after, recorded, applied) => {
    const left = withoutLatecomers(tool, known, new Set(recorded), new Map([['3', { after }]]));
    expect(left.applied).toEqual(applied);
    expect(left.assumed).toEqual(applied);
  });

  it('a row of its own is proof', () => {
    const { assumed: _, ...sure } = tool;
    expect(withoutLatecomers(sure, known, new Set(), new Map([['3', { after: undefined }]])).applied).toEqual([
      '1',
      '2',
    ]);
  });

  it('between what Lockstep has applied it is in doubt, before that it was there first', () => {
    const all = { applied: known, failed: [], assumed: ['1', '2', '3'] };
    expect(unproven(all, known, new Set(['1', '4']))).toEqual(['2', '3']);
    expect(unproven(all, known, new Set(['3', '4']))).toEqual([]);
    expect(unproven(all, known, new Set())).toEqual([]);
  });
});
