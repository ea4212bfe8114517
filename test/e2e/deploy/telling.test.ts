import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type GithubStandIn, startGithub } from '../../fakes/github/stand-in.ts';
import { type SlackStandIn, startSlack } from '../../fakes/slack/stand-in.ts';
import { pushEvent } from '../../support/actions/events.ts';
import { ownAction } from '../../support/actions/own-action.ts';
import { type ActionResult, runAction } from '../../support/actions/run-action.ts';
import { change, project, type Target, targets } from '../../support/deploy.ts';
import type { GitRepo } from '../../support/git-repo.ts';

/** What a deployment tells the pull request whose merge it is. */

const target = targets();

const CHECKED = `<!-- lockstep {"v":1,"scope":"","run":1,"attempt":1,"head":"${'b'.repeat(40)}","result":"passed","blocking":0,"findings":0} -->
### 1 migration: fine

What the check said.`;

interface Merged {
  readonly repo: GitRepo;
  readonly github: GithubStandIn;
  run(inputs: Readonly<Record<string, string>>, env?: Readonly<Record<string, string>>): Promise<ActionResult>;
  comments(): string[];
}

/** Pull request 42, merged by the last commit. */
async function merged(migrations: Record<string, string>, config = ''): Promise<Merged> {
  const repo = project({}, config);
  change(repo, migrations);
  const github = await startGithub();
  onTestFinished(() => github.close());
  const at = pushEvent(repo);
  github.pullRequest(42, { state: 'closed', mergeSha: String(at.github.sha) });
  const action = ownAction();
  return {
    repo,
    github,
    run: (inputs, env = {}) =>
      runAction({
        action,
        ...at,
        github: { ...at.github, api_url: github.url, token: github.tokens.write },
        with: inputs,
        env,
      }),
    comments: () => github.comments(42).map(({ body }) => body),
  };
}

/** What the runner itself shows of the inputs is not ours. */
function oursIn(log: string): string {
  return log.slice(log.indexOf('##[endgroup]', log.indexOf('INPUT_DATABASE_URL: ')));
}

async function slackStandIn(): Promise<SlackStandIn> {
  const slack = await startSlack();
  onTestFinished(() => slack.close());
  return slack;
}

const apply = (shop: Target, environment: string, more: Readonly<Record<string, string>> = {}) => ({
  command: 'apply',
  environment,
  database_url: shop.url,
  ...more,
});

const a = { '001_a.sql': 'CREATE TABLE a ();\n' };

