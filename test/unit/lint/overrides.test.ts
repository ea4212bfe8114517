import { describe, expect, test } from 'vitest';
import { finding } from '../../../src/lint/finding.ts';
import { judgedBy, policyProblems, silentRulesOf } from '../../../src/lint/policy.ts';
import type { Finding } from '../../../src/report/model.ts';
import type { Policy, SeverityOverride } from '../../../src/settings/types.ts';
import { policy } from '../../support/change-set.ts';

function about(
  relations: readonly string[],
  rule: Parameters<typeof finding>[0] = 'unbatched-dml',
  path = 'm/001.sql',
) {
  return finding(rule, { path, message: 'Many rows.', relations });
}

function judged(settings: Policy, ...found: readonly Finding[]): string[] {
  return judgedBy(settings, found).map(({ severity }) => severity);
}

describe('lint.overrides', () => {
  const settings = (...overrides: (Partial<SeverityOverride> & { severity: SeverityOverride['severity'] })[]): Policy =>
    policy({
      lint: {
        rules: { 'unbatched-dml': 'block' },
        overrides: overrides.map((one) => ({ rules: ['unbatched-dml'], paths: undefined, tables: undefined, ...one })),
      },
    });

  test.each([
    ['a path', { paths: ['m/*.sql'] }, ['orders'], 'info'],
    ['another path', { paths: ['old/**'] }, ['orders'], 'block'],
    ['a table', { tables: ['orders'] }, ['orders'], 'info'],
    ['a table in public', { tables: ['public.orders'] }, ['orders'], 'info'],
    ['a table that is written with public', { tables: ['orders'] }, ['public.orders'], 'info'],
    ['a table of another schema', { tables: ['orders'] }, ['sales.orders'], 'block'],
    ['tables of a schema', { tables: ['sales.*'] }, ['sales.orders'], 'info'],
    ['all of its tables', { tables: ['a', 'b'] }, ['a', 'b'], 'info'],
    ['one of its tables', { tables: ['a'] }, ['a', 'b'], 'block'],
    ['no table', { tables: ['*'] }, [], 'block'],
    ['both', { paths: ['m/**'], tables: ['orders'] }, ['orders'], 'info'],
    ['one of the two', { paths: ['old/**'], tables: ['orders'] }, ['orders'], 'block'],
    ['another rule', { rules: ['ban-truncate'], tables: ['orders'] }, ['orders'], 'block'],
  ])('an entry for %s', (_, entry, relations, severity) => {
    expect(judged(settings({ ...entry, severity: 'info' }), about(relations))).toEqual([severity]);
  });

  test('the last entry that fits wins, and may switch off', () => {
    const all = settings(
      { tables: ['orders'], severity: 'off' },
      { paths: ['m/**'], severity: 'warn' },
      { tables: ['x'], severity: 'info' },
    );
    expect(judged(all, about(['orders']))).toEqual(['warn']);
    expect(judged(settings({ tables: ['orders'], severity: 'off' }), about(['orders']))).toEqual([]);
  });

  test('judging twice changes nothing', () => {
    const all = settings({ tables: ['orders'], severity: 'info' });
    expect(judgedBy(all, judgedBy(all, [about(['orders'])]))).toMatchObject([{ severity: 'info' }]);
  });

  test('a rule that always blocks is not touched, and that is told', () => {
    const overrides = [{ rules: ['transaction-control'], paths: ['**'], tables: undefined, severity: 'off' as const }];
    const all = policy({ lint: { overrides } });
    expect(judged(all, finding('transaction-control', { path: 'm/001.sql', message: 'x' }))).toEqual(['block']);
    expect(policyProblems(all)).toMatchObject([
      { rule: 'fixed-severity', message: expect.stringContaining('lint.overrides') },
    ]);
  });

  test('a rule that is asked for somewhere is not silent', () => {
    const overrides = [{ rules: ['require-rls'], paths: ['m/**'], tables: undefined, severity: 'warn' as const }];
    expect(silentRulesOf(new Set(), policy()).has('require-rls')).toBe(true);
    expect(silentRulesOf(new Set(), policy({ lint: { overrides } })).has('require-rls')).toBe(false);
    const found = (path: string) => judged(policy({ lint: { overrides } }), about(['a'], 'require-rls', path));
    expect([found('m/001.sql'), found('n/001.sql')]).toEqual([['warn'], []]);
  });
});

describe('a table that is called small', () => {
  const small = policy({ tables: { flags: { small: true }, 'staging.*': { small: true }, orders: { small: false } } });

  test.each([
    ['many rows', 'unbatched-dml', ['flags'], 'info'],
    ['all rows', 'changing-all-rows', ['public.flags'], 'info'],
    ['a rewrite', 'rewriting-table', ['staging.x', 'flags'], 'info'],
    ['a lock', 'locking-table', ['flags'], 'info'],
    ['a big one beside it', 'rewriting-table', ['flags', 'orders'], 'block'],
    ['one that is not', 'rewriting-table', ['orders'], 'block'],
    ['lost rows', 'ban-truncate', ['flags'], 'block'],
    ['broken code', 'renaming-view', ['flags'], 'block'],
  ] as const)('%s', (_, rule, relations, severity) => {
    const [found] = judgedBy(small, [about(relations, rule)]);
    expect(found?.severity).toBe(severity);
    expect(found?.message.includes('small')).toBe(severity === 'info');
    if (severity === 'info') expect(found?.impact).toBeUndefined();
  });

  test('is told once, however often it is judged', () => {
    const [found] = judgedBy(small, judgedBy(small, [about(['flags'])]));
    expect(found?.message).toBe('Many rows. (A note, since lockstep.yml calls flags small.)');
  });

  test('an entry of lint.overrides is more to the point, and off is off', () => {
    const overrides = [{ rules: ['unbatched-dml'], paths: undefined, tables: ['flags'], severity: 'block' as const }];
    const { tables } = small;
    expect(judged(policy({ tables, lint: { overrides } }), about(['flags']))).toEqual(['block']);
    expect(judged(policy({ tables, lint: { rules: { 'unbatched-dml': 'off' } } }), about(['flags']))).toEqual([]);
  });
});
