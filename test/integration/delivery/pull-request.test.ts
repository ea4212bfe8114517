import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tellPullRequest } from '../../../src/delivery/pull-request.ts';
import { type Marker, writeMarker } from '../../../src/report/markdown/marker.ts';
import { readInvocation } from '../../../src/settings/settings.ts';
import type { Settings } from '../../../src/settings/types.ts';
import { type GithubStandIn, startGithub } from '../../fakes/github/stand-in.ts';
import { deploys } from '../../fixtures/deploys.ts';
import { errored, noop, passed } from '../../fixtures/reports.ts';

let standIn: GithubStandIn;
beforeEach(async () => {
  standIn = await startGithub();
  standIn.pullRequest(42);
});
afterEach(() => standIn.close());

function settingsOfRun(runId: number): Settings {
  const { url: GITHUB_API_URL, repository: GITHUB_REPOSITORY, tokens } = standIn;
  const stream = { isTTY: false };
  const invocation = readInvocation({
    argv: ['node', 'lockstep'],
    env: { GITHUB_ACTIONS: 'true', GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID: String(runId) },
    cwd: tmpdir,
    stdout: stream,
    stderr: stream,
  });
  const actions = invocation.kind === 'command' ? invocation.settings.actions : undefined;
  if (invocation.kind !== 'command' || actions === undefined) throw new Error('not the settings of a step');
  const [baseSha, headSha] = ['b'.repeat(40), 'a'.repeat(40)];
  const event = { kind: 'pull_request', number: 42, baseSha, headSha, readOnly: undefined } as const;
  return { ...invocation.settings, githubToken: tokens.write, comment: 'changes', actions: { ...actions, event } };
}

describe('a deploy', () => {
  test.each(['plan', 'apply', 'status'] as const)(
    'says nothing on a pull request, whose verdict is that of the check: %s',
    async (command) => {
      standIn.comment(42, 'the verdict');
      const settings = { ...settingsOfRun(2), command, comment: 'always' } as const;
      for (const report of [deploys.planned, deploys.applied, deploys.failed]) {
        expect(await tellPullRequest(settings, report, new AbortController().signal)).toBeUndefined();
      }
      expect(standIn.comments(42).map(({ body }) => body)).toEqual(['the verdict']);
    },
  );
});

describe('where GitHub does not say who we are, no answer that is no longer true is left:', () => {
  const before: Marker = { v: 1, scope: '', run: 1, attempt: 1, head: '', result: 'passed', blocking: 0, findings: 0 };

  test.each([
    { report: errored, there: 'passed', kind: 'updated' },
    { report: noop, there: 'passed', kind: 'updated' },
    { report: noop, there: 'noop', kind: 'none' },
    { report: errored, there: 'error', kind: 'none' },
    { report: passed, there: 'passed', kind: 'updated' },
  ] as const)('$report.result after $there', async ({ report, there, kind }) => {
    const body = `${writeMarker({ ...before, result: there })}\nwhat was said`;
    standIn.comment(42, body);
    standIn.fail('graphql/viewer', { kind: 'status', status: 403 });
    const outcome = await tellPullRequest(settingsOfRun(2), report, new AbortController().signal);
    expect(outcome).toMatchObject({ kind });
    const bodies = standIn.comments(42).map((each) => each.body);
    expect(bodies).toEqual([kind === 'none' ? body : expect.stringContaining(`"result":"${report.result}"`)]);
  });
});
