import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Action, type ActionCall, checkInputs, yes } from './stand-in.ts';

/** actions/checkout, by real git and http: what the token may not read is not there. */

const PLAYED = ['repository', 'ref', 'token', 'path', 'clean', 'fetch-depth', 'fetch-tags', 'persist-credentials'];
const OTHERS = ['ssh-key', 'ssh-known-hosts', 'filter', 'sparse-checkout', 'lfs', 'submodules', 'github-server-url'];

type Git = (...args: string[]) => Promise<string>;

interface Wanted {
  /** What is fetched, as a refspec. */
  readonly refspec: string;
  /** The branch to be on; undefined: none. */
  readonly branch: string | undefined;
  readonly commit: string;
}

export const checkout: Action = async (call) => {
  checkInputs(call, [...PLAYED, 'show-progress', 'set-safe-directory'], OTHERS);
  const { inputs, job, serverUrl } = call;
  const folder = resolve(job.workspace, inputs.path ?? '');
  if (!`${folder}/`.startsWith(`${job.workspace}/`))
    throw new Error(`Repository path '${folder}' is not under '${job.workspace}'`);
  if (inputs.path === undefined) rmSync(join(folder, '.git'), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const repository = inputs.repository || call.repository;
  const git: Git = (...args) => {
    call.log.output(`[command]/usr/bin/git ${args.join(' ')}`);
    return run(folder, { ...job.machine }, args);
  };
  await git('init', '--quiet', folder);
  await git('remote', 'add', 'origin', `${serverUrl}/${repository}`);
  const section = `http.${serverUrl}/.extraheader`;
  const token = inputs.token ?? String(job.github.token);
  const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  job.masks.add(Buffer.from(`x-access-token:${token}`).toString('base64'));
  // A file outside of the repository, so that no copy of the folder holds the token.
  const credentials = join(job.temp, `git-credentials-${randomUUID()}.config`);
  await run(folder, { ...job.machine }, ['config', '--file', credentials, section, header]);
  await run(folder, { ...job.machine }, ['config', `includeIf.gitdir:${folder}/.git.path`, credentials]);

  const { refspec, branch, commit } = await wantedOf(call, repository, git);
  const depth = Number(inputs['fetch-depth'] ?? 1);
  const fetch = (...args: string[]): Promise<string> =>
    git('-c', 'protocol.version=2', 'fetch', '--quiet', '--no-recurse-submodules', ...args);
  if (depth === 0) await fetch('--prune', 'origin', '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*');
  // A branch may have gone on since the event.
  const tags = yes(inputs['fetch-tags'], false) || depth === 0 ? [] : ['--no-tags'];
  await fetch(...tags, ...(depth === 0 ? [] : [`--depth=${depth}`]), 'origin', refspec);
  if (branch === undefined) await git('checkout', '--quiet', '--force', '--detach', commit);
  else await git('checkout', '--quiet', '--force', '-B', branch, `refs/remotes/origin/${branch}`);
  if (!yes(inputs['persist-credentials'], true)) {
    await run(folder, { ...job.machine }, ['config', '--unset-all', `includeIf.gitdir:${folder}/.git.path`]);
    rmSync(credentials);
  }
  return { outputs: { ref: inputs.ref ?? String(job.github.ref), commit: await git('rev-parse', 'HEAD') } };
};

/** The event's commit, or what `ref` and `repository` name. */
async function wantedOf({ inputs, job, repository: own }: ActionCall, repository: string, git: Git): Promise<Wanted> {
  const fallback = repository === own ? { ref: String(job.github.ref), sha: String(job.github.sha) } : undefined;
  const given = inputs.ref || undefined;
  if (given === undefined && fallback !== undefined) {
    const branch = /^refs\/heads\/(.+)$/.exec(fallback.ref)?.[1];
    const target =
      branch === undefined ? fallback.ref.replace(/^refs\//, 'refs/remotes/') : `refs/remotes/origin/${branch}`;
    return { refspec: `+${fallback.sha}:${target}`, branch, commit: fallback.sha };
  }
  if (given !== undefined && /^[0-9a-f]{40}$/i.test(given))
    return { refspec: `+${given}:refs/remotes/origin/commit`, branch: undefined, commit: given };
  const listed = await git('ls-remote', 'origin', ...(given === undefined ? ['HEAD'] : [given]));
  const lines = listed.split('\n').flatMap((line) => {
    const [sha = '', name = ''] = line.split('\t');
    return sha === '' ? [] : [{ sha, name }];
  });
  const names = [given ?? 'HEAD', `refs/heads/${given}`, `refs/tags/${given}`];
  const found = names.map((name) => lines.find((line) => line.name === name)).find((line) => line !== undefined);
  if (found === undefined) throw new Error(`A branch or tag with the name '${given}' could not be found`);
  const branch = /^refs\/heads\/(.+)$/.exec(found.name)?.[1];
  const target = branch === undefined ? 'refs/remotes/origin/other' : `refs/remotes/origin/${branch}`;
  return { refspec: `+${found.sha}:${target}`, branch, commit: found.sha };
}

/** Never waits in place: the server that git asks may be in this process. */
async function run(folder: string, machine: Record<string, string>, args: readonly string[]): Promise<string> {
  try {
    const env = { ...machine, GIT_TERMINAL_PROMPT: '0' };
    return (await promisify(execFile)('git', ['-C', folder, ...args], { env })).stdout.trim();
  } catch (error) {
    const { stderr = '', code } = error as { stderr?: string; code?: number };
    throw new Error(`${stderr.trim()}\nThe process '/usr/bin/git' failed with exit code ${code}`.trim());
  }
}
