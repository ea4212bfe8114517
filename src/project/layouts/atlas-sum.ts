import { createHash } from 'node:crypto';

/** `atlas.sum`, which Atlas goes nowhere without: https://github.com/ariga/atlas, sql/migrate/dir.go. */

interface SummedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface AtlasSum {
  /** What the file has to hold. */
  readonly text: string;
  /** The hash of each file, without 'h1:': over names and contents of all files up to it. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** `files`: all `*.sql` of the folder, in the order of their names. */
export function atlasSum(files: readonly SummedFile[]): AtlasSum {
  const chain = createHash('sha256');
  const whole = createHash('sha256');
  const hashes = new Map<string, string>();
  for (const { name, bytes } of files) {
    chain.update(name);
    if (isLeftOut(bytes)) continue;
    chain.update(bytes);
    const hash = chain.copy().digest('base64');
    hashes.set(name, hash);
    whole.update(name).update(hash);
  }
  const lines = [...hashes].map(([name, hash]) => `${name} h1:${hash}\n`);
  return { text: `h1:${whole.digest('base64')}\n${lines.join('')}`, hashes };
}

/** `-- atlas:sum ignore` on the first line. */
function isLeftOut(bytes: Buffer): boolean {
  const [line = ''] = bytes.subarray(0, 200).toString('latin1').split('\n', 1);
  return /^[ -~]*atlas:sum +ignore\s*$/.test(line);
}

/** Names of files whose line is missing or another one: each stands for all files up to it. */
export function differing(found: string, { hashes }: AtlasSum): ReadonlySet<string> {
  const there = new Set(found.split(/\r?\n/));
  return new Set([...hashes].filter(([name, hash]) => !there.has(`${name} h1:${hash}`)).map(([name]) => name));
}
