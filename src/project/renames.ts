import { basename } from 'node:path/posix';
import { meaningOf } from './same-statements.ts';
import type { Migration } from './types.ts';

/**
 * Which new migrations are old ones under a new name: the same bytes, else the same statements, else the same version
 * with mostly the same lines. Each old one is found once.
 */
export function renames(gone: readonly Migration[], added: readonly Migration[]): Map<Migration, Migration> {
  const found = new Map<Migration, Migration>();
  const left = new Set(gone);
  for (const alike of [sameBytes, sameMeaning, sameVersion]) {
    for (const migration of added) {
      if (found.has(migration) || left.size === 0) continue;
      const candidates = [...left].filter((old) => alike(old, migration));
      const source = closestName(candidates, migration);
      if (!source) continue;
      found.set(migration, source);
      left.delete(source);
    }
  }
  return found;
}

/** Files without a statement are alike by chance: they need the version in common. */
function sameBytes(old: Migration, migration: Migration): boolean {
  return (
    old.checksum === migration.checksum && (old.version === migration.version || meaningOf(migration.up) !== undefined)
  );
}

function sameMeaning(old: Migration, migration: Migration): boolean {
  const meaning = meaningOf(migration.up);
  return meaning !== undefined && meaning === meaningOf(old.up);
}

function sameVersion(old: Migration, migration: Migration): boolean {
  return old.version === migration.version && similarity(old.up.text, migration.up.text) >= 0.5;
}

/** The share of lines, 0 to 1, that two texts have in common; blank ones do not count. */
function similarity(a: string, b: string): number {
  const left = linesOf(a);
  const right = new Set(linesOf(b));
  const longer = Math.max(left.length, right.size);
  return longer === 0 ? 1 : left.filter((line) => right.has(line)).length / longer;
}

function linesOf(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
}

/** Of several alike: the one with the same name, else with the same version, else the first. */
function closestName(candidates: readonly Migration[], { path, version }: Migration): Migration | undefined {
  return (
    candidates.find((old) => basename(old.path) === basename(path)) ??
    candidates.find((old) => old.version === version) ??
    candidates[0]
  );
}
