import { describe, expect, it, test } from 'vitest';
import { type RiskFacts, risk } from '../../../src/judgement/risk.ts';

const CALM: RiskFacts = { findings: [], statements: [], transaction: 'single', lost: [], declared: undefined };
const exclusive = (relation: string) => ({ relation, mode: 'ACCESS EXCLUSIVE', blocks: ['reads', 'writes'] });
const share = (relation: string) => ({ relation, mode: 'SHARE', blocks: ['writes'] });
const weak = (relation: string) => ({ relation, mode: 'SHARE UPDATE EXCLUSIVE', blocks: [] });

interface Case {
  readonly name: string;
  readonly facts: Partial<RiskFacts>;
  readonly level: string;
  readonly reasons: readonly string[];
}

const cases: readonly Case[] = [
  { name: 'nothing to say', facts: {}, level: 'low', reasons: [] },
  { name: 'notes', facts: { findings: [{ rule: 'down-missing', severity: 'info' }] }, level: 'low', reasons: [] },
  {
    name: 'a lock alone, however strong',
    facts: { statements: [{ locks: [exclusive('public.a'), exclusive('public.b')] }] },
    level: 'low',
    reasons: [],
  },
  {
    name: 'an open finding that blocks, told once for each rule',
    facts: {
      findings: [
        { rule: 'migration-fails', severity: 'block' },
        { rule: 'migration-fails', severity: 'block' },
        { rule: 'looser-timeout', severity: 'block' },
      ],
    },
    level: 'high',
    reasons: ['blocked by migration-fails and looser-timeout'],
  },
  {
    name: 'a released one',
    facts: { findings: [{ rule: 'looser-timeout', severity: 'block', suppressed: { reason: 'meant' } }] },
    level: 'low',
    reasons: [],
  },
  {
    name: 'a released drop still breaks the code that uses it',
    facts: { findings: [{ rule: 'ban-drop-column', severity: 'block', suppressed: { reason: 'unused' } }] },
    level: 'medium',
    reasons: ['takes away what code may still use'],
  },
  {
    name: 'a required column, which takes nothing away',
    facts: { findings: [{ rule: 'adding-required-field', severity: 'block' }] },
    level: 'high',
    reasons: ['blocked by adding-required-field', "running code's INSERTs fail"],
  },
  {
    name: 'a required column that the rehearsal refuted',
    facts: { findings: [{ rule: 'adding-required-field', severity: 'info' }] },
    level: 'low',
    reasons: [],
  },
  {
    name: 'a drop in phase contract',
    facts: { findings: [{ rule: 'breaks-running-code', severity: 'info' }] },
    level: 'medium',
    reasons: ['takes away what code may still use'],
  },
  {
    name: 'a rename that the rehearsal refuted',
    facts: { findings: [{ rule: 'renaming-table', severity: 'info' }] },
    level: 'low',
    reasons: [],
  },
  {
    name: 'a warning',
    facts: { findings: [{ rule: 'granted-to-public', severity: 'warn' }] },
    level: 'medium',
    reasons: ['warnings: granted-to-public'],
  },
  { name: 'no transaction', facts: { transaction: 'none' }, level: 'medium', reasons: ['runs outside a transaction'] },
  {
    name: 'data that is lost',
    facts: { lost: ['rows of table public.a', 'values of column public.b.c'] },
    level: 'high',
    reasons: ['loses rows of table public.a and values of column public.b.c for good'],
  },
  {
    name: 'a rewrite under a lock',
    facts: { statements: [{ locks: [exclusive('public.a')], rewrites: ['public.a'], scans: ['public.a'] }] },
    level: 'high',
    reasons: ['rewrites public.a while reads and writes wait'],
  },
  {
    name: 'a rewrite that nobody looked at the locks of',
    facts: { statements: [{ rewrites: ['public.a'] }] },
    level: 'high',
    reasons: ['rewrites public.a while reads and writes wait'],
  },
  {
    name: 'a scan while writes wait',
    facts: { statements: [{ locks: [share('public.a')], scans: ['public.a'] }] },
    level: 'high',
    reasons: ['reads all of public.a while writes wait'],
  },
  {
    name: 'a scan that nobody waits for',
    facts: { statements: [{ locks: [weak('public.a')], scans: ['public.a'] }] },
    level: 'low',
    reasons: [],
  },
  {
    name: 'a scan under the lock of an earlier statement',
    facts: { statements: [{ locks: [exclusive('public.a')] }, { locks: [weak('public.a')], scans: ['public.a'] }] },
    level: 'high',
    reasons: ['reads all of public.a while reads and writes wait'],
  },
  {
    name: 'the same without a transaction: the lock is gone',
    facts: {
      transaction: 'none',
      statements: [{ locks: [exclusive('public.a')] }, { locks: [weak('public.a')], scans: ['public.a'] }],
    },
    level: 'medium',
    reasons: ['runs outside a transaction'],
  },
  {
    name: 'a table that the migration has made',
    facts: { statements: [{ creates: ['public.a'] }, { locks: [exclusive('public.a')], rewrites: ['public.a'] }] },
    level: 'low',
    reasons: [],
  },
];

describe('risk', () => {
  test.each(cases)('$name: $level', ({ facts, level, reasons }) => {
    expect(risk({ ...CALM, ...facts })).toEqual({ level, reasons });
  });

  it("tells the author's word beside its own, which it cannot lower", () => {
    const declared = { level: 'low', reason: 'an empty table' } as const;
    const facts = { ...CALM, lost: ['rows of table public.a'], declared };
    expect(risk(facts)).toEqual({
      level: 'high',
      reasons: ['loses rows of table public.a for good', 'declared low: an empty table'],
    });
  });

  it('is raised by an author who knows more', () => {
    const declared = { level: 'high', reason: 'billing reads it at midnight' } as const;
    expect(risk({ ...CALM, declared })).toEqual({
      level: 'high',
      reasons: ['declared high: billing reads it at midnight'],
    });
  });
});
