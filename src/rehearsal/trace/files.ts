import type { Deeds } from './deeds.ts';
import type { TracedRelation } from './types.ts';

interface NewFiles {
  readonly rewrites: readonly TracedRelation[];
  readonly truncates: readonly TracedRelation[];
}

/**
 * Which of the new files hold what the old ones held. A table is copied by way of another one that is made for that and
 * dropped (`copied`), or moved to another tablespace as it is; TRUNCATE does neither. Its indexes get new files as well:
 * they are a part of it.
 */
export function sortNewFiles(deeds: readonly Deeds[], copied: boolean): NewFiles {
  const moved = new Set(deeds.flatMap((one) => one.moved?.oid ?? []));
  const files = deeds.flatMap((one) => one.newFile ?? []);
  const truncates = files.filter(({ kind, oid }) => kind !== 'index' && !copied && !moved.has(oid));
  const emptied = new Set(truncates.map(({ name }) => name));
  const isEmptied = ({ name, table }: TracedRelation): boolean => emptied.has(name) || emptied.has(table ?? name);
  return { rewrites: files.filter((one) => !isEmptied(one)), truncates };
}
