import { beforeAll, describe, expect, test } from 'vitest';
import { squawkAddress } from '../../../src/lint/catalogue.ts';
import { locate } from '../../../src/lint/squawk-findings.ts';
import type { ReadScript } from '../../../src/lint/types.ts';
import { loadParser, parseSql } from '../../../src/project/sql.ts';
import { ruleAddress } from '../../../src/repository.ts';
import { migration } from '../../support/change-set.ts';

beforeAll(loadParser);

function docsOf(rule: string): string | undefined {
  const one = migration('migrations/001_m.sql', 'DROP TABLE t;');
  const statements = parseSql(one.up.text).statements ?? [];
  const read: ReadScript = {
    migration: one,
    half: 'up',
    script: one.up,
    full: true,
    statements,
    commands: [],
    execution: 'transaction',
  };
  const place = { line: 0, column: 0, line_end: 0, column_end: 12 };
  return locate(read, [{ ...place, message: 'm', help: null, rule_name: rule }])?.[0]?.finding.docsUrl;
}

describe('a finding links to', () => {
  test('our page about the rule, which tells what it is worth here', () => {
    expect(docsOf('ban-drop-table')).toBe(ruleAddress('ban-drop-table'));
  });

  test("Squawk's own page, where a newer Squawk has a rule that we do not know", () => {
    expect(docsOf('ban-new-things')).toBe('https://squawkhq.com/docs/ban-new-things');
  });
});

test("Squawk's page about a rule has the rule's name, or its old one", () => {
  expect(squawkAddress('ban-drop-table')).toMatch(/\/ban-drop-table$/);
  expect(squawkAddress('prefer-timestamp-tz')).toMatch(/\/prefer-timestamptz$/);
});
