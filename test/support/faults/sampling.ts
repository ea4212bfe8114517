/** Which of many combinations are tried, when there is no time for all. */

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` of them, one from each of as many equal parts of the list, so that no stretch of it is left out. */
export function evenly<T>(all: readonly T[], count: number, random: () => number): T[] {
  if (count >= all.length) return [...all];
  const size = all.length / count;
  return Array.from({ length: count }, (_, part) => all[Math.floor((part + random()) * size)] as T);
}

/** Runs `work` over the list, so many at a time. */
export async function inLanes<T>(list: readonly T[], lanes: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = [...list];
  const lane = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** How many faults are to be injected in all (LOCKSTEP_FAULTS), and the seed of what is drawn (LOCKSTEP_FAULTS_SEED). */
export const budget = Number(process.env.LOCKSTEP_FAULTS ?? 175);
export const seed = Number(process.env.LOCKSTEP_FAULTS_SEED ?? Math.floor(Math.random() * 1_000_000));
/** 15 and 18 unless told. */
export const majors: readonly number[] = (process.env.LOCKSTEP_TEST_MAJORS ?? '15,18').split(',').map(Number);
