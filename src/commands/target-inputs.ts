import { LockstepError } from '../errors.ts';
import { laterRules } from '../judgement/verdict.ts';
import { ruleNames } from '../lint/catalogue.ts';
import { decode } from '../project/decode.ts';
import { Git } from '../project/git.ts';
import { noCommits } from '../project/git-errors.ts';
import type { Clone } from '../project/git-fetch.ts';
import { type At, GitFiles } from '../project/git-files.ts';
import { ensureCommit } from '../project/git-history.ts';
import { layoutNamed } from '../project/layouts/detect.ts';
import type { Layout } from '../project/layouts/layout.ts';
import { readAt } from '../project/read.ts';
import type { Project } from '../project/types.ts';
import { fromDotenv } from '../settings/dotenv.ts';
import { parseConfig } from '../settings/file.ts';
import type { Config, EnvironmentKind, Policy, Settings } from '../settings/types.ts';
import { refuseCommittedDirectories } from './check-directories.ts';
import { settingsFile } from './check-settings.ts';

/** What a command that looks at a target is about, read from git: one commit, and its own settings. */
export interface TargetInputs {
  readonly git: Git;
  readonly clone: Clone;
  readonly files: GitFiles;
  readonly at: At;
  /** The commit that the ledger records; of the working tree, the one it stands on. */
  readonly commit: string;
  readonly policy: Policy;
  readonly configPath: string;
  readonly database: string | undefined;
  readonly project: Project;
  readonly layout: Layout;
  readonly environment: { readonly name: string; readonly kind: EnvironmentKind };
  /** The URL of the target; where it was read from, when that was a file. */
  readonly url: string;
  readonly urlFrom: string | undefined;
}

export async function readTargetInputs(settings: Settings, signal: AbortSignal): Promise<TargetInputs> {
  const { actions, githubToken } = settings;
  const git = await Git.open(settings.cwd, settings.env, { signal, workspace: actions?.workspace });
  await refuseCommittedDirectories(settings, git);
  const access = actions && githubToken ? { serverUrl: actions.serverUrl, token: githubToken } : undefined;
  const clone: Clone = { git, access };
  const current = await git.head();
  if (current === undefined) throw noCommits();
  // Inside Actions always a commit: other steps leave files in the working tree.
  const named = settings.head ?? (actions === undefined ? undefined : 'HEAD');
  const commit = named === undefined ? current : await ensureCommit(clone, named);
  const at: At = named === undefined ? 'worktree' : commit;
  const files = new GitFiles(git);
  const { config, path } = await configAt(settings, git, files, at);
  const { policy, location } = config;
  const project = await readAt({ files, at, location }, policy.rehearsal.placeholders);
  const environment = environmentOf(settings, policy);
  return {
    git,
    clone,
    files,
    at,
    commit,
    policy,
    configPath: path,
    database: location.database,
    project,
    layout: layoutNamed(project.tool),
    environment,
    ...urlOf(settings, policy, environment, git.root),
  };
}

async function configAt(
  settings: Settings,
  git: Git,
  files: GitFiles,
  at: At,
): Promise<{ config: Config; path: string }> {
  const file = await settingsFile(settings, git, async (path) => {
    const found = await files.readOne(at, path);
    const text = found && decode(found.bytes).text;
    return { path, base: text, head: text };
  });
  const { overrides, database } = settings;
  const names = [...ruleNames, ...laterRules];
  return {
    config: parseConfig({ text: file.head, path: file.path, overrides, database, ruleNames: names }),
    path: file.path,
  };
}

/** Who says nothing means production: there the most care is taken. */
function environmentOf({ target }: Settings, { deploy }: Policy): TargetInputs['environment'] {
  const known = Object.keys(deploy.environments);
  const name = target.environment ?? (known.length === 1 ? known[0] : undefined) ?? 'production';
  if (target.environment !== undefined && known.length > 0 && !known.includes(name)) {
    throw new LockstepError('unknown-environment', `lockstep.yml has no environment '${name}'.`, {
      hint: `Set \`environment\` (on the command line \`--environment\`) to one of: ${known.join(', ')}; or add it there.`,
    });
  }
  const declared = deploy.environments[name]?.kind;
  return { name, kind: declared ?? (name === 'staging' ? 'staging' : 'production') };
}

function urlOf(
  { target, cwd }: Settings,
  { deploy }: Policy,
  { name, kind }: TargetInputs['environment'],
  root: string,
): Pick<TargetInputs, 'url' | 'urlFrom'> {
  if (target.databaseUrl !== undefined) return { url: target.databaseUrl, urlFrom: undefined };
  if (kind === 'development') {
    const found = fromDotenv([cwd, root], deploy.environments[name]?.urlVariable ?? 'DATABASE_URL');
    if (found !== undefined) return { url: found.value, urlFrom: found.path };
  }
  throw new LockstepError('database-url-missing', `The URL of the database of '${name}' is not given.`, {
    hint: [
      'In a workflow, from a secret of the environment:',
      '  with:',
      `    database_url: \${{ secrets.DATABASE_URL }}`,
      'On the command line, from a variable:',
      '  --database-url-env DATABASE_URL',
      'A `.env` file is read only for environments that lockstep.yml calls development.',
    ].join('\n'),
  });
}
