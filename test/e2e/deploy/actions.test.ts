import { describe, expect, it } from 'vitest';
import { pushEvent } from '../../support/actions/events.ts';
import { ownAction } from '../../support/actions/own-action.ts';
import { type ActionResult, type ActionRun, runAction } from '../../support/actions/run-action.ts';
import { change, lockstep, project, readReport, type Target, targets } from '../../support/deploy.ts';
import type { GitRepo } from '../../support/git-repo.ts';
import { gitServer } from '../../support/git-server.ts';

/** A deploy as a job of GitHub Actions: its outputs decide whether the code follows. */

const target = targets();

const a = { '001_a.sql': 'CREATE TABLE a ();\nCREATE TABLE more ();\n' };
const b = { '002_b.sql': 'CREATE TABLE b ();\n' };

type Given = Pick<ActionRun, 'with' | 'github'>;

function deploy(repo: GitRepo, shop: Target, given: Given = {}): Promise<ActionResult> {
  const at = pushEvent(repo);
  return runAction({
    action: ownAction(),
    ...at,
    github: { ...at.github, ...given.github },
    with: { command: 'apply', environment: 'production', database_url: shop.url, ...given.with },
  });
}

function started(config = ''): GitRepo {
  const repo = project({}, config);
  change(repo, a);
  if (config !== '') change(repo, {}, config);
  return repo;
}

/** What the runner itself shows of the inputs is not ours. */
function oursOf({ log }: ActionResult): string {
  return log.slice(log.indexOf('##[endgroup]', log.indexOf('INPUT_DATABASE_URL: ')));
}

it('the code follows an apply, and a run with nothing to do', async () => {
  const shop = await target();
  const repo = started();
  const applied = await deploy(repo, shop);
  expect(applied.exitCode, applied.log).toBe(0);
  expect(applied.outputs).toMatchObject({
    result: 'applied',
    deploy_code: 'true',
    applied_count: '1',
    pending_count: '0',
    plan_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    duration_ms: expect.stringMatching(/^\d+$/),
  });
  readReport(applied.outputs.report_path ?? '');
  expect(applied.summary).toContain('001_a');
  expect(oursOf(applied) + applied.summary).not.toContain(shop.password);
  const again = await deploy(repo, shop);
  expect(again.outputs).toMatchObject({ result: 'noop', deploy_code: 'true', applied_count: '0', pending_count: '0' });
});

