import { Client } from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { pullRequest, push, workflowRun } from '../../support/workflows/events.ts';
import { withTools } from '../../support/workflows/own-repository.ts';
import { actionsOn, runWorkflow } from '../../support/workflows/run-workflow.ts';
import { hostSmall, job, repoWith, results, runSmall } from '../../support/workflows/small.ts';

/** The rig itself: checkouts, artifacts, services, groups of concurrency, cancelled runs. */

const sha = 'a'.repeat(40);
const steps = (text: string, head = ''): string => `one:\n  runs-on: ubuntu-latest\n${head}  steps:\n${text}`;

describe('a checkout', () => {
  it('has the commit of the run and no more, unless it is told', async () => {
    const repo = repoWith(
      steps(`    - uses: actions/checkout@${sha}
    - { id: shallow, run: 'echo "n=$(git rev-list --count HEAD) $(git branch --show-current)" >> "$GITHUB_OUTPUT"' }
    - { uses: actions/checkout@${sha}, with: { fetch-depth: 0, path: whole, persist-credentials: false } }
    - { id: whole, working-directory: whole, run: 'echo "n=$(git rev-list --count HEAD) $(git branch --remotes | wc -l)" >> "$GITHUB_OUTPUT"' }
    - { id: fetch, run: 'git fetch --quiet --unshallow && echo "n=$(git rev-list --count HEAD)" >> "$GITHUB_OUTPUT"' }
    - { id: stranger, continue-on-error: true, working-directory: whole, run: GIT_TERMINAL_PROMPT=0 git fetch --quiet }`),
    );
    repo.branch('other');
    repo.checkout('main');
    repo.commit('second', { 'a.txt': 'a' });
    const run = await runWorkflow({ repo, workflow: '.github/workflows/ci.yml', event: push(repo) });
    const { shallow, whole, fetch, stranger } = run.jobs.one?.steps ?? {};
    expect(
      [shallow, whole, fetch].map((each) => each?.outputs.n),
      run.log,
    ).toEqual(['1 main', '2 2', '2']);
    expect(stranger?.outcome).toBe('failure');
    expect(run.log).not.toContain(Buffer.from('x-access-token:').toString('base64').slice(0, 16));
  });

  it('needs a token that may read', async () => {
    const run = await runSmall(steps(`    - uses: actions/checkout@${sha}`, '  permissions: {}\n'));
    expect(run.conclusion).toBe('failure');
    expect(run.jobs.one?.annotations[0]?.message).toMatch(/not found/i);
  });
});

it('a runner lends Lockstep the programs that tests have downloaded', async () => {
  const run = await runSmall(job('one', 'test -d "$RUNNER_TOOL_CACHE/lockstep/."'), { runner: withTools() });
  expect(run.conclusion).toBe('success');
});

