// What is made of several measurements of one thing.
import { timeNode } from './lockstep.mjs';

/** Of a start of a process, which takes little and varies much. */
export const STARTS = 10;

export function repeat(times, work) {
  return Array.from({ length: times }, (_, run) => work(run));
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What starting Node costs, whatever the program: the median, milliseconds. */
export function bareNode() {
  return median(repeat(STARTS, () => timeNode(['-e', '0'])));
}
