import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { historyFingerprint } from '../../../src/deploy/history/fingerprint.ts';
import type { TargetHistory } from '../../../src/deploy/history/read.ts';
import { NO_LEDGER } from '../../../src/deploy/ledger/read.ts';
import { approvalGate, type Listed } from '../../../src/deploy/plan/approval.ts';
import { planDigest, planText, readPlan } from '../../../src/deploy/plan/plan-file.ts';

const checksum = (of: string): string => createHash('sha256').update(of).digest('hex');
const listed = (id: string, text = id): Listed => ({ id, checksum: checksum(text), identity: id });

function historyOf(...applied: readonly Listed[]): TargetHistory {
  const entries = applied.map(({ identity, checksum: sum }) => ({
    identity,
    name: identity,
    path: `migrations/${identity}.sql`,
    checksum: sum,
    meaning: undefined,
    how: 'applied' as const,
    appliedAt: new Date(0),
    durationMs: 1,
    commit: undefined,
    pullRequest: undefined,
    actor: undefined,
    runUrl: undefined,
  }));
  return {
    ledger: { ...NO_LEDGER, exists: true, entries },
    tool: undefined,
    relation: 'lockstep.migrations',
    toolTableMissing: false,
    others: [],
  };
}

const [one, two, three] = [listed('001'), listed('002'), listed('003')];
const place = { environment: 'production', database: 'shop', tool: 'numbered' };
const text = planText({ ...place, history: historyFingerprint(historyOf(one)), pending: [two, three] });
const approved = readPlan(text, planDigest(text), 'plan.json');

function gate(applied: readonly Listed[], pending: readonly Listed[], other: Partial<typeof place> = {}) {
  return approvalGate({ approved, ...place, ...other, history: historyOf(...applied), applied, pending });
}

describe('a plan file', () => {
  it('is the same bytes for the same plan, whatever else its migrations hold', () => {
    expect(planText({ ...place, history: approved.history, pending: [two, three] })).toBe(text);
    expect(text).not.toContain('identity');
  });

  it('is refused without the digest that was approved', () => {
    const mangled = text.replace('002', '009');
    expect(() => readPlan(mangled, planDigest(text), 'plan.json')).toThrow('is not the plan that was approved');
  });

  it.each(['', '{}', 'no json', '[]', text.replace('"version": 1', '"version": 2'), text.replace('"tool"', '"tol"')])(
    'is refused when it is none: %j',
    (broken) => {
      expect(() => readPlan(broken, planDigest(broken), 'plan.json')).toThrow('is no plan that this version');
    },
  );
});

describe('an approval', () => {
  it('holds for what was approved', () => {
    expect(gate([one], [two, three]).open).toBe(true);
  });

  it('holds for the rest of it, after a run that came half-way', () => {
    expect(gate([one, two], [three]).open).toBe(true);
    expect(gate([one, two, three], []).open).toBe(true);
  });

  it.each<[string, readonly Listed[], readonly Listed[], string]>([
    ['one more', [one], [two, three, listed('004')], '+ 004 would run, and was not approved'],
    ['one less', [one], [two], '- 003 was approved, and is not pending'],
    ['an edited one', [one], [two, listed('003', 'edited')], '~ 003 has been edited since it was approved'],
    ['another order', [one], [three, two], 'another order: approved 002, 003; now 003, 002'],
    [
      'one that ran as something else',
      [one, listed('002', 'other')],
      [three],
      '- 002 was approved, and is not pending',
    ],
    ['a history with more in it', [one, listed('000')], [two, three], 'the history of the target is another one'],
    ['a history with less in it', [], [two, three], 'the history of the target is another one'],
  ])('does not hold for %s', (_, applied, pending, told) => {
    const { open, details = [] } = gate(applied, pending);
    expect(open).toBe(false);
    expect(details.join('\n')).toContain(told);
  });

  it.each([
    [{ environment: 'staging' }, 'approved for the environment production, and this is staging'],
    [{ database: 'other' }, 'approved for the database shop, and this is other'],
    [{ tool: 'dbmate' }, 'approved for the tool numbered, and this is dbmate'],
  ])('does not hold elsewhere: %j', (other, told) => {
    const { open, details } = gate([one], [two, three], other);
    expect({ open, details }).toEqual({ open: false, details: [told] });
  });
});

describe("a history's fingerprint", () => {
  it('does not depend on the order in which it was read', () => {
    expect(historyFingerprint(historyOf(one, two))).toBe(historyFingerprint(historyOf(two, one)));
  });

  it('depends on ids and checksums', () => {
    const all = [historyOf(), historyOf(one), historyOf(listed('001', 'x')), historyOf(one, two)].map((each) =>
      historyFingerprint(each),
    );
    expect(new Set(all).size).toBe(all.length);
  });
});