describe('an artifact', () => {
  const upload = (name: string, more = ''): string =>
    `    - { uses: actions/upload-artifact@${sha}, with: { name: ${name}, path: out/*.json${more} } }`;
  const write = `    - run: mkdir -p out && echo '{}' > out/a.json && echo x > out/b.txt`;

  it('goes from job to job, with the files that its path names', async () => {
    const run = await runSmall(
      `${steps(`${write}\n${upload('plan')}`)}
two:
  needs: one
  runs-on: ubuntu-latest
  steps:
    - { uses: actions/download-artifact@${sha}, with: { name: plan, path: in } }
    - { id: it, run: 'echo "files=$(ls in)" >> "$GITHUB_OUTPUT"' }`,
    );
    expect(run.jobs.two?.steps.it?.outputs, run.log).toEqual({ files: 'a.json' });
    expect(Object.keys(run.artifacts.plan ?? {})).toEqual(['a.json']);
  });

  it.each([
    ['of a name that is taken', `${write}\n${upload('plan')}\n${upload('plan')}`, '(409) Conflict'],
    ['of nothing, where that is an error', upload('plan', ', if-no-files-found: error'), 'No files were found'],
  ])('%s fails its step', async (_what, text, message) => {
    const run = await runSmall(steps(text));
    expect(run.conclusion).toBe('failure');
    expect(run.jobs.one?.annotations.at(-1)?.message).toContain(message);
  });

  it('of another run is there for a token that may read actions', async () => {
    const repo = repoWith(
      `on: pull_request\njobs:\n  ${steps(`${write}\n${upload('report')}`).replaceAll('\n', '\n  ')}`,
    );
    const comment = (permissions: string): string => `on: workflow_run
permissions: ${permissions}
jobs:
  comment:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@${sha}
        with: { name: report, run-id: "\${{ github.event.workflow_run.id }}", github-token: "\${{ github.token }}" }
      - { id: it, run: 'echo "files=$(ls)" >> "$GITHUB_OUTPUT"' }`;
    repo.branch('feature');
    repo.commit('change');
    const on = actionsOn({ repo });
    const event = pullRequest(repo, { from: 'stranger/shop' });
    const first = await on.run({ workflow: '.github/workflows/ci.yml', event });
    const then = (text: string) =>
      on.run({ workflow: '.github/workflows/comment.yml', text, event: workflowRun(repo, event, first) });
    const good = await then(comment('{ actions: read }'));
    expect(good.jobs.comment?.steps.it?.outputs, good.log).toEqual({ files: 'a.json' });
    expect((await then(comment('{}'))).conclusion).toBe('failure');
  });
});

describe('a service', () => {
  it('of Postgres is a real server of its major, at the port that the job is told', async () => {
    const ports: number[] = [];
    const run = await runSmall(
      steps(
        `    - { id: it, uses: acme/query@v1, with: { url: "postgres://shop:pass@localhost:\${{ job.services.db.ports['5432'] }}/shop" } }`,
        `  services:
    db:
      image: postgres:\${{ vars.MAJOR }}-alpine
      env: { POSTGRES_USER: shop, POSTGRES_PASSWORD: pass }
      ports: [5432/tcp]
      options: --health-cmd pg_isready\n`,
      ),
      {
        vars: { MAJOR: '16' },
        actions: {
          'acme/query': async ({ inputs }) => {
            const client = new Client({ connectionString: inputs.url ?? '' });
            await client.connect();
            ports.push(client.port);
            const { rows } = await client.query('SELECT current_setting($1) AS version', ['server_version_num']);
            await client.end();
            return { outputs: { major: String(Math.floor(Number(rows[0].version) / 10_000)) } };
          },
        },
      },
    );
    expect(run.jobs.one?.steps.it?.outputs, run.log).toEqual({ major: '16' });
    const late = new Client({ host: '127.0.0.1', port: ports[0] ?? 0, user: 'shop', password: 'pass' });
    await expect(late.connect()).rejects.toThrow();
  });

  it('without a password does not start, as its container would not', async () => {
    const services = '  services: { db: { image: postgres:16 } }\n';
    await expect(runSmall(steps('    - run: echo', services))).rejects.toThrow('superuser password is not specified');
  });
});

describe('a group of concurrency', () => {
  const text = `on: push\nconcurrency: { group: "lane-\${{ github.ref }}", GOES }\njobs:\n  ${job('one', 'echo begun\nsleep 0.8').replaceAll('\n', '\n  ')}`;
  const three = async (goes: string) => {
    const { on, options } = hostSmall(text.replace('GOES', goes));
    const first = on.start(options);
    await vi.waitFor(() => expect(on.concurrency).toHaveLength(1));
    const others = [on.start(options), on.start(options)];
    const runs = await Promise.all([first, ...others].map(({ finished }) => finished));
    return { runs: runs.map(({ conclusion }) => conclusion), groups: on.concurrency.map(({ group }) => group) };
  };

  it('runs one at a time; of those that wait the newest cancels the others', async () => {
    expect(await three('cancel-in-progress: false')).toEqual({
      runs: ['success', 'cancelled', 'success'],
      groups: Array(3).fill('lane-refs/heads/main'),
    });
  });

  it('lets all wait where its queue is long', async () => {
    expect((await three('queue: max')).runs).toEqual(['success', 'success', 'success']);
  });

  it('ends what runs where that is wanted', async () => {
    expect((await three('cancel-in-progress: true')).runs).toEqual(['cancelled', 'cancelled', 'success']);
  });
});

