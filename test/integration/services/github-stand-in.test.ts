import { Octokit } from '@octokit/rest';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type GithubStandIn, startGithub } from '../../fakes/github/stand-in.ts';

let standIn: GithubStandIn;
beforeEach(async () => {
  standIn = await startGithub();
});
afterEach(() => standIn.close());

const at = { owner: 'acme', repo: 'shop' };
const sha = 'c'.repeat(40);

function octokit(token = standIn.tokens.write): Octokit['rest'] {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  return new Octokit({ auth: token, baseUrl: standIn.url, log: silent }).rest;
}

describe("octokit's own calls pass, and are remembered:", () => {
  afterEach(() => expect(standIn.problems).toEqual([]));

  test('comments', async () => {
    standIn.pullRequest(7);
    const { issues } = octokit();
    const { data: made } = await issues.createComment({ ...at, issue_number: 7, body: 'one' });
    expect(made.user).toMatchObject({ login: 'github-actions[bot]', type: 'Bot' });
    await issues.updateComment({ ...at, comment_id: made.id, body: 'two' });
    expect((await issues.getComment({ ...at, comment_id: made.id })).data.body).toBe('two');
    expect(standIn.comments(7)).toMatchObject([{ id: made.id, body: 'two', edits: 1 }]);
    expect((await issues.deleteComment({ ...at, comment_id: made.id })).status).toBe(204);
    expect(standIn.comments(7)).toEqual([]);
    await expect(issues.getComment({ ...at, comment_id: made.id })).rejects.toMatchObject({ status: 404 });
  });

  test('pull requests, their files, and those of a commit', async () => {
    const files = Array.from({ length: 3_100 }, (_, index) => ({ filename: `${index}.sql`, status: 'added' as const }));
    standIn.pullRequest(7, { headSha: sha, files, title: 'Orders' });
    standIn.pullRequest(8, { mergeSha: sha });
    const { pulls, repos } = octokit();
    expect((await pulls.get({ ...at, pull_number: 7 })).data).toMatchObject({ title: 'Orders', head: { sha } });
    const { data } = await pulls.listFiles({ ...at, pull_number: 7, per_page: 100, page: 30 });
    expect(data.map(({ filename }) => filename).at(-1)).toBe('2999.sql');
    expect((await pulls.listFiles({ ...at, pull_number: 7, per_page: 100, page: 31 })).data).toEqual([]);
    const associated = await repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: sha });
    expect(associated.data.map(({ number }) => number)).toEqual([7, 8]);
    const review = await pulls.createReview({ ...at, pull_number: 7, event: 'COMMENT', body: 'hm' });
    expect(review.data).toMatchObject({ state: 'COMMENTED', body: 'hm' });
  });

  test('check runs', async () => {
    const { checks } = octokit();
    const annotation = {
      path: 'a.sql',
      start_line: 1,
      end_line: 1,
      annotation_level: 'warning' as const,
      message: 'm',
    };
    const output = { title: 't', summary: 's', annotations: Array.from({ length: 50 }, () => annotation) };
    const { data } = await checks.create({ ...at, name: 'lockstep', head_sha: sha, output });
    await checks.update({ ...at, check_run_id: data.id, conclusion: 'success', output });
    const found = await checks.listForRef({ ...at, ref: sha, check_name: 'lockstep' });
    expect(found.data).toMatchObject({
      total_count: 1,
      check_runs: [{ status: 'completed', conclusion: 'success', output: { annotations_count: 100 } }],
    });
  });

  test('deployments, their statuses, and statuses of commits', async () => {
    const { repos } = octokit();
    const made = await repos.createDeployment({ ...at, ref: sha, environment: 'staging', required_contexts: [] });
    if (made.status !== 201) throw new Error('no deployment');
    for (const state of ['in_progress', 'success'] as const)
      await repos.createDeploymentStatus({ ...at, deployment_id: made.data.id, state, log_url: 'https://log.example' });
    const statuses = await repos.listDeploymentStatuses({ ...at, deployment_id: made.data.id });
    expect(statuses.data.map(({ state }) => state)).toEqual(['success', 'in_progress']);
    expect((await repos.listDeployments({ ...at, environment: 'staging' })).data).toHaveLength(1);
    expect((await repos.listDeployments({ ...at, environment: 'production' })).data).toEqual([]);
    const status = await repos.createCommitStatus({ ...at, sha, state: 'success', context: 'lockstep' });
    expect(status.data).toMatchObject({ state: 'success', context: 'lockstep' });
  });

  test('the repository, its files, comparisons and runs', async () => {
    standIn.file('db/migrations/1.sql', 'SELECT 1;');
    standIn.compare('main', sha, { status: 'ahead', aheadBy: 2, behindBy: 0 });
    standIn.workflowRun(99, { head_sha: sha, event: 'pull_request' });
    const { actions, repos } = octokit();
    expect((await repos.get(at)).data.full_name).toBe('acme/shop');
    const { data } = await repos.getContent({ ...at, path: 'db/migrations/1.sql' });
    expect(data).toMatchObject({ type: 'file', content: Buffer.from('SELECT 1;').toString('base64') });
    const compared = await repos.compareCommitsWithBasehead({ ...at, basehead: `main...${sha}` });
    expect(compared.data).toMatchObject({ status: 'ahead', ahead_by: 2 });
    expect((await actions.getWorkflowRun({ ...at, run_id: 99 })).data).toMatchObject({ id: 99, head_sha: sha });
  });

  test('whoever asks', async () => {
    expect((await octokit(standIn.tokens.personal).users.getAuthenticated()).data.login).toBe('octocat');
    await expect(octokit().users.getAuthenticated()).rejects.toMatchObject({ status: 403 });
  });

  test('lists come in pages', async () => {
    standIn.pullRequest(7);
    for (let each = 0; each < 250; each++) standIn.comment(7, `${each}`);
    const kit = new Octokit({ auth: standIn.tokens.write, baseUrl: standIn.url });
    const all = await kit.paginate(kit.rest.issues.listComments, { ...at, issue_number: 7, per_page: 100 });
    expect(all.map(({ body }) => body)).toEqual(standIn.comments(7).map(({ body }) => body));
    expect(standIn.requests).toHaveLength(3);
    const { data, headers } = await kit.rest.issues.listComments({ ...at, issue_number: 7, page: 9 });
    expect(data).toHaveLength(10);
    expect(headers.link).not.toContain('rel="next"');
  });
});

