import { describe, expect, it } from 'vitest';
import type { Deployment, Stage } from '../../../../src/report/deployment/model.ts';
import { deploymentScope, keepingDeployment, withDeploymentBlock } from '../../../../src/report/markdown/deployment.ts';

const links = {
  repository: 'https://github.com/acme/shop',
  commit: 'a'.repeat(40),
  run: 'https://github.com/acme/shop/actions/runs/1',
};
const CHECKED = '<!-- lockstep {"v":1} -->\n### 1 migration: fine\n\nWhat the check said.';

function deployed(environment: string, about: Partial<Stage> = {}): Deployment {
  const stage: Stage = {
    ...{ environment, state: 'applied', at: '2026-11-27T10:00:00.000Z', applied: 1, pending: 0, migrations: ['001_a'] },
    ...about,
  };
  return { v: 1, repository: 'acme/shop', commit: 'a'.repeat(40), stages: [stage] };
}

const told = (body: string, deployment: Deployment, scope = ''): string =>
  withDeploymentBlock(body, { scope, deployment, links });

describe('a deployment in the comment of a pull request', () => {
  it('stands between the first line and what the check said, once, and keeps what it knew', () => {
    const once = told(CHECKED, deployed('staging'));
    for (const body of [once, once.replaceAll('\n', '\r\n')]) {
      const twice = told(body, deployed('production'));
      expect(twice).toMatch(/^<!-- lockstep \{"v":1\} -->\r?\n<!-- lockstep-deployment /);
      expect(twice).toMatch(/`staging`: 1 migration applied, .* UTC\n- `production`: 1 migration applied/);
      expect(twice.match(/\*\*Deployment of/g)).toHaveLength(1);
      expect(twice.match(/What the check said\./g)).toHaveLength(1);
      expect(twice.endsWith('What the check said.')).toBe(true);
    }
  });

  it('outlives a check that comes late', () => {
    const late = keepingDeployment('<!-- lockstep {"v":2} -->\n### All well', told(CHECKED, deployed('staging')));
    expect(late).toMatch(
      /^<!-- lockstep \{"v":2\} -->\n<!-- lockstep-deployment .*\n\*\*Deployment of[\s\S]*### All well$/,
    );
    expect(told(late, deployed('production'))).toMatch(/`staging`.*\n- `production`/);
    expect(keepingDeployment('new', CHECKED)).toBe('new');
  });

  it('is of one database: of another it is another comment', () => {
    expect(deploymentScope(told('', deployed('production'), 'database=orders'))).toBe('database=orders');
    expect(deploymentScope(CHECKED)).toBeUndefined();
    expect(deploymentScope('<!-- lockstep-deployment {"scope":1} -->')).toBeUndefined();
    expect(deploymentScope('<!-- lockstep-deployment nothing -->')).toBeUndefined();
  });

  it('of another commit takes the place of the one before', () => {
    const body = told(told('', deployed('staging')), { ...deployed('production'), commit: 'b'.repeat(40) });
    expect(body).not.toContain('staging');
  });

  it('does not grow when what it knew cannot be read any more', () => {
    const broken = told(CHECKED, deployed('staging')).replace('"v":1,"repository"', '"v":9,"repository"');
    const body = told(broken, deployed('production'));
    expect(body.match(/\*\*Deployment of/g)).toHaveLength(1);
    expect(body).toContain('What the check said.');
  });

  it('is not ended by a file that is called like its end', () => {
    const migration = '001_<!-- /lockstep-deployment -->';
    const once = told(
      CHECKED,
      deployed('staging', { state: 'failed', failure: { message: migration, migration, settle: true } }),
    );
    const twice = told(once, deployed('staging'));
    expect(twice).not.toContain('001_');
    expect(twice.endsWith('What the check said.')).toBe(true);
  });

  it('never makes it longer than GitHub takes', () => {
    const long = `${CHECKED}${'x'.repeat(65_000)}`;
    const body = told(long, deployed('staging'));
    expect(body.length).toBeLessThan(65_536);
    expect(body).toContain('left out for want of room');
    expect(body).toMatch(/^<!-- lockstep \{"v":1\} -->\n<!-- lockstep-deployment /);
  });
});