it('a job that waits for its approval holds its group: the next waits behind it, and is cancelled by a third', async () => {
  const { on, options } = hostSmall(
    job('production', 'true', 'environment: production\nconcurrency: { group: deploy, cancel-in-progress: false }'),
    { environments: { production: { reviewers: ['grace'] } } },
  );
  const asked: (() => void)[] = [];
  const approve = () => new Promise<'approve'>((resolve) => asked.push(() => resolve('approve')));
  const runs = [];
  for (const waiting of [1, 2, 3]) {
    runs.push(on.start({ ...options, approve }));
    await vi.waitFor(() => expect(on.concurrency).toHaveLength(waiting));
  }
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.();
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  asked[1]?.();
  const ended = await Promise.all(runs.map(({ finished }) => finished));
  expect(ended.map(({ conclusion }) => conclusion)).toEqual(['success', 'cancelled', 'success']);
});

describe('a run that is cancelled', () => {
  it('signals the running step; jobs and steps that want to run, run', async () => {
    const run = await runSmall(
      `${job('one', `trap 'echo heard; exit 3' INT\necho ready\nfor i in $(seq 50); do sleep 0.1; done`)}    - { id: next, run: 'true' }
    - { id: last, if: always(), run: 'true' }
${job('two', 'true', 'needs: one')}${job('outcome', 'true', 'needs: [one, two]\nif: always()')}${job('deaf', 'sleep 0.5', 'if: always()')}`,
      { cancelAt: (line, { job: id }) => id === 'one' && line === 'ready' },
    );
    expect(results(run)).toBe('deaf success, one cancelled, outcome success, two skipped');
    expect(Object.values(run.jobs.one?.steps ?? {}).map(({ id, conclusion }) => `${id} ${conclusion}`)).toEqual([
      'it cancelled',
      'next skipped',
      'last success',
    ]);
    expect(run.jobs.one?.log).toMatch(/^heard$/m);
    expect(run.conclusion).toBe('cancelled');
  });

  it('ends a step that does not listen, by SIGTERM and then by SIGKILL', async () => {
    const deaf =
      "exec node -e \"for (const s of ['SIGINT','SIGTERM']) process.on(s, () => console.log('got ' + s)); console.log('ready'); setTimeout(() => {}, 60000)\"";
    const run = await runSmall(job('one', deaf), { patience: 0.05, cancelAt: (line) => line === 'ready' });
    expect(run.jobs.one?.log).toMatch(/^got SIGINT\ngot SIGTERM$/m);
    expect(results(run)).toBe('one cancelled');
  });

  it('still asks for the environment of a job that wants to run always', async () => {
    const run = await runSmall(
      `${job('one', 'echo ready\nexec sleep 60')}${job('last', 'true', 'needs: one\nif: always()\nenvironment: x\nconcurrency: x')}`,
      { environments: { x: { reviewers: ['grace'] } }, approve: () => 'approve', cancelAt: (line) => line === 'ready' },
    );
    expect(results(run)).toBe('last success, one cancelled');
    expect(run.approvals).toHaveLength(1);
  });

  it('does not wait for an approval any longer', async () => {
    const repo = repoWith(job('one', 'true', 'environment: production'));
    const on = actionsOn({ repo, environments: { production: { reviewers: ['grace'] } } });
    const run = on.start({
      workflow: '.github/workflows/ci.yml',
      event: push(repo),
      approve: () => {
        run.cancel();
        return new Promise(() => {});
      },
    });
    expect(results(await run.finished)).toBe('one cancelled');
  });
});