describe('the comment of the pull request', () => {
  it('lives on from environment to environment, below its first line and above what the check said', async () => {
    const [staging, production] = [await target(), await target()];
    const pull = await merged(a);
    pull.github.comment(42, CHECKED);
    const first = await pull.run(apply(staging, 'staging'));
    expect(first.exitCode, first.log).toBe(0);
    expect(first.outputs.comment_url).toMatch(/\/pull\/42#issuecomment-\d+$/);
    const second = await pull.run(apply(production, 'production', { deployment: first.outputs.deployment ?? '' }));
    const needs = Object.entries({ staging: first, production: second }).map(([name, { outputs }]) => [
      name,
      { result: 'success', outputs },
    ]);
    const told = await pull.run({
      command: 'notify',
      needs: JSON.stringify(Object.fromEntries(needs)),
      code_result: 'failure',
    });
    expect(told.exitCode, told.log).toBe(0);
    expect(told.outputs).toMatchObject({ result: 'passed', deploy_code: 'true' });
    const [comment = '', ...others] = pull.comments();
    expect(others).toEqual([]);
    const lines = comment.split('\n');
    expect(lines[0]).toBe(CHECKED.split('\n')[0]);
    expect(lines[1]).toMatch(/^<!-- lockstep-deployment /);
    expect(comment).toMatch(/- `staging`: 1 migration applied \(.*\), .* UTC\n- `production`: 1 migration applied/);
    expect(comment).toMatch(/- ❌ `code`: failed to deploy/);
    expect(comment).toContain('Roll back the code, not the schema');
    expect(comment.match(/<!-- lockstep-deployment /g)).toHaveLength(1);
    expect(comment.endsWith('What the check said.')).toBe(true);
    for (const secret of [staging.password, staging.url, production.url]) expect(comment).not.toContain(secret);
    expect(pull.github.problems).toEqual([]);
  });

  it('is made where there was none, names what failed, and is mended by the next run', async () => {
    const shop = await target();
    const pull = await merged({ '001_a.sql': 'CREATE TABLE a ();\nINSERT INTO nowhere VALUES (1);\n' });
    const failed = await pull.run(apply(shop, 'production'));
    expect(failed.exitCode).toBe(1);
    const [comment = ''] = pull.comments();
    expect(comment).toMatch(/^<!-- lockstep-deployment /);
    expect(comment).toMatch(
      /❌ `production`: failed: no migration applied, .* UTC\n {2}- `001_a`, statement 2, line 2: .*42P01/,
    );
    expect(comment).toContain('start the failed jobs again');
    await shop.admin.query(
      'CREATE TABLE nowhere (id int); ALTER TABLE nowhere OWNER TO CURRENT_USER; GRANT ALL ON nowhere TO PUBLIC',
    );
    const again = await pull.run(apply(shop, 'production'));
    expect(again.exitCode, again.log).toBe(0);
    expect(pull.comments()).toEqual([expect.stringContaining('`production`: 1 migration applied')]);
    expect(pull.comments()[0]).not.toContain('42P01');
  });

  it('says that nobody approved, which no job can say itself', async () => {
    const shop = await target();
    const pull = await merged(a);
    const plan = await pull.run({
      command: 'plan',
      environment: 'production',
      database_url: shop.url,
      out: 'plan.json',
    });
    expect(plan.exitCode, plan.log).toBe(0);
    expect(pull.comments()).toEqual([expect.stringContaining('`production`: waiting for approval: 1 migration')]);
    const needs = {
      'plan-production': { result: 'success', outputs: plan.outputs },
      production: { result: 'failure', outputs: {} },
    };
    const told = await pull.run({ command: 'notify', needs: JSON.stringify(needs) });
    expect(told.outputs.deploy_code).toBe('false');
    expect(pull.comments()).toEqual([expect.stringContaining('❌ `production`: not approved')]);
    expect(told.summary).toContain('- ❌ `production`: not approved');
  });

  it('does not hold up a deploy when GitHub is silent', async () => {
    const shop = await target();
    const pull = await merged(a);
    pull.github.fail('repos/list-pull-requests-associated-with-commit', { kind: 'slow', ms: 60_000 });
    const started = performance.now();
    const run = await pull.run(apply(shop, 'production'));
    expect(run.outputs).toMatchObject({ result: 'applied', deploy_code: 'true', comment_url: '' });
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(run.annotations).toContainEqual(
      expect.objectContaining({ level: 'warning', message: expect.stringContaining('did not finish') }),
    );
  });

  it('is left alone where nothing was pending and nothing had been said', async () => {
    const shop = await target();
    const pull = await merged(a);
    await pull.run(apply(shop, 'production', { comment: 'never' }));
    const again = await pull.run(apply(shop, 'production'));
    expect(again.outputs).toMatchObject({ result: 'noop', deploy_code: 'true' });
    expect(pull.comments()).toEqual([]);
  });
});

describe('Slack', () => {
  it('gets one message for a deployment, changed in its place, with what happened in its thread', async () => {
    const [staging, production] = [await target(), await target()];
    const pull = await merged(a);
    const slack = await slackStandIn();
    const inputs = { slack_token: slack.tokens.bot, slack_channel: slack.channels.deploys };
    const run = (more: Readonly<Record<string, string>>) =>
      pull.run({ ...more, ...inputs }, { SLACK_API_URL: slack.url });
    const first = await run(apply(staging, 'staging'));
    const second = await run(apply(production, 'production', { deployment: first.outputs.deployment ?? '' }));
    const needs = { production: { result: 'success', outputs: second.outputs } };
    const told = await run({ command: 'notify', needs: JSON.stringify(needs), code_result: 'success' });
    for (const { exitCode, log, annotations } of [first, second, told]) {
      expect(exitCode, log).toBe(0);
      expect(annotations.filter(({ level }) => level === 'warning')).toEqual([]);
      expect(oursIn(log)).not.toContain(slack.tokens.bot);
    }
    const all = slack.messages(slack.channels.deploys);
    const [parent, ...others] = all.filter(({ threadTs }) => threadTs === undefined);
    expect(others).toEqual([]);
    expect(JSON.stringify(parent)).toMatch(/staging.*production.*deployed/s);
    expect(all.filter(({ threadTs }) => threadTs !== undefined)).toHaveLength(2);
    expect(JSON.stringify(all)).not.toContain(staging.password);
    expect(slack.problems).toEqual([]);
  });

  it('hears of a failure where everybody sees it', async () => {
    const shop = await target();
    const pull = await merged({ '001_a.sql': 'INSERT INTO nowhere VALUES (1);\n' });
    const slack = await slackStandIn();
    const inputs = { slack_token: slack.tokens.bot, slack_channel: slack.channels.deploys };
    const run = await pull.run(apply(shop, 'production', inputs), { SLACK_API_URL: slack.url });
    expect(run.exitCode).toBe(1);
    const [reply, ...others] = slack.messages(slack.channels.deploys).filter(({ threadTs }) => threadTs !== undefined);
    expect(others).toEqual([]);
    expect(reply).toMatchObject({ broadcast: true });
    expect(JSON.stringify(reply)).toContain('42P01');
  });

  it('that is down is a warning with its cure, and holds up nothing', async () => {
    const shop = await target();
    const pull = await merged(a);
    const slack = await slackStandIn();
    slack.fail('chat.postMessage', { kind: 'slow', ms: 60_000 });
    const inputs = { slack_token: slack.tokens.bot, slack_channel: slack.channels.deploys };
    const started = performance.now();
    const run = await pull.run(apply(shop, 'production', inputs), { SLACK_API_URL: slack.url });
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(run.outputs).toMatchObject({ result: 'applied', deploy_code: 'true' });
    expect(run.annotations).toContainEqual(
      expect.objectContaining({ level: 'warning', message: expect.stringContaining('Slack') }),
    );
  });

  it('by a webhook gets a message for each environment', async () => {
    const shop = await target();
    const pull = await merged(a);
    const slack = await slackStandIn();
    const run = await pull.run(apply(shop, 'production', { slack_webhook: slack.webhooks.deploys }));
    expect(run.exitCode, run.log).toBe(0);
    expect(run.annotations.filter(({ level }) => level === 'warning')).toEqual([]);
    expect(slack.messages(slack.channels.deploys)).toHaveLength(1);
    expect(oursIn(run.log)).not.toContain(slack.webhooks.deploys);
    expect(slack.problems).toEqual([]);
  });
});

it('a proxy that takes a connection and never answers holds no job up', async () => {
  const shop = await target();
  const pull = await merged(a);
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const proxy = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const inputs = { slack_token: `xoxb-${'0'.repeat(20)}`, slack_channel: 'C0123456789' };
  const started = performance.now();
  const run = await pull.run(apply(shop, 'production', inputs), { HTTPS_PROXY: proxy, NO_PROXY: '127.0.0.1' });
  expect(run.outputs).toMatchObject({ result: 'applied', deploy_code: 'true' });
  expect(performance.now() - started).toBeLessThan(30_000);
});
