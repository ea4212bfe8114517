/**
 * What somebody who wrote `word` may have meant: the candidate with the fewest slips of the keyboard, if they are few
 * enough for the word's length. Upper case, '-' and '_' do not count as slips: `testCommand` finds `test_command`.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  return nearestBy(plainForm, plainForm(word), candidates);
}

/** `; did you mean 'x'?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? '' : `; did you mean '${candidate}'?`;
}

function plainForm(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, '');
}

/** Of any candidates: the one whose form (its name as it is compared) is nearest to the wanted form; the first of equals. */
export function nearestBy<T>(
  formOf: (candidate: T) => string,
  wanted: string,
  candidates: readonly T[],
): T | undefined {
  let most = Math.max(1, Math.floor(wanted.length / 3));
  let best: T | undefined;
  for (const candidate of candidates) {
    const form = formOf(candidate);
    // Words are typed by people; anything much longer than all candidates is no slip, and would be slow to compare.
    if (Math.abs(form.length - wanted.length) > most) continue;
    const slips = distance(wanted, form);
    if (slips > most) continue;
    best = candidate;
    most = slips - 1;
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function distance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
