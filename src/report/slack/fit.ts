import { SLACK } from '../limits.ts';
import { type SlackBlock, section, sizeOf } from './blocks.ts';

/** Puts parts into one message: where there is no room for all, the less important ones are told briefly, then only counted. */

export interface Part {
  readonly full: readonly SlackBlock[];
  /** In place of the whole of it. */
  readonly brief: readonly SlackBlock[];
  /** The lowest gets its room first; up to `MATTERS` all of it, before any other is told briefly. */
  readonly rank: number;
}

const MATTERS = 2;

/** The parts in their order. `more` says how many there was no room for. */
export function fitted(parts: readonly Part[], more: (left: number) => string): SlackBlock[] {
  const chosen: (readonly SlackBlock[])[] = parts.map(() => []);
  const order = [...parts.entries()].sort(([, a], [, b]) => a.rank - b.rank);
  let room = SLACK.budget - sizeOf(section([more(parts.length)]));
  /** false: there is not so much. */
  const take = (before: readonly SlackBlock[], after: readonly SlackBlock[]): boolean => {
    const size = sum(after) - sum(before);
    if (size > room) return false;
    room -= size;
    return true;
  };
  for (const [index, { brief, full, rank }] of order) {
    if (rank <= MATTERS && take([], full)) chosen[index] = full;
    else if (take([], brief)) chosen[index] = brief;
  }
  for (const [index, { full }] of order) {
    const there = chosen[index] ?? [];
    if (there.length > 0 && take(there, full)) chosen[index] = full;
  }
  const left = chosen.filter((blocks) => blocks.length === 0).length;
  return [...chosen.flat(), ...(left > 0 ? [section([more(left)])] : [])];
}

function sum(blocks: readonly SlackBlock[]): number {
  return blocks.reduce((total, block) => total + sizeOf(block), 0);
}
