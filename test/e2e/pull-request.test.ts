import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/model.ts';
import { openPullRequest } from '../support/pull-request.ts';
import { startProxy } from '../support/web-proxy.ts';

/** The action on a pull request, through action.yml and the bundle: what the reviewer gets to see. */

const base = {
  'migrations/001_users.sql':
    'CREATE TABLE users (id bigint PRIMARY KEY, email text);\n-- Rollback\n-- DROP TABLE users;\n',
  'lockstep.yml': 'postgres_version: 17\nlint:\n  rules:\n    require-concurrent-index-creation: block\n',
};
const locks = {
  'migrations/002_index.sql':
    'CREATE INDEX users_email_idx ON users (email);\n-- Rollback\n-- DROP INDEX users_email_idx;\n',
};
const safe = {
  'migrations/002_index.sql':
    '-- lockstep: no-transaction\nCREATE INDEX CONCURRENTLY users_email_idx ON users (email);\n-- Rollback\n-- DROP INDEX CONCURRENTLY users_email_idx;\n',
};

describe('a pull request', () => {
  it('is answered once, and the answer is kept up to date', async () => {
    const pull = await openPullRequest(base, locks);
    const first = await pull.run();
    expect(first.exitCode, first.log).toBe(1);
    expect(first.outputs).toMatchObject({ result: 'blocked', deploy_code: 'false', migrations: '["002_index"]' });
    expect(Number(first.outputs.blocking_count)).toBeGreaterThan(0);
    expect(first.outputs.comment_url).toMatch(/\/pull\/42#issuecomment-\d+$/);
    const [comment = '', ...others] = pull.comments();
    expect(others).toEqual([]);
    expect(comment).toMatch(/^<!-- lockstep \{/);
    expect(comment).toContain('1 migration: blocks writes on `users`');
    expect(first.summary).toContain('1 migration: blocks writes on `users`');
    expect(first.annotations).toContainEqual(
      expect.objectContaining({ level: 'error', file: 'migrations/002_index.sql', line: 1 }),
    );
    const report = JSON.parse(readFileSync(String(first.outputs.report_path), 'utf8')) as Report;
    expect(report).toMatchObject({ result: 'blocked', git: { repository: 'acme/shop', pullRequest: 42 } });
    expect(report.findings.every(({ inDiff }) => inDiff === true)).toBe(true);

    pull.push(safe);
    const second = await pull.run();
    expect(second.exitCode, second.log).toBe(0);
    expect(second.outputs).toEqual({
      result: 'passed',
      deploy_code: 'false',
      findings_count: '0',
      outcome: '',
      blocking_count: '0',
      migrations: '["002_index"]',
      applied_count: '0',
      pending_count: '',
      plan_digest: '',
      duration_ms: expect.stringMatching(/^\d+$/),
      deployed_commit: '',
      deployment: '',
      report_path: expect.stringContaining('/_temp/'),
      comment_url: first.outputs.comment_url,
    });
    expect(second.secretOutputs, 'outputs that no later job would get').toEqual([]);
    expect(second.annotations.filter(({ level }) => level === 'error')).toEqual([]);
    expect(pull.comments()).toHaveLength(1);
    expect(pull.comments()[0]).toMatch(/resolved/i);
    expect(pull.github.problems).toEqual([]);
  });

  it('that touches no migration ends within a second or two, with one line and no comment', async () => {
    const pull = await openPullRequest(base, { 'README.md': 'hello\n' });
    const running = pull.start();
    await running.started;
    const started = performance.now();
    const { exitCode, log, outputs, summary, annotations } = await running.finished;
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(exitCode, log).toBe(0);
    expect(outputs).toMatchObject({ result: 'noop', findings_count: '0', migrations: '[]', comment_url: '' });
    expect({ summary, annotations, comments: pull.comments() }).toEqual({ summary: '', annotations: [], comments: [] });
    const said = log.slice(log.lastIndexOf('##[endgroup]')).trim().split('\n').slice(1);
    expect(said).toEqual([expect.stringMatching(/^✓ no migration changed/)]);
    expect(pull.github.problems).toEqual([]);
  });

  it.each([
    ['is slow', { kind: 'slow', ms: 20_000 }],
    ['fails', { kind: 'status', status: 502 }],
    ['refuses', { kind: 'status', status: 403 }],
    ['finds nothing', { kind: 'status', status: 404 }],
  ] as const)('that touches no migration does not wait for a GitHub that %s, nor warns of it', async (_, fault) => {
    const pull = await openPullRequest(base, { 'README.md': 'hello\n' });
    pull.github.fail({ operation: 'issues/list-comments', times: 99 }, fault);
    const running = pull.start();
    await running.started;
    const started = performance.now();
    const { exitCode, log, outputs, annotations } = await running.finished;
    expect(performance.now() - started).toBeLessThan(6_000);
    expect(exitCode, log).toBe(0);
    expect({ result: outputs.result, annotations }).toEqual({ result: 'noop', annotations: [] });
  });

  it('that no longer touches one has its comment say so', async () => {
    const pull = await openPullRequest(base, locks);
    await pull.run();
    pull.push({ 'migrations/002_index.sql': null });
    const { outputs } = await pull.run();
    expect(outputs.result).toBe('noop');
    expect(pull.comments()).toEqual([expect.stringContaining('no longer changes a migration')]);
  });

  it('is answered through the proxy that the environment names', async () => {
    const proxy = await startProxy();
    const pull = await openPullRequest(base, safe);
    const { exitCode, log } = await pull.run({ env: { HTTP_PROXY: proxy.url } });
    expect(exitCode, log).toBe(0);
    expect(pull.comments()).toHaveLength(1);
    expect(new Set(proxy.targets)).toEqual(new Set([new URL(pull.github.url).host]));
  });

  it('without an answer has no green comment left', async () => {
    const pull = await openPullRequest(base, safe);
    await pull.run();
    pull.push({ 'lockstep.yml': 'databases: [{name: a}, {name: b}]\n' });
    const { exitCode, outputs, annotations, summary } = await pull.run();
    expect(exitCode).toBe(2);
    expect(outputs.result).toBe('error');
    expect(annotations).toContainEqual(expect.objectContaining({ level: 'error' }));
    expect(pull.comments()).toEqual([expect.stringContaining('choose-database')]);
    expect(summary).toContain('choose-database');
  });
});

describe('what a run that may only read has to say', () => {
  it.each([
    ['a fork', { from: 'mallory/shop' }, /fork/i],
    ['Dependabot', { by: 'dependabot[bot]' }, /Dependabot/],
    ['a job without the permission', {}, /pull-requests: write/],
  ])('for %s', async (_, options, warning) => {
    const pull = await openPullRequest(base, locks);
    const { exitCode, log, outputs, annotations, summary } = await pull.run({
      ...options,
      token: pull.github.tokens.readOnly,
    });
    expect({ exitCode, result: outputs.result, comments: pull.comments() }).toEqual({
      exitCode: 1,
      result: 'blocked',
      comments: [],
    });
    expect(log).toMatch(warning);
    expect(summary).toContain('blocks writes on `users`');
    expect(annotations).toContainEqual(expect.objectContaining({ level: 'error', file: 'migrations/002_index.sql' }));
    expect(pull.github.problems).toEqual([]);
  });

  it.each([
    ['a token that has expired', { kind: 'status', status: 401 }, 1],
    ['a GitHub that is down', { kind: 'status', status: 503, headers: { 'retry-after': '600' } }, 99],
  ] as const)('with %s: the verdict stands', async (_, fault, times) => {
    const pull = await openPullRequest(base, safe);
    pull.github.fail({ operation: 'issues/list-comments', times }, fault);
    const { exitCode, outputs, annotations } = await pull.run();
    expect({ exitCode, result: outputs.result }).toEqual({ exitCode: 0, result: 'passed' });
    expect(annotations.filter(({ level }) => level === 'warning')).toHaveLength(1);
  });
});

describe('when there is a comment', () => {
  it.each([
    ['always', 'no migration', { 'README.md': 'x' }, 1],
    ['failure', 'a safe one', safe, 0],
  ] as const)('%s, for %s', async (comment, _, change, number) => {
    const pull = await openPullRequest(base, change);
    await pull.run({ with: { comment } });
    expect(pull.comments()).toHaveLength(number);
  });

  it('never: one that is there is not touched', async () => {
    const pull = await openPullRequest(base, locks);
    await pull.run();
    const before = pull.comments();
    pull.push(safe);
    await pull.run({ with: { comment: 'never' } });
    expect(pull.comments()).toEqual(before);
  });

  it('failure: one that is there is brought up to date when all is well', async () => {
    const pull = await openPullRequest(base, locks);
    await pull.run({ with: { comment: 'failure' } });
    pull.push(safe);
    await pull.run({ with: { comment: 'failure' } });
    expect(pull.comments()).toEqual([expect.stringMatching(/resolved/i)]);
  });

  it('one for each database, each kept up to date', async () => {
    const settings =
      'databases: [{name: shop, migrations: {directory: a}}, {name: billing, migrations: {directory: b}}]\n';
    const pull = await openPullRequest(
      {
        'lockstep.yml': settings,
        'a/001_a.sql': 'CREATE TABLE a (id int);\n',
        'b/001_b.sql': 'CREATE TABLE b (id int);\n',
      },
      { 'a/002_a.sql': 'CREATE TABLE a2 (id bigint);\n', 'b/002_b.sql': 'CREATE TABLE b2 (id bigint);\n' },
    );
    for (const database of ['shop', 'billing', 'shop', 'billing']) await pull.run({ with: { database } });
    expect(pull.comments()).toEqual([expect.stringContaining('shop'), expect.stringContaining('billing')]);
    expect(pull.github.problems).toEqual([]);
  });

  it('an older run that ends later leaves the newer verdict alone', async () => {
    const pull = await openPullRequest(base, locks);
    await pull.run({ runId: 500 });
    pull.push(safe);
    const newer = await pull.run({ runId: 501 });
    expect(newer.outputs.result).toBe('passed');
    const comments = pull.comments();
    await pull.run({ runId: 500, runAttempt: 2 });
    expect(pull.comments()).toEqual(comments);
  });
});

describe('the files', () => {
  it('are all written, and say the same', async () => {
    const pull = await openPullRequest(base, locks);
    const run = await pull.run({
      with: { report: 'out/report.json', sarif: 'out/check.sarif', html: 'out/check.html', summary: 'out/check.md' },
      onLine: () => {},
    });
    const path = String(run.outputs.report_path);
    expect(path).toMatch(/out\/report\.json$/);
    const read = (name: string) => readFileSync(path.replace('report.json', name), 'utf8');
    expect(JSON.parse(read('check.sarif'))).toMatchObject({ version: '2.1.0' });
    expect(read('check.html')).toMatch(/^<!doctype html>/i);
    expect(read('check.md').trim()).toBe(run.summary.trim());
    expect(existsSync(path)).toBe(true);
  });
});

describe('what a pull request says to the runner', () => {
  const shout = [
    '::set-output name=result::passed',
    '::add-mask::users',
    '::error file=x::forged',
    '##[add-mask]users',
    '::stop-commands::x',
  ];

  it('by its tests is shown and not obeyed, and its files are out of their reach', async () => {
    const script = `${shout.map((line) => `console.log(${JSON.stringify(line)});`).join('\n')}
for (const name of ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY', 'INPUT_GITHUB_TOKEN'])
  if (process.env[name]) console.log('reached ' + name);
process.exit(1);\n`;
    const pull = await openPullRequest(
      { ...base, 'lockstep.yml': `${base['lockstep.yml']}test_command: node tests.cjs\n` },
      {
        ...safe,
        'tests.cjs': script,
      },
    );
    const { exitCode, outputs, log, masks, annotations } = await pull.run();
    expect({ exitCode, result: outputs.result }).toEqual({ exitCode: 1, result: 'blocked' });
    expect(log).toContain('set-output name=result');
    expect(log).not.toContain('reached');
    expect(masks).not.toContain('users');
    expect(annotations.map(({ message }) => message)).not.toContain('forged');
  });

  it('by its SQL is shown and not obeyed', async () => {
    const pull = await openPullRequest(base, {
      'migrations/002_shout.sql': `DO $$ BEGIN RAISE EXCEPTION E'\\n::error file=x::forged\\n##[add-mask]users'; END $$;\n`,
    });
    const { exitCode, masks, annotations } = await pull.run();
    expect(exitCode).toBe(1);
    expect(masks).not.toContain('users');
    expect(annotations.filter(({ message }) => message === 'forged')).toEqual([]);
  });
});

describe('secrets', () => {
  it('are in no output: not in the log, the report, the comment, the summary or a file', async () => {
    const secret = 'correct horse/battery#staple';
    const url = `postgres://postgres:${encodeURIComponent(secret)}@127.0.0.1:1/postgres`;
    const pull = await openPullRequest(base, locks);
    const run = await pull.run({ with: { rehearsal_url: url, report: 'r.json', html: 'r.html', sarif: 'r.sarif' } });
    expect(run.exitCode).toBe(2);
    const path = String(run.outputs.report_path);
    const files = ['r.json', 'r.html', 'r.sarif'].map((name) => readFileSync(path.replace('r.json', name), 'utf8'));
    // The runner itself shows what the workflow gives, unless it is one of the repository's secrets.
    const log = run.log.slice(run.log.lastIndexOf('##[endgroup]'));
    const everything = [log, run.summary, ...files, ...pull.comments(), JSON.stringify(run.outputs)].join('\n');
    for (const form of [url, secret, encodeURIComponent(secret), pull.github.tokens.write])
      expect(everything.includes(form), form).toBe(false);
    // A service container's password is a word of every day: hidden by the runner, it would eat outputs.
    expect(run.masks).not.toContain('postgres');
    expect(run.masks).not.toContain(secret);
  });
});
