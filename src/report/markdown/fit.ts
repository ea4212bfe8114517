/** Puts sections into a limited room: whole pieces are left out, the least important first, and never without a word. */

/** A part of the page that stands by itself. */
export interface Section extends Part {
  /** The lowest gets its room first; of those up to `MATTERS` the beginning is shown before any other is shown in full. */
  readonly rank: number;
}

/** The same without its place among the others. All texts are Markdown. */
export interface Part {
  /** What is left out when nothing of it fits: 'the schema difference'. */
  readonly what: string;
  readonly begin?: string;
  readonly pieces: readonly string[];
  /** Stands between two pieces; a line break, if nothing is said. */
  readonly between?: string;
  readonly end?: string;
  /** How many pieces there are beyond these, which are not to be shown at all. */
  readonly beyond?: number;
  /** Stands in place of so many pieces that are not shown. */
  readonly more: (left: number) => string;
}

export interface Room {
  readonly most: number;
  /** How much room a text takes: of two texts as much as of each. */
  readonly measure: (text: string) => number;
}

const GAP = '\n\n';

/** The greatest rank of what must not be crowded out altogether. */
const MATTERS = 4;

/** The sections in their order, as much of each as fits. `leftOut` says what is missing altogether. */
export function fitInto(
  sections: readonly Section[],
  room: Room,
  leftOut: (what: readonly string[]) => string,
): string {
  const all = sections.filter(({ pieces }) => pieces.length > 0).map((section) => measured(section, room));
  const whole = all.map(({ section }) => section.pieces.length);
  if (sum(all.map((each, index) => each.size(whole[index] ?? 0))) <= room.most) return written(all, whole);
  const whats = [...new Set(all.map(({ section }) => section.what))];
  const counts = shares(all, room.most - room.measure(leftOut(whats) + GAP));
  const missing = all.flatMap(({ section }, index) => (counts[index] === 0 ? [section.what] : []));
  const parts = [written(all, counts), ...(missing.length > 0 ? [leftOut([...new Set(missing)])] : [])];
  return parts.filter((part) => part !== '').join(GAP);
}

interface Measured {
  readonly section: Section;
  /** Of so many pieces, with what stands round them. */
  readonly size: (pieces: number) => number;
}

function measured(section: Section, { measure }: Room): Measured {
  const { begin = '', pieces, between = '\n', end = '' } = section;
  const sizes = [0];
  for (const piece of pieces) sizes.push((sizes.at(-1) ?? 0) + measure(piece + between));
  const round = measure(begin + end + GAP);
  const size = (number: number): number =>
    number === 0 ? 0 : round + (sizes[number] ?? 0) + measure(rest(section, number));
  return { section, size };
}

/** What is said of the pieces that are not shown. */
function rest({ pieces, beyond = 0, more }: Section, shown: number): string {
  const left = pieces.length - shown + beyond;
  return left > 0 ? more(left) : '';
}

/** How many pieces of each: first one of each that matters, so that none starves another, then as many as there is room for. */
function shares(all: readonly Measured[], most: number): number[] {
  const counts = all.map(() => 0);
  const order = [...all.entries()].sort(([, a], [, b]) => a.section.rank - b.section.rank);
  let left = most;
  const give = (index: number, { size }: Measured, number: number): void => {
    left -= size(number) - size(counts[index] ?? 0);
    counts[index] = number;
  };
  for (const [index, each] of order) if (each.section.rank <= MATTERS && each.size(1) <= left) give(index, each, 1);
  for (const [index, each] of order) {
    const number = fitting(each, left + each.size(counts[index] ?? 0));
    if (number > (counts[index] ?? 0)) give(index, each, number);
  }
  return counts;
}

/** The most pieces that fit. Sizes grow with the number, but for the last piece, which needs no word about the rest. */
function fitting({ section, size }: Measured, room: number): number {
  const total = section.pieces.length;
  if (size(total) <= room) return total;
  let low = 0;
  let high = total - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (size(middle) <= room) low = middle;
    else high = middle - 1;
  }
  return low;
}

function written(all: readonly Measured[], counts: readonly number[]): string {
  const texts = all.flatMap(({ section }, index) => {
    const { begin = '', pieces, between = '\n', end = '' } = section;
    const number = counts[index] ?? 0;
    if (number === 0) return [];
    const shown = [...pieces.slice(0, number), rest(section, number)].filter((piece) => piece !== '');
    return [begin + shown.join(between) + end];
  });
  return texts.join(GAP);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
