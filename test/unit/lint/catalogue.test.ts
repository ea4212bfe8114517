import { beforeAll, describe, expect, test } from 'vitest';
import { ruleNames, rules, settingOf } from '../../../src/lint/catalogue.ts';
import { packageName } from '../../../src/lint/find-squawk.ts';
import { finding } from '../../../src/lint/finding.ts';
import { judgedBy, policyProblems } from '../../../src/lint/policy.ts';
import { timeoutMs } from '../../../src/lint/timeout.ts';
import { loadParser, parseSql } from '../../../src/project/sql.ts';
import { helpParts, languageOf } from '../../../src/report/advice.ts';
import { policy } from '../../support/change-set.ts';

test.each(rules.map((rule) => [rule.name, rule] as const))('%s is documented', (name, { title, why, help }) => {
  expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  expect(title).toMatch(/^[A-Z].*[^.]$/);
  expect(why).toMatch(/[.]$/);
  // Surfaces show the first line as prose and the others as an example.
  const [prose = '', ...example] = help.split('\n');
  expect(prose).toMatch(example.length > 0 ? /^[A-Z].*:$/ : /^[A-Z].*[.)]$/);
});

describe('what a rule advises in SQL can be run', () => {
  beforeAll(loadParser);

  test.each(
    rules.flatMap(({ name, help }) => {
      const { example } = helpParts(help);
      return example !== '' && languageOf(example) === 'sql' ? [[name, example] as const] : [];
    }),
  )('%s', (name, example) => {
    // A part of a CREATE TABLE; and what the parser's version does not know yet.
    if (name !== 'prefer-identity' && name !== 'prefer-repack') expect(parseSql(example).problem).toBeUndefined();
  });
});

test('what makes running code wait is worth more than a note, and harmless on a new table', () => {
  const blocking = rules.filter(({ blocks }) => blocks !== undefined);
  expect(blocking.length).toBeGreaterThan(5);
  for (const { severity, existingTablesOnly } of blocking) {
    expect(['block', 'warn']).toContain(severity);
    expect(existingTablesOnly).toBe(true);
  }
});

test('names are unique', () => expect(new Set(ruleNames).size).toBe(ruleNames.length));

test('rules that protect databases block', () => {
  for (const rule of rules.filter(({ mandatory }) => mandatory)) {
    expect(rule.severity).toBe('block');
    expect(settingOf(rule, { [rule.name]: 'off' })).toBe('block');
  }
});

describe('lint.rules in lockstep.yml', () => {
  const judged = (settings: Parameters<typeof policy>[0]) =>
    judgedBy(policy(settings), [
      finding('empty-migration', { path: 'a.sql', message: 'x' }),
      finding('transaction-control', { path: 'a.sql', message: 'x' }),
    ]).map(({ rule, severity }) => `${severity} ${rule}`);

  test('raises, lowers and switches off', () => {
    expect(judged({ lint: { rules: { 'empty-migration': 'block' } } })).toEqual([
      'block empty-migration',
      'block transaction-control',
    ]);
    expect(judged({ lint: { rules: { 'empty-migration': 'off' } } })).toEqual(['block transaction-control']);
  });

  test('cannot touch what protects databases, and says so', () => {
    const settings = { lint: { rules: { 'transaction-control': 'off' } } } as const;
    expect(judged(settings)).toContain('block transaction-control');
    expect(policyProblems(policy(settings))).toMatchObject([
      { rule: 'fixed-severity', source: 'policy', severity: 'warn' },
    ]);
  });

  test('cannot touch the rules of later stages that tell of failure either', () => {
    const settings = { lint: { rules: { 'tests-fail': 'off', 'down-fails': 'off' } } } as const;
    const found = ['tests-fail', 'down-fails'].map((rule) => ({
      ...finding('empty-migration', { path: 'a.sql', message: 'x', severity: 'block' }),
      rule,
    }));
    const mandatory = new Set(['tests-fail']);
    expect(judgedBy(policy(settings), found, mandatory)).toMatchObject([{ rule: 'tests-fail', severity: 'block' }]);
    expect(policyProblems(policy(settings), mandatory)).toMatchObject([
      { rule: 'fixed-severity', message: expect.stringContaining('tests-fail') },
    ]);
  });
});

test.each([
  ['0', 0],
  ['5s', 5000],
  ['250', 250],
  ['1.5 min', 90_000],
  ['1h', 3_600_000],
  ['1e3ms', 1000],
  // What Postgres makes of these was seen with `postgres -C lock_timeout`.
  ['500us', 0],
  ['0.5', 0],
  ['0.001h', 0],
  ['0.0001d', 0],
  ['0x0', 0],
  ['0x10s', 16_000],
  ['0xFFFFFFF', 268_435_455],
  ['0x1.8', 2],
  ['010', 8],
  ['010.5', 10],
  ['-0', 0],
  ['2.5', 2],
  ['0.0015s', 2],
  ['09', undefined],
  ['0x', undefined],
  ['inf', undefined],
  ['5 S', undefined],
  ['soon', undefined],
  ['', undefined],
])('a timeout of %j is %s ms', (written, ms) => expect(timeoutMs(written)).toBe(ms));

describe("Squawk's package", () => {
  test.each([
    ['linux', 'x64', '@squawk-cli/linux-x64'],
    ['darwin', 'arm64', '@squawk-cli/darwin-arm64'],
  ])('for %s on %s is %s', (platform, arch, expected) => expect(packageName(platform, arch, false)).toBe(expected));

  test.each([
    ['linux', 'x64', true],
    ['linux', 's390x', false],
    ['freebsd', 'x64', false],
  ])('for %s on %s (musl: %s) does not exist, and what to do is told', (platform, arch, musl) => {
    expect(() => packageName(platform, arch, musl)).toThrow(
      expect.objectContaining({ code: 'squawk-unavailable', hint: expect.stringContaining('LOCKSTEP_SQUAWK') }),
    );
  });
});
