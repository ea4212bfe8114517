import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type CheckInputs, readInputs } from '../../../src/commands/check-inputs.ts';
import { checkReport } from '../../../src/commands/check-report.ts';
import type { Report } from '../../../src/report/model.ts';
import { readInvocation } from '../../../src/settings/settings.ts';
import { pullRequestPayload } from '../../support/actions/events.ts';
import { actionsCheckout, hosted, mergeRef } from '../../support/actions-checkout.ts';
import type { GitRepo } from '../../support/git-repo.ts';

/** What a check reads in a step with this environment. */
async function inputsOf(clone: GitRepo, env: Readonly<Record<string, string>>): Promise<CheckInputs> {
  const surroundings = { argv: ['node', 'lockstep', 'check'], env, cwd: () => clone.dir, stdout: {}, stderr: {} };
  const invocation = readInvocation(surroundings);
  if (invocation.kind !== 'command') throw new Error(invocation.kind);
  return readInputs(invocation.settings, AbortSignal.timeout(60_000));
}

/** Its report, without lint and rehearsal. */
async function reportOf(inputs: CheckInputs): Promise<Report> {
  return checkReport({ startedAt: new Date(), now: () => new Date(), inputs, timings: {}, outcome: undefined });
}

function payloadFile(payload: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-event-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'event.json'), JSON.stringify(payload));
  return join(folder, 'event.json');
}

/** A pull request that adds a line at the top of lockstep.yml, checked out as actions/checkout does. */
function pullRequest() {
  const origin = hosted();
  const { repo } = origin;
  repo.commit('settings', { 'lockstep.yml': 'migrations: { directory: m }\n' });
  repo.branch('settings');
  const head = repo.commit('a comment', { 'lockstep.yml': '# where they are\nmigrations: { directory: m }\n' });
  repo.checkout('main');
  const merge = mergeRef(origin, 'main', 'settings');
  const clone = actionsCheckout(repo, { sha: merge });
  const payload = pullRequestPayload({ base: origin.main, head });
  const env = {
    ...clone.env,
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: payloadFile(payload),
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: merge,
    GITHUB_WORKSPACE: clone.dir,
  };
  return { repo, clone, merge, env };
}

test('a report from Actions names the repository, the pull request and the commit that was judged', async () => {
  const { repo, clone, merge, env } = pullRequest();
  expect((await reportOf(await inputsOf(clone, env))).git).toEqual({
    repository: 'acme/shop',
    pullRequest: 42,
    baseSha: repo.git('rev-parse', 'main'),
    mergeBaseSha: repo.git('rev-parse', 'main'),
    headSha: merge,
  });
});

test('a report from elsewhere names neither', async () => {
  const { clone } = pullRequest();
  clone.git('fetch', '--quiet', 'origin', '+refs/heads/*:refs/remotes/origin/*');
  const { git } = await reportOf(await inputsOf(clone, clone.env));
  expect(git).not.toHaveProperty('repository');
  expect(git).not.toHaveProperty('pullRequest');
});

test('a finding says whether it stands on lines of the change', async () => {
  const { clone, env } = pullRequest();
  expect((await reportOf(await inputsOf(clone, env))).findings).toEqual([
    expect.objectContaining({ rule: 'policy-changed', path: 'lockstep.yml', line: 1, inDiff: true }),
  ]);
});

test('a finding says nothing about that where git cannot tell', async () => {
  const { clone, env } = pullRequest();
  const inputs = await inputsOf(clone, env);
  const { findings } = await reportOf({ ...inputs, range: { ...inputs.range, mergeBase: 'f'.repeat(40) } });
  expect(findings.map(({ rule }) => rule)).toEqual(['policy-changed']);
  expect(findings[0]).not.toHaveProperty('inDiff');
});
