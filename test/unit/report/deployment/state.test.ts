import { describe, expect, it } from 'vitest';
import type { Deployment, Stage } from '../../../../src/report/deployment/model.ts';
import { merged, readDeployment, withStage, writeDeployment } from '../../../../src/report/deployment/state.ts';

const none: Deployment = { v: 1, repository: 'acme/shop', commit: 'a'.repeat(40), stages: [] };

function stage(environment: string, state: Stage['state'], minute: number): Stage {
  const at = `2026-11-27T10:${String(minute).padStart(2, '0')}:00.000Z`;
  return { environment, state, at, applied: 0, pending: 0, migrations: [] };
}

describe('what several jobs know', () => {
  it('is read as it was written', () => {
    const deployment = withStage({ ...none, title: 'Käse\n"x"' }, stage('staging', 'applied', 1));
    expect(writeDeployment(deployment)).not.toContain('\n');
    expect(readDeployment(writeDeployment(deployment))).toEqual(deployment);
  });

  it.each([
    '',
    '{}',
    'null',
    '{"v":1}',
    JSON.stringify({ ...none, v: 2 }),
    JSON.stringify({ ...none, more: 1 }),
    '[',
    '"x"',
  ])('%j is none', (json) => {
    expect(readDeployment(json)).toBeUndefined();
  });

  it('keeps a stage for each environment, and of one the latest', () => {
    const first = withStage(withStage(none, stage('staging', 'applied', 1)), stage('production', 'planned', 2));
    const second = withStage(none, stage('Production', 'applied', 3));
    for (const sum of [merged(first, second), merged(second, first), merged(none, second, first)]) {
      expect(sum.stages.map(({ state }) => state).sort()).toEqual(['applied', 'applied']);
      expect(sum.stages).toHaveLength(2);
    }
  });

  it('forgets what became of the code when the database is deployed to again', () => {
    const first = {
      ...withStage(none, stage('production', 'applied', 1)),
      code: { state: 'deployed' as const, at: '2026-11-27T10:02:00.000Z' },
    };
    expect(merged(first, withStage(none, stage('production', 'failed', 5))).code).toBeUndefined();
    expect(merged(first, withStage(none, stage('production', 'applied', 1))).code?.state).toBe('deployed');
  });

  it('keeps what only one of them knows', () => {
    const sum = merged(
      none,
      { ...none, pullRequest: 42, slack: { channel: 'C1', ts: '1.2' } },
      { ...none, author: 'Ada' },
    );
    expect(sum).toMatchObject({ pullRequest: 42, author: 'Ada', slack: { channel: 'C1', ts: '1.2' } });
  });
});
