import { beforeAll, describe, expect, it } from 'vitest';
import { withoutEchoes, withoutNothing, withRows } from '../../../src/judgement/echoes.ts';
import type { Rehearsed } from '../../../src/judgement/rehearsed.ts';
import { loadParser } from '../../../src/project/sql.ts';
import type { Finding } from '../../../src/report/model.ts';
import { bareFinding } from '../../support/reports/bare-finding.ts';

const fails = bareFinding({ rule: 'migration-fails', source: 'rehearsal', severity: 'block', path: 'a.sql', line: 3 });

function left(linted: Partial<Finding>, error: { sqlstate: string; statement: number }): string[] {
  const up = { status: 'failed', error: { message: '', path: 'a.sql', line: 3, ...error } };
  const seen = { findings: [fails], migrations: new Map([['a', { status: 'failed', up }]]) } as unknown as Rehearsed;
  return withoutEchoes(seen, [bareFinding({ path: 'a.sql', severity: 'block', ...linted })]).map(({ rule }) => rule);
}

describe('a failure that lint foretells', () => {
  it('is told once', () => {
    expect(left({ rule: 'enum-value-used', statement: 1 }, { sqlstate: '55P04', statement: 1 })).toEqual([]);
    expect(left({ rule: 'mixed-transaction' }, { sqlstate: '25001', statement: 4 })).toEqual([]);
  });

  it.each<[string, Partial<Finding>, string, number]>([
    ['another statement', { rule: 'enum-value-used', statement: 0 }, '55P04', 1],
    ['another error', { rule: 'enum-value-used', statement: 1 }, '42703', 1],
    ['a warning', { rule: 'enum-value-used', statement: 1, severity: 'warn' }, '55P04', 1],
    ['a suppressed one', { rule: 'enum-value-used', statement: 1, suppressed: { reason: 'x' } }, '55P04', 1],
    ['another rule', { rule: 'ban-drop-column', statement: 1 }, '55P04', 1],
  ])('is told where lint has said it of %s', (_, linted, sqlstate, statement) => {
    expect(left(linted, { sqlstate, statement })).toEqual(['migration-fails']);
  });
});

describe('a required column that no row can have', () => {
  const required = bareFinding({
    rule: 'adding-required-field',
    source: 'squawk',
    statement: 0,
    message: 'No default',
  });
  const rows = bareFinding({ rule: 'fails-on-rows', severity: 'block', statement: 0, message: 'It fails.' });

  it('is one finding, with what the rows have shown', () => {
    expect(withRows([required], [rows])).toEqual({
      linted: [{ ...required, evidence: 'confirmed', message: 'No default. It fails.' }],
      told: [],
    });
  });

  it('is told by itself where lint has not said it of the statement, or only some rows fail', () => {
    const other = { ...required, statement: 1 };
    expect(withRows([other], [rows])).toEqual({ linted: [other], told: [rows] });
    const warned = { ...rows, severity: 'warn' } as const;
    expect(withRows([required], [warned])).toEqual({ linted: [required], told: [warned] });
  });

  it.each<[string, Partial<Finding>]>([
    ['is vouched for', { severity: 'warn' }],
    ['is released', { suppressed: { reason: 'all code writes it' } }],
  ])('blocks by what the rows say where the other %s', (_, rest) => {
    const milder = { ...required, ...rest };
    expect(withRows([milder], [rows])).toEqual({ linted: [milder], told: [rows] });
  });
});

describe('a drop of what is not there', () => {
  beforeAll(loadParser);
  const path = 'a.sql';
  const idle = bareFinding({ rule: 'named-but-unchanged', path, statement: 0 });

  const left = (text: string, rest: Partial<Finding> = {}): string[] => {
    const drop = bareFinding({
      rule: 'ban-drop-table',
      source: 'squawk',
      severity: 'block',
      path,
      statement: 0,
      ...rest,
    });
    return withoutNothing([drop], [idle], [{ path, text }]).map(({ severity, evidence }) => `${severity} ${evidence}`);
  };

  it('is refuted', () => {
    expect(left('DROP TABLE IF EXISTS nothere;')).toEqual(['info refuted']);
    expect(left('ALTER TABLE orders DROP COLUMN IF EXISTS zzz;', { rule: 'ban-drop-column' })).toEqual([
      'info refuted',
    ]);
  });

  it('is not where one of several names may be there, or was', () => {
    expect(left('DROP TABLE IF EXISTS nothere, legacy;')).toEqual(['block unproven']);
    const two = 'ALTER TABLE orders DROP COLUMN IF EXISTS zzz, DROP COLUMN note, ADD COLUMN note text;';
    expect(left(two, { rule: 'ban-drop-column' })).toEqual(['block unproven']);
    expect(left('DROP TABLE IF EXISTS legacy;', { evidence: 'confirmed' })).toEqual(['block confirmed']);
  });
});
