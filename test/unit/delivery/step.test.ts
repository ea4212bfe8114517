import { describe, expect, it } from 'vitest';
import { outputsOf } from '../../../src/delivery/step.ts';
import type { Report } from '../../../src/report/model.ts';
import { blocked, errored, noop, passed } from '../../fixtures/reports.ts';

describe('the outputs of a step', () => {
  it('of a check', () => {
    expect(outputsOf(blocked, '/tmp/report.json', 'https://github.com/acme/shop/pull/42#issuecomment-1')).toMatchObject(
      {
        result: 'blocked',
        deploy_code: 'false',
        migrations: JSON.stringify(blocked.migrations.map(({ id }) => id)),
        report_path: '/tmp/report.json',
        comment_url: 'https://github.com/acme/shop/pull/42#issuecomment-1',
      },
    );
  });

  it('count what is open, not what was released', () => {
    const [first] = blocked.findings;
    if (first === undefined) throw new Error('the fixture has no finding');
    const report: Report = {
      ...blocked,
      findings: [
        { ...first, severity: 'block' },
        { ...first, severity: 'warn' },
        { ...first, severity: 'block', suppressed: { reason: 'agreed' } },
      ],
    };
    expect(outputsOf(report, undefined, undefined)).toMatchObject({ findings_count: '2', blocking_count: '1' });
  });

  it.each([
    ['check', 'passed', 'false'],
    ['check', 'noop', 'false'],
    ['apply', 'applied', 'true'],
    ['apply', 'noop', 'true'],
    ['apply', 'superseded', 'false'],
    ['apply', 'partial', 'false'],
    ['apply', 'error', 'false'],
    ['plan', 'noop', 'true'],
    ['plan', 'planned', 'false'],
  ] as const)('%s that ended with %s: deploy_code is %s', (command, result, expected) => {
    expect(outputsOf({ ...passed, command, result }, undefined, undefined).deploy_code).toBe(expected);
  });

  it.each([noop, errored])('are all there, whatever the result', (report) => {
    expect(Object.keys(outputsOf(report, undefined, undefined))).toEqual([
      'result',
      'deploy_code',
      'findings_count',
      'blocking_count',
      'migrations',
      'report_path',
      'comment_url',
    ]);
  });
});
