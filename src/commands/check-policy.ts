import { observed } from '../judgement/finding.ts';
import type { Finding } from '../report/model.ts';

/** The files that decide how a change is judged, as they stand at base and at head. */
export interface PolicyFile {
  readonly path: string;
  readonly base: string | undefined;
  readonly head: string | undefined;
}

/**
 * A change must not switch off its own judge: the base's file holds where there is one, the head's otherwise
 * (`--policy head` turns that round, to try a change locally).
 */
export function policyText(file: PolicyFile, from: 'base' | 'head'): string | undefined {
  return from === 'head' ? (file.head ?? file.base) : (file.base ?? file.head);
}

/** Says when a change alters a file of policy. */
export function policyFindings(files: readonly PolicyFile[], from: 'base' | 'head'): Finding[] {
  return files.flatMap(({ path, base, head }) => {
    if (base === head || (base === undefined && head === undefined)) return [];
    if (base === undefined) {
      return [observed('policy-added', { path, message: `${path} is new: its settings hold for this run.` }, 'policy')];
    }
    const what = head === undefined ? 'deletes' : 'changes';
    const holds =
      from === 'base'
        ? "the base branch's settings hold for this run"
        : 'judged with the new settings, as asked by --policy head';
    return [observed('policy-changed', { path, message: `this change ${what} ${path}; ${holds}.` }, 'policy')];
  });
}
