import { beforeAll, describe, expect, test } from 'vitest';
import type { OwnRule } from '../../../src/lint/catalogue.ts';
import { finding, placeOf } from '../../../src/lint/finding.ts';
import { applySuppressions, parseSuppression } from '../../../src/lint/suppress.ts';
import { loadParser, parseSql } from '../../../src/project/sql.ts';
import type { Finding } from '../../../src/report/model.ts';

beforeAll(loadParser);

const PATH = 'migrations/001_a.sql';

/** A finding of Squawk's on each statement that drops a table, one of ours on each that empties one. */
function findingsIn(text: string): Finding[] {
  return (parseSql(text).statements ?? []).flatMap((statement) => {
    const place = { ...placeOf(PATH, statement), message: 'x' };
    if (statement.kind === 'DropStmt') return [finding('ban-drop-table' as OwnRule, place)];
    return statement.kind === 'TruncateStmt' ? [finding('version-gap', place)] : [];
  });
}

function applied(text: string, findings = findingsIn(text)): string[] {
  const scripts = [{ path: PATH, text }];
  return applySuppressions(findings, scripts).map(
    ({ line, rule, suppressed }) => `${line} ${rule}${suppressed ? `: ${suppressed.reason}` : ''}`,
  );
}

describe('what a comment says', () => {
  test.each([
    [' lockstep-ignore a -- why', { wholeFile: false, rules: ['a'], reason: 'why' }],
    [' lockstep-ignore a, b-c -- why not', { wholeFile: false, rules: ['a', 'b-c'], reason: 'why not' }],
    [' squawk-ignore a,b', { wholeFile: false, rules: ['a', 'b'], reason: '' }],
    [' squawk-ignore-file a -- why', { wholeFile: true, rules: ['a'], reason: 'why' }],
    [' lockstep-ignore: a -- why', { wholeFile: false, rules: ['a'], reason: 'why' }],
    [' lockstep-ignore a — why', { wholeFile: false, rules: ['a'], reason: 'why' }],
    [' lockstep-ignore a -- one\n * two ', { wholeFile: false, rules: ['a'], reason: 'one * two' }],
    [' lockstep-ignore', { wholeFile: false, rules: [], reason: '' }],
    [' lockstep-ignore -- why', { wholeFile: false, rules: [], reason: 'why' }],
  ])('%j', (text, expected) => expect(parseSuppression({ text })).toEqual(expected));

  test.each([' lockstep-ignored a', ' see lockstep-ignore a', ' -- lockstep-ignore a', ' lockstep: phase=expand', ''])(
    '%j is about something else',
    (text) => expect(parseSuppression({ text })).toBeUndefined(),
  );
});

describe('which statement a comment is about', () => {
  test.each([
    ['-- lockstep-ignore ban-drop-table -- why\nDROP TABLE a;', ['2 ban-drop-table: why']],
    ['-- squawk-ignore ban-drop-table -- why\nDROP TABLE a;', ['2 ban-drop-table: why']],
    ['-- lockstep-ignore ban-drop-table -- why\n-- and more\n-- of it\nDROP TABLE a;', ['4 ban-drop-table: why']],
    ['/* lockstep-ignore ban-drop-table -- why\n   indeed */\nDROP TABLE a;', ['3 ban-drop-table: why indeed']],
    ['/* lockstep-ignore ban-drop-table -- why */ DROP TABLE a;', ['1 ban-drop-table: why']],
    ['DROP TABLE a; -- lockstep-ignore ban-drop-table -- why', ['1 ban-drop-table: why']],
    ['DROP TABLE\n  a,\n  b; -- lockstep-ignore ban-drop-table -- why', ['1 ban-drop-table: why']],
    ['SELECT 1;\r\n-- lockstep-ignore ban-drop-table -- why\r\nDROP TABLE a;\r\n', ['3 ban-drop-table: why']],
    [
      '-- lockstep-ignore ban-drop-table -- why\nDROP TABLE a;\nDROP TABLE b;',
      ['2 ban-drop-table: why', '3 ban-drop-table'],
    ],
    [
      '-- lockstep-ignore-file ban-drop-table -- why\n\nDROP TABLE a;\nDROP TABLE b;',
      ['3 ban-drop-table: why', '4 ban-drop-table: why'],
    ],
    [
      'DROP TABLE a; DROP TABLE b; -- lockstep-ignore ban-drop-table -- why',
      ['1 ban-drop-table: why', '1 ban-drop-table: why'],
    ],
    // A comment that has lost its statement must not find another one.
    ['-- lockstep-ignore ban-drop-table -- why\n\nDROP TABLE a;', ['3 ban-drop-table', '1 unused-suppression']],
    ["SELECT '-- lockstep-ignore ban-drop-table -- why';\nDROP TABLE a;", ['2 ban-drop-table']],
  ])('%j', (text, expected) => expect(applied(text)).toEqual(expected));

  test('a finding inside a long statement belongs to the comment above it', () => {
    const text = '-- lockstep-ignore version-gap -- why\nCREATE TABLE t (\n  a int,\n  b int\n);\n';
    expect(applied(text, [finding('version-gap', { path: PATH, line: 4, message: 'x' })])).toEqual([
      '4 version-gap: why',
    ]);
  });

  test('a comment in another file does not count', () => {
    const found = findingsIn('DROP TABLE a;');
    const scripts = [{ path: 'migrations/002_b.sql', text: '-- lockstep-ignore-file ban-drop-table -- why\n' }];
    expect(applySuppressions(found, scripts)[0]?.suppressed).toBeUndefined();
  });
});

