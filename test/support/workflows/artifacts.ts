import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Artifacts of all runs of a repository. */

export interface Artifact {
  readonly id: number;
  readonly name: string;
  /** Content by path, slashes between. */
  readonly files: Readonly<Record<string, Buffer>>;
  readonly digest: string;
}

export class Artifacts {
  readonly #runs = new Map<number, Map<string, Artifact>>();
  #lastId = 700;

  of(run: number): ReadonlyMap<string, Artifact> {
    return this.#runs.get(run) ?? new Map();
  }

  /** undefined: the run has one of that name, and it is not to be written over. */
  add(run: number, name: string, files: Artifact['files'], overwrite: boolean): Artifact | undefined {
    const all = this.#runs.get(run) ?? new Map<string, Artifact>();
    this.#runs.set(run, all);
    if (all.has(name) && !overwrite) return undefined;
    this.#lastId += 1;
    const hash = createHash('sha256');
    for (const [path, content] of Object.entries(files)) hash.update(path).update(content);
    const artifact = { id: this.#lastId, name, files, digest: hash.digest('hex') };
    all.set(name, artifact);
    return artifact;
  }
}

/** Below a folder, by path; or of a file, by its name. Hidden files and folders only when told. */
export function filesBelow(root: string, hidden: boolean): string[] {
  if (!existsSync(root)) return [];
  if (!statSync(root).isDirectory()) return [root];
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') && !hidden) return [];
    const path = join(root, entry.name);
    return entry.isDirectory() ? filesBelow(path, hidden) : [path];
  });
}

export function contentOf(files: readonly string[], root: string): Record<string, Buffer> {
  return Object.fromEntries(files.map((path) => [relative(root, path), readFileSync(path)]));
}

export function extract({ files }: Artifact, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
  }
}
