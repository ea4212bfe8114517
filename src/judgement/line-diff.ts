/** A small difference of two texts by lines, for people. */

interface LineChange {
  readonly sign: '+' | '-';
  readonly text: string;
}

/** More lines than this in the part that differs are told as all removed and all added: nobody reads such a diff. */
const LIMIT = 400;

/** Changed lines only, in order; white space at line ends does not count. */
export function lineDiff(before: string, after: string): readonly LineChange[] {
  const old = split(before);
  const now = split(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const [a, b] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)];
  return a.length > LIMIT || b.length > LIMIT ? [...signed('-', a), ...signed('+', b)] : longestCommon(a, b);
}

const split = (text: string): readonly string[] => text.split(/\r?\n/).map((line) => line.trimEnd());

const signed = (sign: '+' | '-', lines: readonly string[]): readonly LineChange[] =>
  lines.map((text) => ({ sign, text }));

function longestCommon(a: readonly string[], b: readonly string[]): readonly LineChange[] {
  // lengths[i][j]: how many lines the rests from i and from j have in common.
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i];
    if (row === undefined) continue;
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const changes: LineChange[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [old, now] = [a[i], b[j]];
    if (old !== undefined && old === now) {
      i++;
      j++;
    } else if (old !== undefined && (now === undefined || at(i + 1, j) >= at(i, j + 1))) {
      changes.push({ sign: '-', text: old });
      i++;
    } else {
      changes.push({ sign: '+', text: now ?? '' });
      j++;
    }
  }
  return changes;
}
