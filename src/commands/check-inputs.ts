import { mandatoryRules } from '../judgement/verdict.ts';
import { judgedBy } from '../lint/policy.ts';
import { changeSet } from '../project/change-set.ts';
import { decode } from '../project/decode.ts';
import { Git } from '../project/git.ts';
import { type At, GitFiles } from '../project/git-files.ts';
import type { Layout } from '../project/layouts/layout.ts';
import { readRange } from '../project/read.ts';
import { type Range, resolveRange } from '../project/refs.ts';
import { toolLayout } from '../project/tool-layout.ts';
import type { ChangeSet, Script } from '../project/types.ts';
import { REHEARSED_NAMES } from '../rehearsal/base.ts';
import type { Finding } from '../report/model.ts';
import type { Actions } from '../settings/actions.ts';
import type { Location, Policy, Settings } from '../settings/types.ts';
import { refuseCommittedDirectories } from './check-directories.ts';
import { foldersLeftBehind } from './check-location.ts';
import { holder, type PolicyFile, policyFindings, textOf } from './check-policy.ts';
import { basePolicy, judgingSettings } from './check-settings.ts';
import { type ProjectTool, projectTool } from './project-tool.ts';
import { rehearsalFiles, seedFiles } from './rehearsal-files.ts';
import { everyRuleName } from './rule-names.ts';
import { flywayConfFile, mayNameFlyway, settingsFile, unreadConf } from './settings-file.ts';
import { requireToolAtBase } from './tool-at-base.ts';

const USUAL_SQUAWK_CONFIG = '.squawk.toml';

/** All that a check is about, read from git. */
export interface CheckInputs {
  readonly git: Git;
  readonly files: GitFiles;
  /** undefined: not inside GitHub Actions. */
  readonly actions: Actions | undefined;
  readonly range: Range;
  readonly changeSet: ChangeSet;
  readonly layout: Layout;
  /** undefined: Lockstep runs the migrations' SQL itself. */
  readonly tool: ProjectTool | undefined;
  /** The same as the base has it. */
  readonly baseTool: ProjectTool | undefined;
  readonly policy: Policy;
  readonly database: string | undefined;
  readonly squawkConfig: string | undefined;
  readonly setup: readonly Script[];
  readonly schema: Script | undefined;
  /** Rows of the project's own. */
  readonly seed: readonly Script[];
  /** What is to be said about the settings themselves. */
  readonly findings: readonly Finding[];
  readonly notices: readonly string[];
}

/** Reads settings, policy and migrations of base and head. Throws LockstepErrors for what cannot be read. */
export async function readInputs(settings: Settings, signal: AbortSignal): Promise<CheckInputs> {
  const { actions, base, head, githubToken } = settings;
  const git = await Git.open(settings.cwd, settings.env, { signal, workspace: actions?.workspace });
  await refuseCommittedDirectories(settings, git);
  const range = await resolveRange({ git, base, head, actions, githubToken });
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

  const file = await settingsFile(settings, git, bothSides);
  const flywayConf = mayNameFlyway(file, settings) ? await flywayConfFile(git, bothSides) : undefined;
  const usualSquawk = await bothSides(USUAL_SQUAWK_CONFIG);
  const baseHasPolicy = (basePolicy(settings, file, flywayConf)?.base ?? usualSquawk.base) !== undefined;
  const judging = judgingSettings({ settings, file, flywayConf, baseHasPolicy, ruleNames: everyRuleName });
  const { policy, headLocation, baseLocation, proposed } = judging;
  const { squawkConfig } = policy.lint;
  const squawkFile = squawkConfig === USUAL_SQUAWK_CONFIG ? usualSquawk : await bothSides(squawkConfig);
  const squawk = holder(squawkFile, settings.policyFrom, baseHasPolicy);

  const projects = await readRange({
    files,
    range,
    headLocation,
    baseLocation: baseLocation ?? headLocation,
    placeholders: policy.rehearsal.placeholders,
    database: () => REHEARSED_NAMES,
  });
  await requireToolAtBase({ settings, files, base: range.baseTip, baseLocation, name: projects.head.tool });
  const tool = await projectTool(files, range.head, projects.head.tool, policy, proposed);
  const at = settings.policyFrom === 'head' ? range.head : range.baseTip;
  const source = {
    textOf: (path: string) => textAt(at, path),
    configPath: file.path,
    mustBe: 'committed on the base branch',
  };
  const isFlyway = projects.head.tool === 'flyway';
  const conf = isFlyway ? (flywayConf ?? (await flywayConfFile(git, bothSides))) : undefined;
  const unread = conf && unreadConf(headLocation, conf);
  // What a change alters of it decides where it counts, on either side.
  const counts = conf !== undefined && [headLocation, baseLocation].some((location) => location?.tool === 'flyway');
  const holding = [judging.holding, ...(counts ? [{ file: conf, holds: judging.holding.holds }] : []), squawk];
  const unnamed: Location = { ...headLocation, directory: undefined };
  return {
    git,
    files,
    actions,
    range,
    changeSet: changeSet(projects),
    layout: toolLayout(projects.head.tool),
    tool,
    // Where it has no migrations, nothing of the base is run.
    baseTool:
      projects.tip.migrations.length === 0
        ? tool
        : await projectTool(files, range.baseTip, projects.head.tool, policy, proposed),
    policy,
    database: headLocation.database,
    squawkConfig: textOf(squawk),
    ...(await rehearsalFiles(policy.rehearsal, source)),
    seed: await seedFiles(policy.rehearsal, source),
    findings: judgedBy(
      policy,
      [
        ...policyFindings(holding, settings.policyFrom),
        ...(await foldersLeftBehind(files, range, baseLocation ?? unnamed, projects.head.directory)),
      ],
      mandatoryRules,
    ),
    notices: [...range.notices, ...judging.notices, ...(unread === undefined ? [] : [unread])],
  };
}
