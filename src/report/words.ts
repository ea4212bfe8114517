/** Numbers, times and commits as every surface writes them. */

/** '12 ms', '1.9 s', '3 min 5 s', '2 h 10 min', '3 d 4 h' */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3_600) return inTwo(seconds, [60, 'min'], [1, 's']);
  return seconds < 86_400 ? inTwo(seconds, [3_600, 'h'], [60, 'min']) : inTwo(seconds, [86_400, 'd'], [3_600, 'h']);
}

type Unit = readonly [seconds: number, name: string];

function inTwo(seconds: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? '' : ` ${rest} ${smallName}`}`;
}

/** '8 kB', '12.4 MB', '1.2 TB': as Postgres counts them, in 1024s. */
export function bytes(number: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(units.length - 1, number < 1 ? 0 : Math.floor(Math.log2(number) / 10));
  const scaled = number / 1024 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1).replace(/\.0$/, '')} ${units[power]}`;
}

/** An estimate: '0', '830', 'about 12,000', 'about 41.2 million'. */
export function roughly(number: number): string {
  if (number < 1_000) return `${number}`;
  if (number < 1_000_000) return `about ${Number(number.toPrecision(2)).toLocaleString('en-US')}`;
  const [unit, name] = number < 1_000_000_000 ? [1_000_000, 'million'] : [1_000_000_000, 'billion'];
  return `about ${Number((number / unit).toPrecision(3)).toLocaleString('en-US')} ${name}`;
}

/** '2026-03-02 09:15 UTC' */
export function moment(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z$/, '$1 $2 UTC');
}

/** '1 file', '3 files' */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** As much of a commit's name as people know it by. */
export function shortCommit(sha: string): string {
  return sha.slice(0, 7);
}
