import type { Deeds, WithFile } from './deeds.ts';
import type { TracedRelation } from './types.ts';

interface Files {
  readonly rewrites: readonly TracedRelation[];
  readonly truncates: readonly TracedRelation[];
  readonly creates: readonly TracedRelation[];
  readonly drops: readonly TracedRelation[];
}

/**
 * Which of the new files hold what the old ones held. A table is copied by way of another one that is made for that and
 * dropped (`copied`), or moved to another tablespace as it is; TRUNCATE does neither. Its indexes get new files as well:
 * they are a part of it. An index that is made anew under its name, when the type of its column changes, is rewritten;
 * unless it goes on with the old file, and then nothing has happened to it.
 */
export function sortFiles(deeds: readonly Deeds[], copied: boolean): Files {
  const moved = new Set(deeds.flatMap((one) => one.moved?.oid ?? []));
  const files = deeds.flatMap((one) => one.newFile ?? []);
  const truncates = files.filter(({ kind, oid }) => kind !== 'index' && !copied && !moved.has(oid));
  const emptied = new Set(truncates.map(({ name }) => name));
  const isEmptied = ({ name, table }: TracedRelation): boolean => emptied.has(name) || emptied.has(table ?? name);
  const created = deeds.flatMap((one) => one.created ?? []);
  const dropped = deeds.flatMap((one) => one.dropped ?? []);
  const successor = ({ relation }: WithFile): WithFile | undefined =>
    relation.kind === 'index' ? created.find((one) => one.relation.name === relation.name) : undefined;
  const remade = dropped.filter((one) => successor(one) !== undefined);
  const successors = new Set(remade.map(successor));
  return {
    rewrites: [
      ...files.filter((one) => !isEmptied(one)),
      ...remade.filter((one) => successor(one)?.filenode !== one.filenode).map(({ relation }) => relation),
    ],
    truncates,
    creates: created.filter((one) => !successors.has(one)).map(({ relation }) => relation),
    drops: dropped.filter((one) => !remade.includes(one)).map(({ relation }) => relation),
  };
}
