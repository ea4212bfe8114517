import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Needs, outcomeOf } from '../../../src/report/deployment/outcome.ts';
import { jobsOf, named, needsOf, read, root, templates, type WorkflowFile } from './files.ts';

/** What people copy: that GitHub will offer it, and that it has the shape that the docs promise. */

const nameOf = ({ path }: WorkflowFile): string => path.replace(/\.yml$/, '');

describe('the templates', () => {
  it.each(templates)('$path has properties that GitHub can show', (file) => {
    const properties = JSON.parse(read(`${nameOf(file)}.properties.json`)) as Record<string, unknown>;
    const keys = ['name', 'description', 'iconName', 'categories', 'filePatterns'];
    expect(Object.keys(properties).filter((key) => !keys.includes(key))).toEqual([]);
    expect(properties.name).toMatch(/^Lockstep: \S/);
    expect(String(properties.description).length).toBeGreaterThan(30);
    expect(properties.iconName).toMatch(/^octicon [a-z-]+$/);
    expect(properties.categories).toEqual(expect.arrayContaining([expect.any(String)]));
    // Regular expressions on the names of files at the root.
    const patterns = (properties.filePatterns as string[]).map((pattern) => new RegExp(pattern));
    expect(patterns.some((pattern) => pattern.test('lockstep.yml'))).toBe(true);
    expect(patterns.some((pattern) => pattern.test('README.md'))).toBe(false);
  });

  it.each(templates)('$path is explained in the README, which names no other', (file) => {
    expect(read('workflows-templates/README.md')).toContain(`](${file.path.split('/')[1]})`);
    const linked = [...read('workflows-templates/README.md').matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link);
    for (const link of linked) expect(existsSync(`${root}workflows-templates/${link}`), link).toBe(true);
  });

  it.each(templates.filter(({ text }) => text.includes('push:')))('$path leaves the branch to GitHub', ({ path }) => {
    expect(read(path)).toContain('branches: [$default-branch]');
  });
});

describe.each(['lockstep-check', 'lockstep-supabase'])('the check of %s', (name) => {
  const file = named(`workflows-templates/${name}.yml`);

  it('always runs, for pull requests and the merge queue: a required check that does not run is waited for', () => {
    expect(file.workflow.on).toHaveProperty('pull_request', null);
    expect(file.workflow.on).toHaveProperty('merge_group', null);
    expect(file.text).not.toMatch(/^\s*paths(-ignore)?:/m);
    const { if: condition, needs } = file.workflow.jobs.migrations ?? {};
    expect(condition ?? `\${{ github.event_name != 'push' }}`).toBe(`\${{ github.event_name != 'push' }}`);
    expect(needs).toBeUndefined();
  });

  it('needs no secret, so that a fork gets its verdict', () => {
    expect(JSON.stringify(file.workflow.jobs.migrations)).not.toContain('secrets.');
  });
});

const DEPLOYS = ['workflows-templates/lockstep-deploy.yml', 'workflows-templates/lockstep-supabase.yml'].map(named);
const CALLED = ['deploy', 'ghes-deploy'].map((name) => named(`.github/workflows/${name}.yml`));

