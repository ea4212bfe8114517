import { describe, expect, it } from 'vitest';
import { outputsOf } from '../../../src/delivery/step.ts';
import type { Report } from '../../../src/report/model.ts';
import { deploys } from '../../fixtures/deploys.ts';
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
    ['plan', 'superseded', 'false'],
    ['plan', 'refused', 'false'],
    ['apply', 'busy', 'false'],
    ['apply', 'failed', 'false'],
    ['apply', 'refused', 'false'],
    ['status', 'passed', 'false'],
    ['verify', 'passed', 'false'],
    ['baseline', 'passed', 'false'],
    ['baseline', 'noop', 'false'],
    ['resolve', 'passed', 'false'],
  ] as const)('%s that ended with %s: deploy_code is %s', (command, result, expected) => {
    expect(outputsOf({ ...passed, command, result }, undefined, undefined).deploy_code).toBe(expected);
  });

  it.each([
    ['passed', true, 'true'],
    ['passed', false, 'false'],
    ['error', true, 'false'],
  ] as const)('notify that ended with %s, whose jobs say %s: deploy_code is %s', (result, deployCode, expected) => {
    const report: Report = { ...passed, command: 'notify', result, deployCode };
    expect(outputsOf(report, undefined, undefined).deploy_code).toBe(expected);
  });

  it.each([
    [['applied', 'skipped'], 'skipped'],
    [['failed', 'skipped'], 'failed'],
    [['superseded', 'skipped'], 'superseded'],
    [['applied', 'rejected'], 'rejected'],
    [['noop', 'applied'], 'applied'],
    [['applied', 'cancelled'], 'cancelled'],
  ] as const)('notify of stages that are %j: the outcome is %s', (states, expected) => {
    const stages = states.map((state, index) => {
      const nothing = { applied: 0, pending: 0, migrations: [], at: '2026-01-01T00:00:00Z' };
      return { environment: `${index}`, state, ...nothing };
    });
    const deployment = { v: 1, repository: 'acme/shop', commit: 'a'.repeat(40), stages } as const;
    const of = (command: string) => outputsOf({ ...passed, command, deployment }, undefined, undefined).outcome;
    expect(of('notify')).toBe(expected);
    expect(of('apply')).toBe('');
  });

  it.each([noop, errored])('are all there, whatever the result', (report) => {
    expect(Object.keys(outputsOf(report, undefined, undefined))).toEqual([
      'result',
      'deploy_code',
      'findings_count',
      'blocking_count',
      'migrations',
      'applied_count',
      'pending_count',
      'plan_digest',
      'duration_ms',
      'deployed_commit',
      'outcome',
      'deployment',
      'report_path',
      'comment_url',
    ]);
  });

  it.each<[keyof typeof deploys, string, string]>([
    ['planned', '0', '3'],
    ['planNoop', '0', '0'],
    ['refusedEdited', '0', '3'],
    ['applied', '3', '0'],
    ['noop', '0', '0'],
    ['partial', '2', '2'],
    ['partialFile', '0', '1'],
    ['failed', '0', '2'],
    ['smokeFailed', '3', '0'],
    ['status', '0', '2'],
    // What is recorded was there before.
    ['baseline', '0', ''],
    ['busy', '0', ''],
    ['unreachable', '0', ''],
  ])('%s: applied %s, still pending %j', (name, applied, pending) => {
    const outputs = outputsOf(deploys[name], undefined, undefined);
    expect(outputs).toMatchObject({ applied_count: applied, pending_count: pending });
  });

  it('of a check count nothing as applied: a rehearsal is thrown away', () => {
    expect(outputsOf(passed, undefined, undefined)).toMatchObject({ applied_count: '0', pending_count: '' });
  });

  it('have the digest that an approval is bound to, and the time in whole milliseconds', () => {
    const { planned, unreachable } = deploys;
    expect(outputsOf({ ...planned, durationMs: 311.6 }, undefined, undefined)).toMatchObject({
      plan_digest: planned.plan?.digest,
      duration_ms: '312',
    });
    expect(outputsOf(unreachable, undefined, undefined).plan_digest).toBe('');
  });
});
