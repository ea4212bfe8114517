import { readTargetUrl } from '../deploy/target/url.ts';
import { LockstepError } from '../errors.ts';
import { decode } from '../project/decode.ts';
import { Git } from '../project/git.ts';
import { noCommits } from '../project/git-errors.ts';
import type { Clone } from '../project/git-fetch.ts';
import { type At, GitFiles } from '../project/git-files.ts';
import { ensureCommit } from '../project/git-history.ts';
import type { DatabaseNames, Layout } from '../project/layouts/layout.ts';
import { readAt } from '../project/read.ts';
import { toolLayout } from '../project/tool-layout.ts';
import type { Project } from '../project/types.ts';
import { fromDotenv } from '../settings/dotenv.ts';
import { parseConfig } from '../settings/file.ts';
import type { Config, EnvironmentKind, Location, Policy, Settings } from '../settings/types.ts';
import { refuseCommittedDirectories } from './check-directories.ts';
import type { PolicyFile } from './check-policy.ts';
import { type ProjectTool, projectTool } from './project-tool.ts';
import { flywayConfFile, mayNameFlyway, settingsFile, unreadConf } from './settings-file.ts';

/** Which commit a command on a target is about, what its own settings say, and where the target is. */
export interface TargetPlace {
  readonly git: Git;
  readonly clone: Clone;
  readonly files: GitFiles;
  readonly at: At;
  /** The commit that the ledger records; of the working tree, the one it stands on. */
  readonly commit: string;
  readonly policy: Policy;
  readonly configPath: string;
  readonly location: Location;
  readonly environment: { readonly name: string; readonly kind: EnvironmentKind };
  /** The URL of the target; where it was read from, when that was a file. */
  readonly url: string;
  readonly urlFrom: string | undefined;
}

/** All that a command on a target reads from git. */
export interface TargetInputs extends TargetPlace {
  /** Paths of migrations that are not in `commit` as they stand in the working tree. */
  readonly uncommitted: readonly string[];
  readonly project: Project;
  /** What is to be said about the settings. */
  readonly notices: readonly string[];
  readonly layout: Layout;
  /** undefined: Lockstep runs the migrations' SQL itself. */
  readonly tool: ProjectTool | undefined;
  /** Of the commit. */
  readonly author: string | undefined;
  readonly subject: string;
}

export async function readTargetPlace(settings: Settings, signal: AbortSignal): Promise<TargetPlace> {
  const { actions, githubToken } = settings;
  const git = await Git.open(settings.cwd, settings.env, { signal, workspace: actions?.workspace });
  await refuseCommittedDirectories(settings, git);
  const access = actions && githubToken ? { serverUrl: actions.serverUrl, token: githubToken } : undefined;
  const clone: Clone = { git, access };
  // Inside Actions always a commit: other steps leave files in the working tree.
  const named = settings.head ?? (actions === undefined ? undefined : 'HEAD');
  const commit = named === undefined || named === 'HEAD' ? git.head : await commitNamed(clone, named);
  if (commit === undefined) throw noCommits();
  const at: At = named === undefined ? 'worktree' : commit;
  const files = new GitFiles(git);
  const { config, path } = await configAt(settings, git, files, at);
  const { policy, location } = config;
  const environment = environmentOf(settings, policy);
  return {
    git,
    clone,
    files,
    at,
    commit,
    policy,
    configPath: path,
    location,
    environment,
    ...urlOf(settings, policy, environment, git.root),
  };
}

/** undefined: there are no commits at all. */
async function commitNamed(clone: Clone, name: string): Promise<string | undefined> {
  try {
    return await ensureCommit(clone, name);
  } catch (error) {
    if (clone.git.head === undefined) return undefined;
    throw error;
  }
}

/** Those that the URL says, as a tool would read it. Throws `target-url-invalid`. */
function namesIn({ url }: TargetPlace): DatabaseNames {
  const { database, user } = readTargetUrl(url).place;
  return { name: database, owner: user };
}

/** The migrations there. Throws `migrations-not-found`, `migrations-ambiguous`. */
export async function readTargetProject(place: TargetPlace): Promise<TargetInputs> {
  const { placeholders } = place.policy.rehearsal;
  const [project, { author, subject }] = await Promise.all([
    readAt(place, { placeholders, upOnly: true, database: () => namesIn(place) }),
    place.git.read(place.commit),
  ]);
  const inFolder = project.directory === '.' ? '' : `${project.directory}/`;
  const isProgram = (path: string): boolean =>
    project.migrations.some((migration) => migration.path === path && migration.up.program !== undefined);
  // Of what was read from the disk, which is what no commit has: other folders were looked into as well.
  const uncommitted = [...place.files.fromDisk].filter(
    (path) => (path.startsWith(inFolder) && path.endsWith('.sql')) || isProgram(path),
  );
  const tool = await projectTool(place.files, place.at, project.tool, place.policy);
  const conf = project.tool === 'flyway' ? await flywayConfFile(place.git, bothAt(place.files, place.at)) : undefined;
  const unread = conf && unreadConf(place.location, conf);
  const notices = unread === undefined ? [] : [unread];
  return { ...place, author, subject, project, uncommitted, notices, layout: toolLayout(project.tool), tool };
}

async function configAt(
  settings: Settings,
  git: Git,
  files: GitFiles,
  at: At,
): Promise<{ config: Config; path: string }> {
  const textAt = bothAt(files, at);
  const file = await settingsFile(settings, git, textAt);
  const conf = mayNameFlyway(file, settings) ? await flywayConfFile(git, textAt) : undefined;
  const flywayConf = conf?.head === undefined ? undefined : { path: conf.path, text: conf.head };
  const { overrides, database } = settings;
  const ruleNames = mayNameRules(file.head) ? (await import('./rule-names.ts')).everyRuleName : [];
  return {
    config: parseConfig({ text: file.head, path: file.path, overrides, database, flywayConf, ruleNames }),
    path: file.path,
  };
}

/** A command on a target knows one side alone. */
function bothAt(files: GitFiles, at: At): (path: string) => Promise<PolicyFile> {
  return async (path) => {
    const found = await files.readOne(at, path);
    const text = found && decode(found.bytes).text;
    return { path, base: text, head: text };
  };
}

/** Rules have much to them that a deploy does not need. YAML may write the key `lint` with an escape. */
function mayNameRules(text: string | undefined): boolean {
  return text !== undefined && /lint|\\/.test(text);
}

/** Who says nothing means production: there the most care is taken. */
function environmentOf({ target }: Settings, { deploy }: Policy): TargetPlace['environment'] {
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
  { name, kind }: TargetPlace['environment'],
  root: string,
): Pick<TargetPlace, 'url' | 'urlFrom'> {
  if (target.databaseUrl !== undefined) return { url: target.databaseUrl, urlFrom: undefined };
  if (kind === 'development') {
    const found = fromDotenv([cwd, root], deploy.environments[name]?.urlVariable ?? 'DATABASE_URL');
    if (found !== undefined) return { url: found.value, urlFrom: found.path };
  }
  if (kind === 'development') {
    const variable = deploy.environments[name]?.urlVariable ?? 'DATABASE_URL';
    throw new LockstepError('database-url-missing', `There is no ${variable} in .env.local or .env.`, {
      hint: `Write it there, or give it from the environment:\n  --database-url-env ${variable}`,
    });
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
