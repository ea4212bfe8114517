import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readActions } from '../../../src/settings/actions.ts';

const sha = (digit: string) => digit.repeat(40);
const none = sha('0');

/** What a step reads from its environment, with the event's payload in a file. */
function read(name: string, payload: unknown, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-event-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'event.json');
  writeFileSync(path, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return readActions({ GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path, ...env });
}

const pull = (rest: object = {}, payload: object = {}) => ({
  pull_request: {
    number: 42,
    user: { login: 'ada' },
    base: { sha: sha('b') },
    head: { sha: sha('a'), repo: { full_name: 'acme/shop' } },
    ...rest,
  },
  repository: { full_name: 'acme/shop' },
  ...payload,
});
const ended = (about: object = {}) => ({
  workflow_run: {
    ...{ id: 7, run_attempt: 2, event: 'pull_request', head_sha: sha('a'), head_branch: 'feature' },
    head_repository: { owner: { login: 'eve' } },
    ...about,
  },
});
const endedEvent = { kind: 'workflow_run', runId: 7, runAttempt: 2, of: 'pull_request', headSha: sha('a') };
const pullEvent = { kind: 'pull_request', number: 42, baseSha: sha('b'), headSha: sha('a') };

describe('the event', () => {
  test.each<[string, string, unknown, Readonly<Record<string, string>>, unknown]>([
    ['a pull request', 'pull_request', pull(), {}, { ...pullEvent, readOnly: undefined }],
    ['a run that has ended', 'workflow_run', ended(), {}, { ...endedEvent, headBranch: 'feature', headOwner: 'eve' }],
    [
      'a run of a fork that is gone',
      'workflow_run',
      ended({ head_repository: null }),
      {},
      { ...endedEvent, headBranch: 'feature', headOwner: undefined },
    ],
    ['a run that is none', 'workflow_run', ended({ id: '7' }), {}, { kind: 'unreadable', name: 'workflow_run' }],
    [
      'a pull request from a fork',
      'pull_request',
      pull({ head: { sha: sha('a'), repo: { full_name: 'eve/shop' } } }),
      {},
      { ...pullEvent, readOnly: 'fork' },
    ],
    [
      'a pull request from a fork that is gone',
      'pull_request',
      pull({ head: { sha: sha('a'), repo: null } }),
      {},
      { ...pullEvent, readOnly: 'fork' },
    ],
    [
      'a pull request of Dependabot that a person runs again',
      'pull_request',
      pull({ user: { login: 'dependabot[bot]' } }),
      { GITHUB_ACTOR: 'ada' },
      { ...pullEvent, readOnly: 'dependabot' },
    ],
    [
      'a merge group',
      'merge_group',
      { merge_group: { base_sha: sha('b'), head_sha: sha('a') } },
      {},
      { kind: 'merge_group', baseSha: sha('b'), headSha: sha('a') },
    ],
    ['a push', 'push', { before: sha('b'), after: sha('a') }, {}, { kind: 'push', before: sha('b'), after: sha('a') }],
    [
      'a push of a new branch',
      'push',
      { before: none, after: sha('a') },
      {},
      { kind: 'push', before: undefined, after: sha('a') },
    ],
    [
      'a push of an annotated tag: its commit',
      'push',
      { before: none, after: sha('7') },
      { GITHUB_SHA: sha('a') },
      { kind: 'push', before: undefined, after: sha('a') },
    ],
    [
      'a push that deletes a branch',
      'push',
      { before: sha('b'), after: none },
      { GITHUB_SHA: sha('c') },
      { kind: 'other', name: 'push' },
    ],
    ['pull_request_target', 'pull_request_target', pull(), {}, { kind: 'pull_request_target' }],
    ['a manual run', 'workflow_dispatch', { inputs: null }, {}, { kind: 'other', name: 'workflow_dispatch' }],
    [
      'a payload without commits',
      'pull_request',
      { pull_request: {} },
      {},
      { kind: 'unreadable', name: 'pull_request' },
    ],
    [
      'a number that is none',
      'pull_request',
      pull({ number: '42; x' }),
      {},
      { kind: 'unreadable', name: 'pull_request' },
    ],
    [
      'a sha that is none',
      'pull_request',
      pull({ base: { sha: '--x' } }),
      {},
      { kind: 'unreadable', name: 'pull_request' },
    ],
    ['a payload that is no JSON', 'merge_group', '{', {}, { kind: 'unreadable', name: 'merge_group' }],
    ['a payload that is a list', 'merge_group', [], {}, { kind: 'unreadable', name: 'merge_group' }],
  ])('may be %s', (_, name, payload, env, event) => {
    expect(read(name, payload, env)?.event).toEqual(event);
  });

  test('may have no payload', () => {
    expect(readActions({ GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: '/nowhere' })?.event).toEqual({
      kind: 'other',
      name: 'unknown',
    });
  });
});

describe('the run', () => {
  test('is told by the environment', () => {
    const env = {
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_SHA: sha('a'),
      GITHUB_WORKSPACE: '/home/runner/shop',
      GITHUB_SERVER_URL: 'https://git.example/',
      GITHUB_API_URL: 'https://git.example/api/v3/',
      GITHUB_RUN_ID: '17',
      GITHUB_RUN_ATTEMPT: '2',
    };
    expect(read('workflow_dispatch', {}, env)).toEqual({
      event: { kind: 'other', name: 'workflow_dispatch' },
      repository: 'acme/shop',
      sha: sha('a'),
      workspace: '/home/runner/shop',
      serverUrl: 'https://git.example',
      apiUrl: 'https://git.example/api/v3',
      runId: 17,
      runAttempt: 2,
    });
  });

  test('has defaults, and takes nothing that it cannot be', () => {
    const env = { GITHUB_REPOSITORY: 'a b/c', GITHUB_SHA: 'main', GITHUB_RUN_ID: '-1', GITHUB_WORKSPACE: '' };
    expect(read('schedule', {}, env)).toMatchObject({
      repository: undefined,
      sha: undefined,
      workspace: undefined,
      serverUrl: 'https://github.com',
      apiUrl: 'https://api.github.com',
      runId: 0,
      runAttempt: 1,
    });
  });

  test.each([{}, { GITHUB_ACTIONS: 'false' }, { CI: 'true' }])('is none outside Actions: %j', (env) => {
    expect(readActions(env)).toBeUndefined();
  });
});