describe('who may not is told in GitHub’s words, and that is no problem:', () => {
  afterEach(() => expect(standIn.problems).toEqual([]));

  test.each([
    { token: 'readOnly', status: 403, message: 'Resource not accessible by integration' },
    { token: 'blind', status: 404, message: 'Not Found' },
    { token: 'nobody', status: 401, message: 'Bad credentials' },
  ])('$token', async ({ token, status, message }) => {
    standIn.pullRequest(7);
    const known = standIn.tokens as Readonly<Record<string, string>>;
    const kit = octokit(known[token] ?? 'unknown');
    const creating = kit.issues.createComment({ ...at, issue_number: 7, body: 'x' });
    await expect(creating).rejects.toMatchObject({ status, message: expect.stringContaining(message) });
    expect(standIn.requests).toMatchObject([{ operation: 'issues/create-comment', status }]);
  });

  test('a token that may only read reads', async () => {
    standIn.pullRequest(7);
    const { data } = await octokit(standIn.tokens.readOnly).issues.listComments({ ...at, issue_number: 7 });
    expect(data).toEqual([]);
  });
});

describe('a wrong request is recorded, and answered as GitHub would:', () => {
  const wrong: Readonly<
    Record<string, { status: number; path: string; method?: string; body?: unknown; problem: string }>
  > = {
    'a body of the wrong type': {
      status: 422,
      path: 'issues/7/comments',
      body: { body: 5 },
      problem: 'must be string',
    },
    'no body': { status: 422, path: 'issues/7/comments', method: 'POST', problem: 'must be object' },
    'a body that is no JSON': { status: 400, path: 'issues/7/comments', body: '{', problem: 'answered 400' },
    'an empty comment': { status: 422, path: 'issues/7/comments', body: { body: ' ' }, problem: "can't be blank" },
    'a comment that is too long': {
      status: 422,
      path: 'issues/7/comments',
      body: { body: 'x'.repeat(65_537) },
      problem: 'maximum is 65536',
    },
    'a key that does not exist': {
      status: 201,
      path: 'issues/7/comments',
      body: { body: 'x', text: 'y' },
      problem: "ignored: it must NOT have additional properties ('text')",
    },
    'a parameter that does not exist': {
      status: 200,
      path: 'issues/7/comments?perpage=100',
      problem: "ignored: query has no parameter 'perpage'",
    },
    'a page that is too large': {
      status: 200,
      path: 'issues/7/comments?per_page=101',
      problem: 'per_page is over 100',
    },
    'a page that is no number': { status: 422, path: 'issues/7/comments?page=two', problem: 'must be integer' },
    'a path that is no number': { status: 422, path: 'issues/seven/comments', problem: 'must be integer' },
    'an operation that does not exist': { status: 404, path: 'issue/7/comments', problem: 'answered 404' },
    'a method that does not exist': { status: 404, path: 'issues/7/comments', method: 'PUT', problem: 'answered 404' },
    'a state that does not exist': {
      status: 422,
      path: `statuses/${sha}`,
      body: { state: 'green' },
      problem: 'must be equal to one of the allowed values',
    },
    'a description that is too long': {
      status: 422,
      path: `statuses/${sha}`,
      body: { state: 'success', description: 'x'.repeat(141) },
      problem: 'maximum is 140',
    },
    'a check run without a conclusion': {
      status: 422,
      path: 'check-runs',
      body: { name: 'n', head_sha: sha, status: 'completed' },
      problem: 'conclusion',
    },
    'a key in an inner object': {
      status: 201,
      path: 'check-runs',
      body: { name: 'n', head_sha: sha, output: { title: 't', summary: 's', anotations: [] } },
      problem: "('anotations')",
    },
  };

  test.each(Object.entries(wrong))('%s', async (_, { status, path, body, problem, ...rest }) => {
    standIn.pullRequest(7);
    const response = await fetch(`${standIn.url}/repos/acme/shop/${path}`, {
      method: rest.method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { authorization: `token ${standIn.tokens.write}`, 'user-agent': 'test' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    expect(response.status).toBe(status);
    if (status >= 400) expect(await response.json()).toHaveProperty('message');
    expect(standIn.problems).toEqual([expect.stringContaining(problem)]);
  });

  test('51 annotations', async () => {
    const annotation = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'notice' as const, message: 'm' };
    const output = { title: 't', summary: 's', annotations: Array.from({ length: 51 }, () => annotation) };
    const creating = octokit().checks.create({ ...at, name: 'n', head_sha: sha, output });
    await expect(creating).rejects.toMatchObject({ status: 422 });
    expect(standIn.problems).toEqual([expect.stringContaining('must NOT have more than 50 items')]);
  });
});

test('its own answers are checked: one that GitHub would not give is a problem', async () => {
  standIn.workflowRun(99, { head_sha: 5 });
  await octokit().actions.getWorkflowRun({ ...at, run_id: 99 });
  expect(standIn.problems).toEqual([expect.stringContaining('answer: /head_sha must be string')]);
});

describe('faults happen as planned:', () => {
  afterEach(() => expect(standIn.problems).toEqual([]));
  const list = (): Promise<{ status: number }> => octokit().issues.listComments({ ...at, issue_number: 7 });

  test('after some requests, so many times', async () => {
    standIn.pullRequest(7);
    standIn.fail({ operation: 'issues/list-comments', skip: 1, times: 2 }, { kind: 'status', status: 500 });
    const outcomes: unknown[] = [];
    for (let each = 0; each < 4; each++)
      outcomes.push(
        await list().then(
          ({ status }) => status,
          ({ status }) => status,
        ),
      );
    expect(outcomes).toEqual([200, 500, 500, 200]);
  });

  test.each([
    { when: 'before', comments: 0 },
    { when: 'after', comments: 1 },
    { when: 'midway', comments: 1 },
  ] as const)('a connection that breaks $when the comment is there', async ({ when, comments }) => {
    standIn.pullRequest(7);
    standIn.fail('issues/create-comment', { kind: 'drop', when });
    const response = fetch(`${standIn.url}/repos/acme/shop/issues/7/comments`, {
      method: 'POST',
      headers: { authorization: `token ${standIn.tokens.write}` },
      body: '{"body":"x"}',
    }).then((answer) => answer.text());
    await expect(response).rejects.toThrow(/fetch failed|terminated/);
    expect(standIn.comments(7)).toHaveLength(comments);
  });

  test('limits carry the headers that GitHub sends', async () => {
    standIn.pullRequest(7);
    standIn.fail('issues/list-comments', { kind: 'secondary-limit', retryAfterSeconds: 3 });
    standIn.fail('issues/list-comments', { kind: 'rate-limit', resetInSeconds: 60 });
    await expect(list()).rejects.toMatchObject({ status: 403, response: { headers: { 'retry-after': '3' } } });
    await expect(list()).rejects.toMatchObject({ response: { headers: { 'x-ratelimit-remaining': '0' } } });
    expect((await list()).status).toBe(200);
  });
});

test('GitHub Enterprise Server has its API elsewhere', async () => {
  const enterprise = await startGithub({ basePath: '/api/v3', repository: 'a/b' });
  onTestFinished(() => enterprise.close());
  const kit = new Octokit({ auth: enterprise.tokens.write, baseUrl: enterprise.url });
  expect((await kit.rest.repos.get({ owner: 'a', repo: 'b' })).data.full_name).toBe('a/b');
  expect(enterprise.problems).toEqual([]);
});
