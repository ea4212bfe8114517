import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { type GithubStandIn, startGithub } from '../../fakes/github/stand-in.ts';
import { type SlackStandIn, startSlack } from '../../fakes/slack/stand-in.ts';
import { project, type Target } from '../../support/deploy.ts';
import type { GitRepo } from '../../support/git-repo.ts';
import { push } from '../../support/workflows/events.ts';
import { type RunResult, visibleText } from '../../support/workflows/model.ts';
import { ownRepository, withTools } from '../../support/workflows/own-repository.ts';
import { actionsOn, type RunningWorkflow } from '../../support/workflows/run-workflow.ts';
import type { RunOptions } from '../../support/workflows/start-run.ts';
import { seen } from '../../unit/report/markdown/as-github.ts';

/** A shop that has installed the template: its repository, staging and production, the pull request 42, and a channel. */
interface Pipeline {
  readonly repo: GitRepo;
  readonly github: GithubStandIn;
  readonly slack: SlackStandIn;
  readonly staging: Target;
  readonly production: Target;
  /** Merges pull request 42. Files as in the repository. */
  merge(files: Readonly<Record<string, string>>, message?: string): void;
  /** The run for the tip of main. Who is asked, approves, unless told. */
  start(options?: Options): RunningWorkflow;
  /** The same to its end; nothing that anybody gets to see of it holds a secret. */
  ship(options?: Options): Promise<RunResult>;
  /** Bodies of the pull request's. */
  comments(): readonly string[];
  /** Messages of the channel that stand in no thread, as text. */
  channel(): readonly string[];
  /** Those of its threads. */
  threads(): readonly string[];
  /** All that anybody gets to see. */
  told(run: RunResult): string;
  /** What must be in none of it. */
  readonly secrets: readonly string[];
}

type Options = Partial<Omit<RunOptions, 'text'>>;

interface Given {
  /** Of the repository before the merge, by file name. */
  readonly migrations?: Readonly<Record<string, string>>;
  /** What the team's job runs. */
  readonly code?: string;
  /** Added to lockstep.yml. */
  readonly settings?: string;
  /** false: nobody has the address of a role that may read production. */
  readonly reader?: boolean;
  /** By an incoming webhook, not a bot. */
  readonly webhook?: boolean;
  /** Of the runners' environment. */
  readonly machine?: Readonly<Record<string, string>>;
}

const WORKFLOW = '.github/workflows/deploy.yml';

/** Pull requests are checked by this one. */
export const CHECK = '.github/workflows/check.yml';

/** Those of forks are told by this one. */
export const COMMENT = '.github/workflows/comment.yml';

export function template(name: string): string {
  const path = fileURLToPath(new URL(`../../../workflows-templates/${name}`, import.meta.url));
  return readFileSync(path, 'utf8');
}

/** The template as a team would have it: with its branch and its code. */
function workflow(code: string): string {
  const ours = template('lockstep-deploy.yml')
    .replace('$default-branch', 'main')
    .replace(
      /(- name: Deploy the code\n {8}run: ).*\n(?: {10}.*\n)+/,
      (_all, head) => `${head}${JSON.stringify(code)}\n`,
    );
  if (/\$default-branch|Put the deploy of your code/.test(ours)) throw new Error('The template has changed');
  return ours;
}

export async function pipeline(
  target: () => Promise<Target>,
  {
    migrations = {},
    code = "echo 'The code is out.'",
    machine = {},
    settings = '',
    reader: reads = true,
    webhook = false,
  }: Given = {},
): Promise<Pipeline> {
  const [staging, production, github, slack] = await Promise.all([target(), target(), startGithub(), startSlack()]);
  onTestFinished(async () => {
    await Promise.allSettled([github.close(), slack.close()]);
  });
  github.environment('production', ['grace', '@dba']);
  const reader = await production.login('reader');
  await production.admin.query(`GRANT pg_read_all_data TO ${reader.role}`);
  const repo = project(migrations);
  repo.commit('install Lockstep', {
    [WORKFLOW]: workflow(code),
    [CHECK]: template('lockstep-check.yml'),
    [COMMENT]: template('lockstep-comment.yml'),
    ...(settings === '' ? {} : { 'lockstep.yml': `migrations:\n  directory: migrations\n${settings}` }),
  });
  const on = actionsOn({
    ...{ repo, github, runner: withTools(), machine: { SLACK_API_URL: slack.url, ...machine } },
    repositories: { 'lockstep-dev/lockstep': ownRepository() },
    secrets: webhook ? { SLACK_WEBHOOK: slack.webhooks.deploys } : { SLACK_TOKEN: slack.tokens.bot },
    vars: { SLACK_CHANNEL: slack.channels.deploys },
    environments: {
      staging: { secrets: { STAGING_DATABASE_URL: staging.url } },
      'production-plan': { secrets: reads ? { PRODUCTION_READER_URL: reader.url } : {} },
      production: { secrets: { PRODUCTION_DATABASE_URL: production.url }, reviewers: ['grace'] },
    },
    approve: () => 'approve',
  });
  const start = (options: Options = {}) => on.start({ workflow: WORKFLOW, event: push(repo), ...options });
  const said = (inThread: boolean) =>
    slack
      .messages(slack.channels.deploys)
      .filter(({ threadTs }) => (threadTs !== undefined) === inThread)
      .map((message) => JSON.stringify(message));
  const comments = () => github.comments(42).map(({ body }) => body);
  const told = (run: RunResult) => [visibleText(run), ...comments(), JSON.stringify(slack.messages())].join('\n');
  const secrets = [staging, production, reader]
    .flatMap(({ url }) => [url, decodeURIComponent(new URL(url).password), new URL(url).password])
    .concat(slack.tokens.bot, slack.webhooks.deploys, 'ghs_standin');
  return {
    ...{ repo, github, slack, staging, production, start, comments },
    merge(files, message = 'change') {
      repo.commit(message, files);
      github.pullRequest(42, { state: 'closed', mergeSha: repo.git('rev-parse', 'HEAD') });
    },
    async ship(options) {
      const run = await start(options).finished;
      for (const secret of secrets) expect(told(run)).not.toContain(secret);
      return run;
    },
    channel: () => said(false),
    threads: () => said(true),
    told,
    secrets,
  };
}

/** 'staging success, production skipped': how the jobs of these names ended. */
export function ended(run: RunResult, ...names: readonly string[]): string {
  return names.map((name) => `${name} ${run.jobs[name]?.result ?? 'missing'}`).join(', ');
}

export async function tables({ rows }: Target): Promise<string> {
  const found = await rows<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1",
  );
  return found.map(({ name }) => name).join(' ');
}

/** As GitHub shows it: a mention is none inside of code. */
export function callsNobody(comments: readonly string[], { jobs }: RunResult): void {
  for (const markdown of [...comments, ...Object.values(jobs).map(({ summary }) => summary)]) {
    expect(seen(markdown).prose.filter((text) => /@\w/.test(text))).toEqual([]);
  }
}
