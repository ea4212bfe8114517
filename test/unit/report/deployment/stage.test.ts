import { describe, expect, it } from 'vitest';
import { deploymentSchema } from '../../../../src/report/deployment/model.ts';
import { stageOf } from '../../../../src/report/deployment/stage.ts';
import type { Report } from '../../../../src/report/model.ts';
import { deploys } from '../../../fixtures/deploys.ts';
import { everything } from '../../../support/reports/everything.ts';

const about = {
  environment: 'production',
  at: new Date('2026-11-27T12:00:00Z'),
  url: 'https://github.com/acme/shop/actions/runs/1',
};

const of = (report: Report) => stageOf(report, about);

describe('what a run was for its environment', () => {
  it.each(Object.entries(deploys))('%s can be handed on', (_, report) => {
    const stages = [of(report)];
    const deployment = { v: 1, repository: 'acme/shop', commit: 'a'.repeat(40), stages };
    expect(deploymentSchema.parse(deployment).stages).toEqual(stages);
    expect(JSON.stringify(stages)).not.toMatch(/postgres:\/\/|CREATE TABLE/);
  });

  it('says what was applied, and what is left', () => {
    expect(of(deploys.applied)).toMatchObject({
      state: 'applied',
      pending: 0,
      applied: deploys.applied.migrations.length,
    });
    expect(of(deploys.planned)).toMatchObject({ state: 'planned', applied: 0, digest: deploys.planned.plan?.digest });
    expect(of(deploys.noop)).toMatchObject({ state: 'noop', applied: 0, pending: 0 });
  });

  it('says where it stopped, why, and who was in the way', () => {
    const { failure, ...stage } = of(deploys.partial);
    expect(stage).toMatchObject({ state: 'partial', applied: 2 });
    expect(failure).toMatchObject({
      sqlstate: '55P03',
      migration: '015_drop_full_name',
      blocker: expect.stringContaining('(pid '),
    });
  });

  it('says which gate is closed', () => {
    expect(of(deploys.planRefused)).toMatchObject({
      state: 'refused',
      failure: { message: deploys.planRefused.plan?.gates.find(({ open }) => !open)?.message },
    });
  });

  it('says that it was cancelled, whatever it had come to', () => {
    const error = { code: 'cancelled', message: 'The run was cancelled.' };
    expect(of({ ...deploys.failed, error }).state).toBe('cancelled');
  });

  it('of a report with everything, and of one whose texts have no end, stays within its limits', () => {
    const long = 'x'.repeat(100_000);
    const endless = everything.migrations.map((one) => ({ ...one, id: long, path: long, status: 'failed' as const }));
    const report = { ...everything, command: 'apply', migrations: Array.from({ length: 50 }, () => endless).flat() };
    const stages = [
      of(report),
      of({ ...everything, command: 'apply', error: { code: 'x', message: long }, migrations: [] }),
    ];
    const deployment = { v: 1, repository: 'acme/shop', commit: 'a'.repeat(40), stages };
    expect(deploymentSchema.safeParse(deployment).error).toBeUndefined();
  });
});