it('each applied migration is a fold of its own in the log, with its statements and how long they took', async () => {
  const shop = await target();
  const repo = started();
  change(repo, { ...b, '003_vacuum.sql': 'VACUUM a;\n', '004_bad.sql': 'SELECT 1 / 0;\n' });
  const run = await deploy(repo, shop);
  expect(run.outputs).toMatchObject({ result: 'partial', applied_count: '3' });
  const folds = oursOf(run).match(/##\[group\]applied .*?##\[endgroup\]/gs) ?? [];
  expect(folds.map((fold) => fold.replace(/\d+(?:\.\d)? m?s/g, 'TIME').split(/\s*\n\s*/))).toEqual([
    [
      '##[group]applied 001_a (TIME)',
      'line 1: CREATE TABLE a () (TIME)',
      'line 2: CREATE TABLE more () (TIME)',
      '##[endgroup]',
    ],
    ['##[group]applied 002_b (TIME)', 'line 1: CREATE TABLE b () (TIME)', '##[endgroup]'],
    ['##[group]applied 003_vacuum (TIME)', 'line 1: VACUUM a (TIME)', '##[endgroup]'],
  ]);
});

it('a plan says how much is pending, with the digest to approve, and lets no code follow', async () => {
  const shop = await target();
  const planned = await deploy(started(), shop, { with: { command: 'plan', out: 'plan.json' } });
  expect(planned.exitCode, planned.log).toBe(0);
  expect(planned.outputs).toMatchObject({
    result: 'planned',
    deploy_code: 'false',
    pending_count: '1',
    applied_count: '0',
  });
  const applied = await deploy(started(), shop, {
    with: { plan_digest: planned.outputs.plan_digest ?? '', plan: 'nowhere.json' },
  });
  expect(applied.outputs).toMatchObject({ result: 'error', deploy_code: 'false' });
});

it('what only looks at a database, or adopts it, gives its result and lets no code follow', async () => {
  const shop = await target();
  const repo = started();
  const run = (command: string, more: Given['with'] = {}) => deploy(repo, shop, { with: { command, ...more } });
  await shop.admin.query(`SET ROLE ${shop.role}; ${a['001_a.sql']} RESET ROLE`);
  const adopted = await run('baseline', { to: '001_a' });
  expect(adopted.exitCode, adopted.log).toBe(0);
  expect(adopted.outputs).toMatchObject({ result: 'passed', deploy_code: 'false' });
  expect(readReport(adopted.outputs.report_path ?? '')).toMatchObject({
    command: 'baseline',
    migrations: [{ id: '001_a' }],
  });
  expect(adopted.summary).toContain('001_a');
  for (const command of ['status', 'verify']) {
    const looked = await run(command);
    expect(looked.exitCode, looked.log).toBe(0);
    expect(looked.outputs).toMatchObject({ result: 'passed', deploy_code: 'false' });
    expect(readReport(looked.outputs.report_path ?? '')).toMatchObject({
      command,
      result: 'passed',
      history: { relation: 'lockstep.migrations', applied: 1, newest: '001_a' },
    });
    expect(oursOf(looked) + looked.summary).not.toContain(shop.password);
  }
  await shop.admin.query('ALTER TABLE a ADD COLUMN by_hand text');
  const differs = await run('verify');
  expect(differs.exitCode).toBe(1);
  expect(differs.outputs).toMatchObject({ result: 'blocked', deploy_code: 'false' });
  expect(differs.summary).toContain('by_hand');
});

it('the server is told the repository, the commit and the run', async () => {
  const shop = await target();
  const repo = started();
  change(repo, { '002_who.sql': "CREATE TABLE who AS SELECT current_setting('application_name') AS name;\n" });
  const run = await deploy(repo, shop, { github: { run_id: '987654' } });
  expect(run.exitCode, run.log).toBe(0);
  const commit = repo.git('rev-parse', 'HEAD').slice(0, 7);
  expect(await shop.rows('SELECT name FROM who')).toEqual([{ name: `lockstep apply acme/shop@${commit} run 987654` }]);
});

describe('no code follows', () => {
  it('a failed migration', async () => {
    const shop = await target();
    const repo = started();
    change(repo, { '002_bad.sql': 'SELECT 1;\nSELECT 1 / 0;\n' });
    const run = await deploy(repo, shop);
    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({
      result: 'partial',
      deploy_code: 'false',
      applied_count: '1',
      pending_count: '1',
    });
    expect(run.annotations.map(({ message }) => message).join('\n')).toContain('division by zero');
  });

  it('a busy lock, which is no failure under on_busy: skip', async () => {
    const shop = await target();
    const holder = await shop.session();
    await holder.query('SELECT pg_advisory_lock(-755303831882598282)');
    const run = await deploy(started(), shop, { with: { on_busy: 'skip' } });
    expect(run.exitCode, run.log).toBe(0);
    expect(run.outputs).toMatchObject({ result: 'busy', deploy_code: 'false' });
  });

  it('a failed check afterwards', async () => {
    const shop = await target();
    const run = await deploy(started("smoke_command: 'exit 3'\n"), shop);
    expect(run.exitCode).toBe(1);
    expect(run.outputs).toMatchObject({ result: 'failed', deploy_code: 'false', applied_count: '1' });
  });

  it('a database that cannot be reached', async () => {
    const shop = await target();
    const run = await deploy(started(), shop, {
      with: { database_url: 'postgres://x:hunter2@127.0.0.1:1/x', command: 'plan' },
    });
    expect(run.exitCode).toBe(2);
    expect(run.outputs).toMatchObject({ result: 'error', deploy_code: 'false' });
    expect(oursOf(run)).not.toContain('hunter2');
  });

  it('a run out of turn, whose clone is older than the push that overtook it and holds no credentials', async () => {
    const shop = await target();
    const repo = started();
    repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    const clone = repo.clone('--depth=2');
    const token = 'ghs_of_the_job';
    const server = await gitServer(repo, `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`);
    clone.git('remote', 'set-url', 'origin', `${server.url}/acme/shop.git`);
    change(repo, b);
    await lockstep('apply', repo, shop);
    const run = await deploy(clone, shop, { github: { server_url: server.url, token } });
    expect(run.exitCode, run.log).toBe(0);
    expect(run.outputs).toMatchObject({ result: 'superseded', deploy_code: 'false', applied_count: '0' });
    expect(server.seen.some((headers) => headers.length === 1)).toBe(true);
    expect(clone.git('config', '--list')).not.toContain(token);
  });
});
