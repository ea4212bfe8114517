import { observed } from '../judgement/finding.ts';
import type { Finding } from '../report/model.ts';
import type { Overrides, Policy, ToolCommands } from '../settings/types.ts';

/** A file that decides how a change is judged, as it stands at base and at head. */
export interface PolicyFile {
  readonly path: string;
  readonly base: string | undefined;
  readonly head: string | undefined;
}

/** Whose settings judge the change. */
export type PolicySide = 'base' | 'head';

/** A file of policy with the side whose text holds in this run. */
export interface HoldingFile {
  readonly file: PolicyFile;
  readonly holds: PolicySide;
}

/**
 * A change must not switch off its own judge: what stands at base holds. Only where the base has no file of policy at all
 * does the change bring the first one, and it holds. `--policy head` turns that round, to try a change locally.
 */
export function holder(file: PolicyFile, side: PolicySide, baseHasPolicy: boolean): HoldingFile {
  return { file, holds: side === 'base' && (baseHasPolicy || file.base !== undefined) ? 'base' : 'head' };
}

export function textOf({ file, holds }: HoldingFile): string | undefined {
  return file[holds];
}

/**
 * What only the base branch may say is taken out of settings that a change brings: what runs as a superuser, and what
 * runs a program. The person who runs Lockstep may still say it on the command line.
 */
export function fenced(policy: Policy, overrides: Overrides): Policy {
  const seed = { ...policy.rehearsal.seed, files: [], command: undefined };
  const rehearsal = { ...policy.rehearsal, superuser: false, setup: [], schemaFile: undefined, seed };
  return { ...policy, testCommand: overrides.testCommand, commands: given(overrides), rehearsal };
}

/** What the person who runs Lockstep has said. */
function given({ applyCommand, rollbackCommand, statusCommand }: Overrides): ToolCommands {
  return { apply: applyCommand, rollback: rollbackCommand, status: statusCommand };
}

/** Whether `fenced` takes anything out. */
export function needsFence({ testCommand, commands, rehearsal }: Policy, overrides: Overrides): boolean {
  const { superuser, setup, schemaFile, seed } = rehearsal;
  const brings = setup.length > 0 || schemaFile !== undefined || seed.files.length > 0 || seed.command !== undefined;
  const own = JSON.stringify(commands) !== JSON.stringify(given(overrides));
  return superuser || brings || own || testCommand !== overrides.testCommand;
}

/** Says when a change alters a file of policy, and whose text held. `side`: what was asked for. */
export function policyFindings(files: readonly HoldingFile[], side: PolicySide): Finding[] {
  return files.flatMap(({ file: { path, base, head }, holds }) => {
    if (base === head) return [];
    if (base === undefined && holds === 'head' && side === 'base') {
      const message = `${path} is new, and the base branch has no settings: it judges this change itself.`;
      return [observed('policy-added', { path, message })];
    }
    const what = base === undefined ? 'brings' : head === undefined ? 'deletes' : 'changes';
    return [observed('policy-changed', { path, message: `This change ${what} ${path}. ${WHO[side][holds]}.` })];
  });
}

const WHO = {
  base: {
    base: "The base branch's settings hold for this run",
    head: "It was judged by its own settings, since the base branch's do not serve this run",
  },
  head: {
    base: "The base branch's settings hold for this run",
    head: 'It was judged with the new settings, as `policy: head` (on the command line `--policy head`) asks',
  },
} as const;
