import { describe, expect, it } from 'vitest';
import { joinWithLint } from '../../../src/judgement/joined.ts';
import type { SchemaFinding } from '../../../src/judgement/schema-findings.ts';
import type { Finding } from '../../../src/report/model.ts';
import { bareFinding } from '../../support/reports/bare-finding.ts';

const squawk = (rule: string, statement: number, rest: Partial<Finding> = {}): Finding =>
  bareFinding({ rule, source: 'squawk', severity: 'block', statement, message: "Squawk's words", ...rest });

const seen = (message: string, statement: number, rest: Partial<SchemaFinding> = {}): SchemaFinding => ({
  id: message,
  finding: bareFinding({
    rule: 'breaks-running-code',
    source: 'rehearsal',
    statement,
    message,
    evidence: 'trace-only',
  }),
  ...rest,
});

const milder = (one: SchemaFinding): SchemaFinding => ({ ...one, finding: { ...one.finding, severity: 'warn' } });
const join = (linted: readonly Finding[], facts: readonly SchemaFinding[], silent: readonly string[] = []) =>
  joinWithLint(linted, facts, (rule) => silent.includes(rule));

describe("a fact that Squawk's text rules tell as well", () => {
  it('stays under their name, confirmed and with what was seen', () => {
    const { linted, own } = join(
      [squawk('ban-drop-column', 0, { suppressed: { reason: 'unused' } })],
      [seen('a is dropped.', 0, { squawk: 'ban-drop-column' })],
    );
    expect(linted).toEqual([
      squawk('ban-drop-column', 0, {
        suppressed: { reason: 'unused' },
        evidence: 'confirmed',
        message: 'a is dropped.',
      }),
    ]);
    expect(own).toEqual([]);
  });

  it('is told of each of several at its own place, or of all at the first', () => {
    const facts = ['a', 'b'].map((name) => seen(name, 0, { squawk: 'ban-drop-column' }));
    const messages = (count: number): string[] =>
      join(
        Array.from({ length: count }, () => squawk('ban-drop-column', 0)),
        facts,
      ).linted.map(({ message }) => message);
    expect(messages(2)).toEqual(['a', 'b']);
    expect(messages(1)).toEqual(['a b']);
    expect(messages(3)).toEqual(['a b', "Squawk's words", "Squawk's words"]);
  });

  it('stays under our own name for it as well', () => {
    const renamed = bareFinding({ rule: 'renaming-view', source: 'lockstep', severity: 'block', statement: 0 });
    const { linted, own } = join([renamed], [seen('a is renamed.', 0), seen('b is dropped.', 1)]);
    expect(linted).toEqual([{ ...renamed, evidence: 'confirmed', message: 'a is renamed.' }]);
    expect(own.map(({ message }) => message)).toEqual(['b is dropped.']);
  });

  it('is told by itself where our own rule for it is released there', () => {
    const lost = { ...seen('An index has gone.', 0) };
    const slow = { ...lost, finding: { ...lost.finding, rule: 'slows-queries' } };
    const said = squawk('require-concurrent-index-deletion', 0);
    expect(join([said], [slow]).own).toEqual([]);
    expect(join([{ ...said, suppressed: { reason: 'short' } }], [slow]).own).toHaveLength(1);
  });

  it('is milder where the author vouches for it', () => {
    const { linted } = join(
      [squawk('ban-drop-column', 0)],
      [seen('a', 0, { squawk: 'ban-drop-column', vouched: true })],
    );
    expect(linted[0]).toMatchObject({ severity: 'warn', message: 'a' });
  });

  it('is refuted where the schemas show that nothing breaks, and blocks nobody', () => {
    const impact = { blocks: 'writes', relations: ['a'] } as const;
    const { linted, own } = join(
      [squawk('renaming-table', 0, { impact: { ...impact, relations: ['a'] } })],
      [seen('', 0, { squawk: 'renaming-table', refuted: 'The name stays.' })],
    );
    expect(linted[0]).toMatchObject({ severity: 'info', evidence: 'refuted', message: 'The name stays.' });
    expect(linted[0]).not.toHaveProperty('impact');
    expect(own).toEqual([]);
  });

  it('is told by our own rule where Squawk says nothing: of another statement, or in a file that it did not read', () => {
    const { linted, own } = join(
      [squawk('ban-drop-column', 1), squawk('prefer-text-field', 0)],
      [seen('a', 0, { squawk: 'ban-drop-column' })],
    );
    expect(linted.map(({ evidence }) => evidence)).toEqual(['unproven', 'unproven']);
    expect(own.map(({ rule, message }) => [rule, message])).toEqual([['breaks-running-code', 'a']]);
  });

  it('is not told under another name where the project has switched the rule off', () => {
    expect(join([], [seen('a', 0, { squawk: 'ban-drop-column' })], ['ban-drop-column']).own).toEqual([]);
  });
});

describe('facts of our own', () => {
  it('are one finding for each statement, rule and severity', () => {
    const { own } = join([], [seen('a.', 0), seen('b.', 0), seen('b.', 0), milder(seen('c.', 0)), seen('d.', 1)]);
    expect(own.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      'block a. b.',
      'warn c.',
      'block d.',
    ]);
  });

  it('about SELECT * are one for each migration', () => {
    const { own } = join(
      [],
      [
        seen('x', 0, { listed: { as: 'star', item: 'public.b' } }),
        seen('y', 2, { listed: { as: 'star', item: 'public.a' } }),
      ],
    );
    expect(own).toHaveLength(1);
    expect(own[0]?.message).toBe(
      'Statements prepared as `SELECT *` on public.a and public.b fail with 0A000 until their connection is made anew.',
    );
  });

  it("that are refuted are nobody's news", () => {
    expect(join([], [seen('', 0, { squawk: 'renaming-table', refuted: 'no' })]).own).toEqual([]);
  });
});
