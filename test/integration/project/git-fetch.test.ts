import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Git } from '../../../src/project/git.ts';
import { resolveRange } from '../../../src/project/refs.ts';
import { actionsOf } from '../../support/actions/events.ts';
import { actionsCheckout, hosted, mergeRef } from '../../support/actions-checkout.ts';
import type { GitRepo } from '../../support/git-repo.ts';
import { gitServer, redirectingServer } from '../../support/git-server.ts';

const token = 'ghs_0123456789abcdefTOKEN';
const encoded = Buffer.from(`x-access-token:${token}`).toString('base64');
const credentials = `basic ${encoded}`;

/** A private repository, and a checkout of its pull request that keeps no credentials. */
async function privateCheckout() {
  const origin = hosted();
  const merge = mergeRef(origin);
  const server = await gitServer(origin.repo, credentials);
  const url = `${server.url}/acme/shop.git`;
  const clone = actionsCheckout(origin.repo, { sha: merge });
  clone.git('remote', 'set-url', 'origin', url);
  return { ...origin, merge, server, clone };
}

interface Given {
  readonly serverUrl: string;
  readonly githubToken?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly base?: string;
}

const range = async (clone: GitRepo, merge: string, feature: string, { serverUrl, githubToken, env, base }: Given) =>
  resolveRange({
    git: await Git.open(clone.dir, { ...clone.env, ...env }),
    actions: actionsOf(
      { kind: 'pull_request', number: 42, baseSha: merge, headSha: feature, readOnly: undefined },
      { sha: merge, serverUrl },
    ),
    githubToken,
    base,
  });

describe('history of a private repository whose checkout kept no credentials', () => {
  test('is fetched with the token, after a first try without', async () => {
    const { clone, merge, feature, main, server } = await privateCheckout();
    expect(await range(clone, merge, feature, { serverUrl: server.url, githubToken: token })).toMatchObject({
      baseTip: main,
    });
    expect(server.seen[0]).toEqual([]);
    expect(server.seen.at(-1)).toEqual([credentials]);
  });

  test('without a token is an error with the lines to paste', async () => {
    const { clone, merge, feature, server } = await privateCheckout();
    await expect(range(clone, merge, feature, { serverUrl: server.url })).rejects.toMatchObject({
      code: 'git-history-missing',
      hint: expect.stringContaining('fetch-depth: 2'),
    });
  });

  test('with a token that does not open it is an error that holds no token', async () => {
    const { clone, merge, feature, server } = await privateCheckout();
    const given = { serverUrl: server.url, githubToken: `${token}X` };
    const error = await range(clone, merge, feature, given).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'git-history-missing', message: expect.stringContaining('github_token') });
    const all = JSON.stringify([String(error), error]);
    expect(all).not.toContain(token);
    expect(all).not.toContain(Buffer.from(`x-access-token:${token}X`).toString('base64'));
  });

  test('is fetched with configuration of the caller’s environment kept', async () => {
    const { clone, merge, feature, main, server } = await privateCheckout();
    clone.git('remote', 'set-url', 'origin', 'https://github.example/acme/shop.git');
    const env = {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `url.${server.url}/.insteadOf`,
      GIT_CONFIG_VALUE_0: 'https://github.example/',
    };
    const given = { serverUrl: server.url, githubToken: token, env };
    expect(await range(clone, merge, feature, given)).toMatchObject({ baseTip: main });
  });
});

describe('the token', () => {
  test('is not used where the checkout’s own credentials will do', async () => {
    const { clone, merge, feature, main, server } = await privateCheckout();
    clone.git('config', `http.${server.url}/.extraheader`, `AUTHORIZATION: ${credentials}`);
    const given = { serverUrl: server.url, githubToken: 'another' };
    expect(await range(clone, merge, feature, given)).toMatchObject({ baseTip: main });
    expect(new Set(server.seen.map(String))).toEqual(new Set([credentials]));
  });

  test('stands alone: credentials that the checkout left and that do not open the repository are not sent with it', async () => {
    const { clone, merge, feature, main, server } = await privateCheckout();
    clone.git('config', `http.${server.url}/.extraheader`, 'AUTHORIZATION: basic c3RhbGU=');
    const given = { serverUrl: server.url, githubToken: token };
    expect(await range(clone, merge, feature, given)).toMatchObject({ baseTip: main });
    expect(server.seen.every((headers) => headers.length === 1)).toBe(true);
  });

  test('goes to no other server than the event’s', async () => {
    const { clone, merge, feature, server } = await privateCheckout();
    for (const serverUrl of ['https://github.com', server.url.replace('http:', 'https:'), `${server.url}1`]) {
      const given = { serverUrl, githubToken: token };
      await expect(range(clone, merge, feature, given)).rejects.toMatchObject({ code: 'git-history-missing' });
    }
    expect(server.seen.flat()).toEqual([]);
  });

  test('does not follow a redirection to another server', async () => {
    const { clone, merge, feature, repo } = await privateCheckout();
    const elsewhere = await gitServer(repo, undefined);
    const server = await redirectingServer(elsewhere.url, credentials);
    clone.git('remote', 'set-url', 'origin', `${server.url}/acme/shop.git`);
    const given = { serverUrl: server.url, githubToken: token };
    await expect(range(clone, merge, feature, given)).rejects.toMatchObject({ code: 'git-history-missing' });
    expect(server.seen.at(-1)).toEqual([credentials]);
    expect(elsewhere.seen.flat()).toEqual([]);
  });

  test('stands on no command line, and no hook of the project sees it', async () => {
    const { clone, merge, feature, main, server } = await privateCheckout();
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-git-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const script = (name: string, text: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    script('git', `echo "$*" >> '${folder}/arguments'\nPATH='${clone.env.PATH}' exec git "$@"`);
    script('reference-transaction', `env >> '${folder}/hooked'`);
    script('post-checkout', 'true');
    clone.git('config', 'core.hooksPath', folder);
    const env = { PATH: `${folder}:${clone.env.PATH}` };
    // A branch, because that is what git calls a hook for.
    const given = { serverUrl: server.url, githubToken: token, env, base: 'main' };
    expect(await range(clone, merge, feature, given)).toMatchObject({ baseTip: main });
    const calls = readFileSync(join(folder, 'arguments'), 'utf8');
    expect(calls).toContain('fetch');
    expect(calls).not.toContain(token);
    expect(calls).not.toContain(encoded);
    expect(() => readFileSync(join(folder, 'hooked'))).toThrow('ENOENT');
  });
});

test('the key that actions/checkout has named for ssh is used for what the clone lacks', async () => {
  const origin = hosted();
  const clone = actionsCheckout(origin.repo, { sha: mergeRef(origin) });
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-ssh-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ssh = join(folder, 'ssh');
  writeFileSync(ssh, `#!/bin/sh\necho "$*" >> '${folder}/called'\nexec git-upload-pack '${origin.repo.dir}'\n`);
  chmodSync(ssh, 0o755);
  clone.git('remote', 'set-url', 'origin', 'ssh://git@127.0.0.1/acme/shop.git');
  clone.git('config', 'core.sshCommand', ssh);
  const env = { GITHUB_ACTIONS: 'true' };
  const head = clone.git('rev-parse', 'HEAD');
  expect(await range(clone, head, origin.feature, { serverUrl: 'https://github.com', env })).toMatchObject({
    baseTip: origin.main,
  });
  expect(readFileSync(join(folder, 'called'), 'utf8')).toContain('git-upload-pack');
});