describe.each(DEPLOYS)('the deploy of $path', (file) => {
  const { deploy, told } = file.workflow.jobs;

  it('lets the code follow where Lockstep says so, and nowhere else', () => {
    expect(deploy?.needs).toBe('outcome');
    expect(deploy?.if).toBe(`\${{ !cancelled() && needs.outcome.outputs.deploy_code == 'true' }}`);
  });

  it('tells how the deploy of the code ended, however it ended', () => {
    expect(needsOf(told ?? {})).toEqual(['outcome', 'deploy']);
    expect(told?.if).toMatch(/^\$\{\{ always\(\)/);
    expect(told?.steps?.at(-1)?.with).toMatchObject({ command: 'notify', code_result: `\${{ needs.deploy.result }}` });
    // Its jobs are no environments.
    expect(told?.steps?.at(-1)?.with).not.toHaveProperty('needs');
  });
});

describe.each([...DEPLOYS, ...CALLED])('the way to production in $path', (file) => {
  const { jobs } = file.workflow;
  const applying = jobsOf(file).filter(({ steps = [] }) => steps.some(({ with: given }) => given?.command === 'apply'));
  const stepOf = (id: string, command: string) =>
    jobs[id]?.steps?.find(({ with: given }) => given?.command === command)?.with ?? {};

  it('never cuts off what is being applied, and holds nothing up while it waits for an approval', () => {
    expect(applying.length).toBeGreaterThan(0);
    for (const { concurrency, place } of applying) expect(concurrency?.['cancel-in-progress'], place).toBe(false);
    expect(new Set(applying.map(({ concurrency }) => concurrency?.group)).size).toBe(applying.length);
    expect(file.workflow.concurrency).toBeUndefined();
    const others = jobsOf(file).filter(({ id }) => !applying.some((one) => one.id === id));
    expect(others.filter(({ concurrency }) => concurrency !== undefined)).toEqual([]);
  });

  it('plans with a role that reads, and gives the one that writes to the approved job alone', () => {
    expect(stepOf('plan-production', 'plan').database_url).toBe(`\${{ secrets.PRODUCTION_READER_URL }}`);
    const holding = jobsOf(file).filter((job) => JSON.stringify(job).includes('secrets.PRODUCTION_DATABASE_URL'));
    expect(holding.map(({ id }) => id)).toEqual(['production']);
    expect(holding[0]?.environment).toMatch(/production(_environment \}\})?$/);
  });

  it('binds what is applied to the plan that was approved, by a digest that comes another way than the file', () => {
    expect(stepOf('production', 'apply')).toMatchObject({
      plan: expect.stringContaining("format('{0}/approved/plan.json', runner.temp)"),
      plan_digest: `\${{ needs.plan-production.outputs.plan_digest }}`,
    });
    const paths = (['plan-production', 'production'] as const).map(
      (id) => jobs[id]?.steps?.find(({ uses }) => /-artifact@/.test(uses ?? ''))?.with ?? {},
    );
    expect(paths[0]?.path).toBe(stepOf('plan-production', 'plan').out);
    expect(paths[1]?.name).toBe(paths[0]?.name);
    expect(paths[1]?.path).toBe(`\${{ runner.temp }}/approved`);
  });

  it('asks nobody where nothing is pending, and asks after the rehearsal is on the page', () => {
    const condition = `contains(fromJSON('["planned", "unread"]'), needs.plan-production.outputs.result)`;
    expect(jobs.production?.if).toBe(`\${{ !cancelled() && ${condition} }}`);
    expect(jobs.rehearsal?.if).toBe(`\${{ ${condition} }}`);
    expect(needsOf(jobs.production ?? {})).toEqual(expect.arrayContaining(['plan-production', 'rehearsal']));
    expect(stepOf('rehearsal', 'check').base).toBe(`\${{ needs.plan-production.outputs.deployed_commit }}`);
  });

  it('tells the outcome always, of jobs that are called like environments and of no others', () => {
    expect(jobs.outcome?.if).toMatch(/^\$\{\{ always\(\)/);
    const needs = needsOf(jobs.outcome ?? {});
    expect(needs.at(-1)).toBe('production');
    expect(needs.filter((id) => !/^(plan-)?(staging|production)$/.test(id))).toEqual([]);
    expect(stepOf('outcome', 'notify')).toMatchObject({ environment: 'production', needs: `\${{ toJSON(needs) }}` });
    expect(jobs.outcome?.outputs?.deploy_code).toBe(`\${{ steps.outcome.outputs.deploy_code }}`);
  });

  it.each([
    ['production is applied', { deploy_code: 'true', result: 'success' }, 'planned', true],
    ['nobody approved', { result: 'failure' }, 'planned', false],
    ['nothing was pending', { result: 'skipped' }, 'noop', true],
    ['production was not even planned', { result: 'skipped' }, undefined, false],
  ] as const)('lets notify know by those names whether the code may follow: %s', (_, production, planned, follows) => {
    const needs = Object.fromEntries(needsOf(jobs.outcome ?? {}).map((id) => [id, jobResult(id, production, planned)]));
    const deployment = { v: 1, repository: 'acme/shop', commit: 'a'.repeat(40), stages: [] } as const;
    const outcome = outcomeOf(needs, {
      deployment: { ...deployment, stages: [] },
      environment: 'production',
      at: new Date(),
    });
    expect(outcome.deployCode).toBe(follows);
    for (const { environment } of outcome.deployment.stages) expect(['staging', 'production']).toContain(environment);
  });

  it('gives to each job what the jobs before it know', () => {
    expect(stepOf('production', 'apply').deployment).toContain('needs.plan-production.outputs.deployment');
    for (const job of ['staging', 'plan-production', 'production'].filter((id) => id in jobs))
      expect(Object.keys(jobs[job]?.outputs ?? {}), job).toEqual(
        expect.arrayContaining(['result', 'deploy_code', 'deployment']),
      );
  });
});

type JobResult = Needs[string]['result'];

/** What GitHub would say of a job in `needs`. */
function jobResult(
  id: string,
  production: { readonly result: JobResult; readonly deploy_code?: string },
  planned: 'planned' | 'noop' | undefined,
): Needs[string] {
  const { result, deploy_code } = production;
  if (id === 'production')
    return { result, outputs: deploy_code === undefined ? {} : { result: 'applied', deploy_code } };
  if (id === 'staging') return { result: 'success', outputs: { result: 'applied', deploy_code: 'true' } };
  if (planned === undefined) return { result: 'skipped', outputs: {} };
  return { result: 'success', outputs: { result: planned, deploy_code: String(planned === 'noop') } };
}

describe('staging', () => {
  it.each(['workflows-templates/lockstep-deploy.yml', '.github/workflows/deploy.yml'].map(named))(
    'comes before production in $path, which is not even planned unless the code may follow there',
    ({ workflow: { jobs } }) => {
      expect(jobs['plan-production']).toMatchObject({
        needs: 'staging',
        if: `\${{ needs.staging.outputs.deploy_code == 'true' }}`,
      });
    },
  );
});
