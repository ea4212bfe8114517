import { describe, expect, test } from 'vitest';
import { LockstepError } from '../../../src/errors.ts';
import { enabledSquawkRules, readSquawkConfig, squawkToml } from '../../../src/lint/squawk-config.ts';
import { policy } from '../../support/change-set.ts';

function enabled(toml: string | undefined, rules: Parameters<typeof policy>[0] = {}): ReadonlySet<string> {
  return enabledSquawkRules(readSquawkConfig(toml, '.squawk.toml'), policy(rules));
}

describe('which rules run', () => {
  test.each([
    ['block by default', undefined, 'ban-drop-column', true],
    ['off by default', undefined, 'require-lock-timeout', false],
    ['excluded by the project', 'excluded_rules = ["ban-drop-column"]', 'ban-drop-column', false],
    ['included by the project', 'included_rules = ["require-table-schema"]', 'require-table-schema', true],
    ['excluded by an old name', 'excluded_rules = ["prefer-timestamptz"]', 'prefer-timestamp-tz', false],
  ])('%s', (_, toml, rule, expected) => expect(enabled(toml).has(rule)).toBe(expected));

  test('lockstep.yml has the last word', () => {
    const toml = 'excluded_rules = ["ban-drop-column"]\nincluded_rules = ["require-table-schema"]';
    const rules = enabled(toml, { lint: { rules: { 'ban-drop-column': 'warn', 'require-table-schema': 'off' } } });
    expect([rules.has('ban-drop-column'), rules.has('require-table-schema')]).toEqual([true, false]);
  });

  test('the file for our call names exactly these', () => {
    const toml = squawkToml(new Set(['require-table-schema']));
    expect(toml).toContain('included_rules = ["require-table-schema"]');
    expect(toml).toMatch(/excluded_rules = \[.*"ban-drop-column".*\]/);
    expect(toml).not.toMatch(/excluded_rules.*require-table-schema/);
  });
});

describe('a .squawk.toml that cannot be read says where', () => {
  test.each([
    ['excluded_rules = [', /\.squawk\.toml:1:\d+: /],
    ['pg_version = "15"\nexcluded rules = 1', /\.squawk\.toml:2:\d+: /],
    ['excluded_paths = "a.sql"', /excluded_paths must be a list of strings/],
    ['included_rules = [1]', /included_rules must be a list of strings/],
  ])('%j', (toml, message) => {
    expect(() => readSquawkConfig(toml, '.squawk.toml')).toThrow(message);
    expect(() => readSquawkConfig(toml, '.squawk.toml')).toThrow(LockstepError);
  });
});

test('a name that our Squawk does not know is told with its line, and stops nothing', () => {
  const { findings, excludedRules } = readSquawkConfig(
    '# ours\nexcluded_rules = [\n  "ban-drop-column",\n  "ban-drop-colunm",\n]\n',
    'db/.squawk.toml',
  );
  expect([...excludedRules]).toEqual(['ban-drop-column']);
  expect(findings).toMatchObject([
    {
      rule: 'unknown-rule',
      severity: 'info',
      path: 'db/.squawk.toml',
      line: 4,
      message: expect.stringContaining('did you mean'),
    },
  ]);
});
