/** Numbers, times and commits as every surface writes them. */

/** '12 ms', '1.9 s', '3 min 5 s' */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** '1 file', '3 files' */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** As much of a commit's name as people know it by. */
export function shortCommit(sha: string): string {
  return sha.slice(0, 7);
}