describe('a suppression', () => {
  test('of a rule that blocks needs a reason', () => {
    expect(applied('-- lockstep-ignore ban-drop-table\nDROP TABLE a;')).toEqual([
      '2 ban-drop-table',
      '1 suppression-without-reason',
    ]);
  });

  test('of a milder one does not', () => {
    expect(applied('-- lockstep-ignore version-gap\nTRUNCATE a;')).toEqual(['2 version-gap: no reason given']);
  });

  test('of a rule that protects databases does not count', () => {
    const found = [finding('transaction-control', { path: PATH, line: 2, message: 'x' })];
    expect(applied('-- lockstep-ignore transaction-control -- why\nCOMMIT;', found)).toEqual([
      '2 transaction-control',
      '1 unused-suppression',
    ]);
  });

  test.each([
    [
      '-- lockstep-ignore ban-drop-tabel -- why\nSELECT 1;',
      'warn',
      "There is no rule 'ban-drop-tabel'; did you mean 'ban-drop-table'?",
    ],
    ['-- squawk-ignore\nSELECT 1;', 'warn', 'This comment names no rule, so it suppresses nothing.'],
    ['-- lockstep-ignore: -- why\nSELECT 1;', 'warn', 'This comment names no rule, so it suppresses nothing.'],
    ['-- lockstep-ignore transaction-control -- why\nSELECT 1;', 'warn', /cannot be suppressed/],
    ['-- lockstep-ignore tests-fail -- why\nSELECT 1;', 'warn', /tests-fail cannot be suppressed/],
    ['-- lockstep-ingore version-gap -- why\nSELECT 1;', 'warn', /did you mean 'lockstep-ignore'/],
    ['/* Lockstep_Ignore version-gap */\nSELECT 1;', 'warn', /did you mean 'lockstep-ignore'/],
    ['-- squawk-ignore-flie version-gap\nSELECT 1;', 'warn', /did you mean 'squawk-ignore-file'/],
    ['-- lockstep-ignore version-gap -- why\nSELECT 1;', 'info', 'version-gap: there is no such finding here.'],
  ])('that hits nothing is told: %j', (text, severity, message) => {
    const context = { otherRules: ['tests-fail'], mandatoryRules: new Set(['tests-fail']) };
    expect(applySuppressions([], [{ path: PATH, text }], context)).toMatchObject([
      {
        rule: 'unused-suppression',
        severity,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      },
    ]);
  });

  test.each([
    '-- left-join only\n-- pg-dump of 2024\n-- eslint-ignore x\nSELECT 1;',
    "SELECT '-- lockstep-ingore a';",
    '-- lockstep ignores this\nSELECT 1;',
  ])('is not taken for what it only resembles: %j', (text) => {
    expect(applySuppressions([], [{ path: PATH, text }])).toEqual([]);
  });

  test('of a rule of later stages that tells of failure does not count', () => {
    const found = [{ ...finding('version-gap', { path: PATH, line: 2, message: 'x' }), rule: 'migration-fails' }];
    const context = { otherRules: ['migration-fails'], mandatoryRules: new Set(['migration-fails']) };
    const text = '-- lockstep-ignore migration-fails -- why\nSELECT 1;';
    expect(applySuppressions(found, [{ path: PATH, text }], context)[0]?.suppressed).toBeUndefined();
  });

  test('of two rules that are one finding is used when one of them hits', () => {
    expect(applied('-- squawk-ignore ban-drop-table, constraint-missing-not-valid -- why\nDROP TABLE a;')).toEqual([
      '2 ban-drop-table: why',
    ]);
  });

  test('of a rule that is off, or of a later stage, is not called idle', () => {
    const scripts = [{ path: PATH, text: '-- lockstep-ignore prefer-robust-stmts, down-missing\nSELECT 1;' }];
    const silentRules = new Set(['prefer-robust-stmts', 'down-missing']);
    expect(applySuppressions([], scripts, { otherRules: ['down-missing'], silentRules })).toEqual([]);
  });
});

test('later stages may add findings and ask again', () => {
  const text =
    '-- lockstep-ignore ban-drop-table, down-fails -- why\nDROP TABLE a;\n-- lockstep-ignore down-fails -- why\nSELECT 1;';
  const scripts = [{ path: PATH, text }];
  const context = { otherRules: ['down-fails'] };
  const once = applySuppressions(findingsIn(text), scripts, context);
  expect(once.map(({ rule }) => rule)).toEqual(['ban-drop-table', 'unused-suppression']);
  const later: Finding = {
    ...finding('version-gap', { path: PATH, line: 4, message: 'x' }),
    rule: 'down-fails',
    severity: 'block',
  };
  const twice = applySuppressions([...once, later], scripts, context);
  expect(twice.map(({ rule, suppressed }) => `${rule} ${suppressed?.reason}`)).toEqual([
    'ban-drop-table why',
    'down-fails why',
  ]);
});
