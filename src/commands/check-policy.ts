import { observed } from '../judgement/finding.ts';
import type { Finding } from '../report/model.ts';
import type { Policy } from '../settings/types.ts';

/** The files that decide how a change is judged, as they stand at base and at head. */
export interface PolicyFile {
  readonly path: string;
  readonly base: string | undefined;
  readonly head: string | undefined;
}

/** Whose settings judge the change. */
export type PolicySide = 'base' | 'head';

/**
 * A change must not switch off its own judge: what stands at base holds. Only where the base has no file of policy at all
 * does the change bring the first one, and it holds. `--policy head` turns that round, to try a change locally.
 */
export function policyText(file: PolicyFile, side: PolicySide, baseHasPolicy: boolean): string | undefined {
  if (side === 'head') return file.head ?? file.base;
  return baseHasPolicy ? file.base : file.head;
}

/** What only the base branch may say, since it runs as a superuser: taken out of settings that a change brings. */
export function fenced(policy: Policy): Policy {
  return { ...policy, rehearsal: { ...policy.rehearsal, superuser: false, setup: [], schemaFile: undefined } };
}

/** Whether `fenced` takes anything out. */
export function needsFence({ rehearsal: { superuser, setup, schemaFile } }: Policy): boolean {
  return superuser || setup.length > 0 || schemaFile !== undefined;
}

/** Says when a change alters a file of policy. */
export function policyFindings(files: readonly PolicyFile[], side: PolicySide): Finding[] {
  const baseHasPolicy = files.some(({ base }) => base !== undefined);
  return files.flatMap(({ path, base, head }) => {
    if (base === head) return [];
    if (base === undefined && !baseHasPolicy) {
      const message = `${path} is new, and the base branch has no settings: it judges this change itself.`;
      return [observed('policy-added', { path, message }, 'policy')];
    }
    const what = base === undefined ? 'brings' : head === undefined ? 'deletes' : 'changes';
    const holds =
      side === 'base'
        ? "The base branch's settings hold for this run"
        : 'It was judged with the new settings, as asked by --policy head';
    // Who has tried them out need not be told how.
    const help =
      side === 'head' ? 'Review the change of the settings on its own; it takes effect once it is merged.' : undefined;
    return [observed('policy-changed', { path, message: `This change ${what} ${path}. ${holds}.`, help }, 'policy')];
  });
}
