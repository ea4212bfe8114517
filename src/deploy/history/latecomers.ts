import type { ToolHistory } from '../../project/layouts/bookkeeping.ts';
import type { Opening } from '../ledger/read.ts';

/**
 * A tool whose one row calls all that is older applied calls that also what was merged after a migration had been begun. The
 * ledger knows what stood right before that one when it began: what lies between the two now has come later.
 * `known`: identities in the tool's order; `recorded`: those in the ledger.
 */
export function withoutLatecomers(
  tool: ToolHistory,
  known: readonly string[],
  recorded: ReadonlySet<string>,
  openings: ReadonlyMap<string, Opening>,
): ToolHistory {
  const assumed = new Set(tool.assumed ?? []);
  if (assumed.size === 0) return tool;
  const late = new Set(
    [...openings].flatMap(([identity, { after }]) => {
      const from = after === undefined ? -1 : known.indexOf(after);
      // What stood there is gone from the repository: nobody can tell.
      if (from < 0 && after !== undefined) return [];
      const between = known.slice(from + 1, Math.max(0, known.indexOf(identity)));
      return between.filter((one) => assumed.has(one) && !recorded.has(one));
    }),
  );
  if (late.size === 0) return tool;
  const rest = (identities: readonly string[]): readonly string[] => identities.filter((one) => !late.has(one));
  return { ...tool, applied: rest(tool.applied), assumed: rest(tool.assumed ?? []) };
}

/**
 * What the tool counts as applied and nothing proves: the ledger knows older ones and newer ones that Lockstep applied, and
 * not these. Merged late, they may never have run.
 */
export function unproven(
  { assumed = [] }: ToolHistory,
  known: readonly string[],
  recorded: ReadonlySet<string>,
): readonly string[] {
  const candidates = new Set(assumed);
  const first = known.findIndex((identity) => recorded.has(identity));
  const last = known.findLastIndex((identity) => recorded.has(identity));
  return known.slice(Math.max(first, 0), last + 1).filter((one) => candidates.has(one) && !recorded.has(one));
}
