import { expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { pullRequest, workflowRun } from '../../support/workflows/events.ts';
import type { RunResult } from '../../support/workflows/model.ts';
import { CHECK, COMMENT, callsNobody, pipeline, tables } from './pipeline.ts';

/** What a pull request gets to hear before it is merged. */

const target = targets();

type Shop = Awaited<ReturnType<typeof pipeline>>;
type Files = Readonly<Record<string, string | null>>;

const safe = {
  'migrations/002_safe.sql':
    'ALTER TABLE orders ADD COLUMN note text;\n\n-- Rollback\n-- ALTER TABLE orders DROP COLUMN note;\n',
};
const dangerous = { 'migrations/002_dangerous.sql': 'ALTER TABLE orders ALTER COLUMN id TYPE bigint;\n' };
const start = { '001_orders.sql': 'CREATE TABLE orders (id int);\n' };

/** A push to the pull request's branch, and the run of its check. */
async function propose(shop: Shop, files: Files, { from = 'acme/shop', message = 'change' } = {}): Promise<RunResult> {
  if (shop.repo.git('branch', '--list', 'feature') === '') shop.repo.branch('feature', 'main');
  else shop.repo.checkout('feature');
  shop.repo.commit(message, files);
  const [headOwner = ''] = from.split('/');
  shop.github.pullRequest(42, { headSha: shop.repo.git('rev-parse', 'feature'), headRef: 'feature', headOwner });
  const event = pullRequest(shop.repo, { from, by: headOwner });
  const run = await shop.ship({ workflow: CHECK, event });
  shop.repo.checkout('main');
  return run;
}

it('a dangerous change is blocked, and the comment says why and what to do instead', async () => {
  const shop = await pipeline(target, { migrations: start });
  const run = await propose(shop, dangerous);
  expect(run.conclusion, run.log).toBe('failure');
  expect(Object.values(run.jobs.migrations?.steps ?? {}).map(({ outputs }) => outputs.result)).toEqual(['blocked']);
  expect(shop.comments()).toEqual([expect.stringMatching(/orders.*002_dangerous\.sql/s)]);
  expect(run.jobs.migrations?.annotations.filter(({ level }) => level === 'error')).not.toEqual([]);
  expect(Object.keys(run.artifacts.lockstep ?? {}).sort()).toEqual(['report.html', 'report.json']);
  expect(await tables(shop.staging)).toBe('');
});

it('three pushes leave one comment, which says what became of the first', async () => {
  const shop = await pipeline(target, { migrations: start });
  const results = [
    await propose(shop, dangerous),
    await propose(shop, { ...safe, ...dangerous }),
    await propose(shop, { ...safe, 'migrations/002_dangerous.sql': null }),
  ].map(({ conclusion }) => conclusion);
  expect(results).toEqual(['failure', 'failure', 'success']);
  expect(shop.comments()).toEqual([expect.stringMatching(/Resolved/)]);
});

it('a run that is started again writes over its own comment', async () => {
  const shop = await pipeline(target, { migrations: start });
  const { id } = await propose(shop, dangerous);
  const [before] = shop.comments();
  const again = await shop.ship({ workflow: CHECK, event: pullRequest(shop.repo), runId: id, runAttempt: 2 });
  expect(again.conclusion).toBe('failure');
  expect(shop.comments()).toEqual([expect.stringMatching(/"attempt":2/)]);
  expect(before).toContain('"attempt":1');
});

it('tests of the application that fail block, with the end of what they printed', async () => {
  const shop = await pipeline(target, {
    migrations: start,
    settings:
      "test_command: psql \"$DATABASE_URL\" -c 'SELECT note FROM orders' && echo 'notes are $0 wrong' && exit 3\n",
  });
  const run = await propose(shop, safe);
  expect(run.conclusion, run.log).toBe('failure');
  expect(shop.comments()).toEqual([expect.stringMatching(/\b3\b.*notes are \$0 wrong/s)]);
});

it('GitHub stumbles over the comment (5xx, rate limit), and it is written all the same', async () => {
  const shop = await pipeline(target, { migrations: start });
  shop.github.fail('issues/list-comments', { kind: 'status', status: 502 });
  shop.github.fail('issues/create-comment', { kind: 'secondary-limit', status: 429, retryAfterSeconds: 1 });
  const run = await propose(shop, dangerous);
  expect(run.conclusion).toBe('failure');
  expect(shop.comments()).toHaveLength(1);
});

it('a fork gets its verdict without a word, and its comment from a run that touches nothing of it', async () => {
  const shop = await pipeline(target, { migrations: start });
  const checked = await propose(shop, dangerous, { from: 'stranger/shop' });
  expect(checked.conclusion, checked.log).toBe('failure');
  expect(shop.comments()).toEqual([]);
  expect(checked.log).toContain('a token that may only read');
  const told = await tell(shop, checked);
  expect(told.conclusion, told.log).toBe('success');
  expect(told.jobs.comment?.annotations).toEqual([]);
  expect(shop.comments()).toEqual([expect.stringMatching(/made by the pull request’s own run.*002_dangerous/s)]);
  expect(shop.comments().join()).toContain(`"run":${checked.id},"attempt":1`);
  expect(shop.comments().join()).toContain(`/actions/runs/${checked.id}/attempts/1`);
  await tell(shop, await propose(shop, { ...safe, 'migrations/002_dangerous.sql': null }, { from: 'stranger/shop' }));
  expect(shop.comments()).toEqual([expect.stringMatching(/Resolved/)]);
});

/** The run after a check's, with what that has left behind. */
async function tell(shop: Shop, checked: RunResult, from = 'stranger/shop'): Promise<RunResult> {
  const event = pullRequest(shop.repo, { from, by: from.split('/')[0] ?? '' });
  return shop.ship({ workflow: COMMENT, event: workflowRun(shop.repo, event, checked) });
}

it('a check that was not of a fork is told by itself, and by nobody else', async () => {
  const shop = await pipeline(target, { migrations: start });
  const told = await tell(shop, await propose(shop, dangerous), 'acme/shop');
  expect(told.jobs.comment?.result).toBe('skipped');
  expect(shop.comments()).toHaveLength(1);
});

it('Dependabot’s pull request is told as a fork’s is', async () => {
  const shop = await pipeline(target, { migrations: start });
  shop.repo.branch('feature', 'main');
  shop.repo.commit('bump', dangerous);
  shop.github.pullRequest(42, { headSha: shop.repo.git('rev-parse', 'HEAD') });
  const event = pullRequest(shop.repo, { by: 'dependabot[bot]' });
  const checked = await shop.ship({ workflow: CHECK, event });
  shop.repo.checkout('main');
  expect(shop.comments()).toEqual([]);
  const told = await shop.ship({ workflow: COMMENT, event: workflowRun(shop.repo, event, checked) });
  expect(told.conclusion, told.log).toBe('success');
  expect(shop.comments()).toEqual([expect.stringMatching(/002_dangerous/)]);
});

it('a fork that has pushed again gets no comment about the commit before', async () => {
  const shop = await pipeline(target, { migrations: start });
  const first = await propose(shop, dangerous, { from: 'stranger/shop' });
  const event = workflowRun(shop.repo, pullRequest(shop.repo, { from: 'stranger/shop' }), first);
  shop.github.pullRequest(42, { headSha: 'c'.repeat(40), headRef: 'feature', headOwner: 'stranger' });
  const told = await shop.ship({ workflow: COMMENT, event });
  expect(told.conclusion).toBe('success');
  expect(told.log).toContain('No comment: no open pull request is at');
  expect(shop.comments()).toEqual([]);
});

/** A report as a fork could make it up. */
const forged = (shop: Shop, text: string): string =>
  JSON.stringify({
    ...{ schemaVersion: 1, tool: { name: 'lockstep', version: text }, command: 'check', result: 'passed' },
    ...{ startedAt: '2026-01-01T00:00:00Z', durationMs: 1, database: text },
    git: { baseSha: text, headSha: text, pullRequest: 7, subject: text, author: text },
    deployment: { v: 1, repository: 'acme/shop', commit: shop.repo.git('rev-parse', 'main'), stages: [] },
    migrations: [{ id: text, path: text, change: 'added', status: 'applied', why: text }],
    findings: [
      {
        ...{ rule: text, source: 'lockstep', severity: 'warn', path: text, line: 1, endLine: 1, title: text },
        ...{ message: text, help: text, evidence: 'unproven', suggestion: text, excerpt: text },
        docsUrl: 'https://github.com/lockstep-dev/lockstep/blob/../../../evil/evil',
      },
    ],
    notices: [text],
    coverage: { files: 1, statements: 1, notAnalysed: [{ path: text, reason: text }] },
  });

it('a report that a fork has made up is told as its own, calls nobody, and reaches no other pull request', async () => {
  const shop = await pipeline(target, { migrations: start });
  const text = '<!-- lockstep --> @acme/everyone [x](https://evil.example) $(id) </details>\n::error::Owned';
  shop.github.pullRequest(7);
  const workflow = `on: pull_request
jobs:
  migrations:
    runs-on: ubuntu-latest
    steps:
      - run: echo '${Buffer.from(forged(shop, text)).toString('base64')}' | base64 -d > report.json
      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f
        with: { name: lockstep, path: report.json }
`;
  const checked = await propose(shop, { [CHECK]: workflow }, { from: 'stranger/shop' });
  expect(checked.conclusion, checked.log).toBe('success');
  const told = await tell(shop, checked);
  expect(told.conclusion, told.log).toBe('success');
  expect(shop.github.comments(7)).toEqual([]);
  expect(shop.comments()).toEqual([expect.stringContaining('made by the pull request’s own run')]);
  callsNobody(shop.comments(), told);
  expect(shop.comments().join()).not.toContain('evil/evil');
  expect(shop.slack.messages()).toEqual([]);
  expect(told.jobs.comment?.annotations).toEqual([]);
  expect(shop.github.problems).toEqual([]);
});

it('what is no report is told nobody, and the run says so', async () => {
  const shop = await pipeline(target, { migrations: start });
  for (const content of ['{}', '[1', '{"schemaVersion":1,"command":"apply"}']) {
    const workflow = `on: pull_request
jobs:
  migrations:
    runs-on: ubuntu-latest
    steps:
      - run: echo '${content}' > report.json
      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f
        with: { name: lockstep, path: report.json }
`;
    const checked = await propose(shop, { [CHECK]: workflow }, { from: 'stranger/shop' });
    const told = await tell(shop, checked);
    expect(told.conclusion, told.log).toBe('failure');
    expect(told.log).toContain('check-report-unreadable');
  }
  expect(shop.comments()).toEqual([]);
});

it('a check that left no report is told nobody', async () => {
  const shop = await pipeline(target, { migrations: start });
  const workflow = 'on: pull_request\njobs:\n  migrations:\n    runs-on: ubuntu-latest\n    steps: [{ run: exit 1 }]\n';
  const told = await tell(shop, await propose(shop, { [CHECK]: workflow }, { from: 'stranger/shop' }));
  expect(told.conclusion, told.log).toBe('success');
  expect(told.jobs.comment?.annotations.map(({ title }) => title)).toContain('No comment');
  expect(shop.comments()).toEqual([]);
});

it('a comment that GitHub does not take is a failure of the run that is there for it', async () => {
  const shop = await pipeline(target, { migrations: start });
  const checked = await propose(shop, dangerous, { from: 'stranger/shop' });
  shop.github.fail({ operation: 'issues/create-comment', times: 9 }, { kind: 'status', status: 403 });
  const told = await tell(shop, checked);
  expect(told.conclusion).toBe('failure');
  expect(told.log).toContain('comment-not-written');
});
