import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { LockstepError } from '../errors.ts';
import { rehearsalRules } from '../judgement/rehearsal-rules.ts';
import { schemaRules } from '../judgement/rules.ts';
import { ruleNames } from '../lint/catalogue.ts';
import { changeSet } from '../project/change-set.ts';
import { decode } from '../project/decode.ts';
import { Git } from '../project/git.ts';
import { type At, GitFiles } from '../project/git-files.ts';
import { layoutNamed } from '../project/layouts/detect.ts';
import type { Layout } from '../project/layouts/layout.ts';
import { replacePlaceholders } from '../project/placeholders.ts';
import { readRange } from '../project/read.ts';
import { type Range, resolveRange } from '../project/refs.ts';
import type { ChangeSet, Script } from '../project/types.ts';
import type { Finding } from '../report/model.ts';
import { parseConfig } from '../settings/file.ts';
import type { Config, Policy, Settings } from '../settings/types.ts';
import { type PolicyFile, policyFindings, policyText } from './check-policy.ts';

/** Names of rules that lint does not know: those of the stages after it. */
export const laterRules: readonly string[] = [...Object.keys(rehearsalRules), ...Object.keys(schemaRules)];

const DEFAULT_CONFIG = 'lockstep.yml';

/** All that a check is about, read from git. */
export interface CheckInputs {
  readonly git: Git;
  readonly range: Range;
  readonly changeSet: ChangeSet;
  readonly layout: Layout;
  readonly policy: Policy;
  readonly database: string | undefined;
  readonly squawkConfig: string | undefined;
  readonly setup: readonly Script[];
  readonly schema: Script | undefined;
  /** What is to be said about the settings themselves. */
  readonly findings: readonly Finding[];
  readonly notices: readonly string[];
}

/** Reads settings, policy and migrations of base and head. Throws LockstepErrors for what cannot be read. */
export async function readInputs(settings: Settings): Promise<CheckInputs> {
  const git = await Git.open(settings.cwd, settings.env);
  // In Actions the working tree holds what other steps have left in it: a commit is what is judged.
  const head = settings.head ?? (settings.inActions ? 'HEAD' : undefined);
  const range = await resolveRange({ git, base: settings.base, head });
  const files = new GitFiles(git);
  const textAt = async (at: At, path: string): Promise<string | undefined> => {
    const file = await files.readOne(at, path);
    return file && decode(file.bytes).text;
  };
  const bothSides = async (path: string): Promise<PolicyFile> => ({
    path,
    base: await textAt(range.baseTip, path),
    head: await textAt(range.head, path),
  });

  const configFile = await configurationFile(settings, git, bothSides);
  const parse = (text: string | undefined): Config => {
    const { overrides, database } = settings;
    return parseConfig({ text, path: configFile.path, overrides, database, ruleNames: [...ruleNames, ...laterRules] });
  };
  const { judge, notices } = judgingConfig(configFile, settings.policyFrom, parse);
  const here = parse(configFile.head);
  const policy: Policy = { ...judge.policy, historyAccept: acceptedAtHead(judge.policy, here.policy) };
  const squawkFile = await bothSides(policy.lint.squawkConfig);

  const projects = await readRange({
    files,
    range,
    headLocation: here.location,
    baseLocation: locationAtBase(configFile, parse) ?? here.location,
    placeholders: policy.rehearsal.placeholders,
  });
  const at = settings.policyFrom === 'head' ? range.head : range.baseTip;
  const script = async (path: string): Promise<Script> => {
    const text = (await textAt(at, path)) ?? (await textAt(range.head, path));
    if (text === undefined) throw missingFile(path, configFile.path);
    return withoutMetaCommands({ path, text: replacePlaceholders(text, policy.rehearsal.placeholders) });
  };
  const { setup, schemaFile } = policy.rehearsal;
  return {
    git,
    range,
    changeSet: changeSet(projects),
    layout: layoutNamed(projects.head.tool),
    policy,
    database: here.location.database,
    squawkConfig: policyText(squawkFile, settings.policyFrom),
    setup: await Promise.all(setup.map(script)),
    schema: schemaFile === undefined ? undefined : await script(schemaFile),
    findings: policyFindings([configFile, squawkFile], settings.policyFrom),
    notices: [...range.notices, ...notices],
  };
}

type Parse = (text: string | undefined) => Config;

/** A file that is broken at base must not stop the change that mends it: then the head's holds, and that is said. */
function judgingConfig(
  file: PolicyFile,
  from: 'base' | 'head',
  parse: Parse,
): { readonly judge: Config; readonly notices: readonly string[] } {
  try {
    return { judge: parse(policyText(file, from)), notices: [] };
  } catch (error) {
    if (from === 'head' || !isBadConfig(error) || file.head === file.base) throw error;
    const notice = `${file.path} cannot be read on the base branch: this change was judged by its own settings.`;
    return { judge: parse(file.head), notices: [notice] };
  }
}

function locationAtBase({ base }: PolicyFile, parse: Parse): Config['location'] | undefined {
  try {
    return base === undefined ? undefined : parse(base).location;
  } catch (error) {
    if (isBadConfig(error)) return undefined;
    throw error;
  }
}

function isBadConfig(error: unknown): boolean {
  return error instanceof LockstepError && error.code === 'bad-config';
}

/** lockstep.yml at both sides; a file told by `--config` that lies outside the repository is the same for both. */
async function configurationFile(
  { configPath, cwd }: Settings,
  git: Git,
  bothSides: (path: string) => Promise<PolicyFile>,
): Promise<PolicyFile> {
  if (configPath === undefined) {
    // A folder of a larger repository may have its own.
    const own = git.prefix === '' ? undefined : await bothSides(`${git.prefix}/${DEFAULT_CONFIG}`);
    return own && (own.base ?? own.head) !== undefined ? own : bothSides(DEFAULT_CONFIG);
  }
  const inside = isAbsolute(configPath) ? relative(git.root, configPath).split(sep).join('/') : configPath;
  if (!inside.startsWith('../') && !isAbsolute(inside)) {
    const file = await bothSides(inside);
    if ((file.base ?? file.head) !== undefined) return file;
    throw new LockstepError('config-not-found', `there is no ${configPath}: neither at base nor at head`, {
      hint: `Paths are relative to the repository's root (${cwd === git.root ? 'this folder' : git.root}).`,
    });
  }
  try {
    const text = await readFile(configPath, 'utf8');
    return { path: configPath, base: text, head: text };
  } catch (cause) {
    throw new LockstepError('config-not-found', `${configPath} cannot be read`, { cause });
  }
}

/** Releases stand at head, where the change is that needs them, unless the base forbids them altogether. */
function acceptedAtHead(judge: Policy, head: Policy): Policy['historyAccept'] {
  return judge.historyAccept === 'never' ? 'never' : head.historyAccept;
}

function missingFile(path: string, config: string): LockstepError {
  return new LockstepError('rehearsal-file-missing', `${path}, named under \`rehearsal\` in ${config}, is not there`, {
    hint: "Paths there are relative to the repository's root, and the files must be committed on the base branch.",
  });
}

/** pg_dump writes \restrict and \unrestrict lines for psql, which no server understands. */
function withoutMetaCommands(script: Script): Script {
  return { ...script, text: script.text.replace(/^\\(?:un)?restrict\b[^\n]*/gm, (line) => ' '.repeat(line.length)) };
}
