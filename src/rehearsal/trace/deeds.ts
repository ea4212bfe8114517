import type { Held, RelationState } from './reading.ts';
import type { TracedRelation, TracedWrites } from './types.ts';

/** What has become of one relation between two readings. */
export interface Deeds {
  readonly created?: WithFile;
  readonly dropped?: WithFile;
  /** It has another file. */
  readonly newFile?: TracedRelation;
  readonly moved?: TracedRelation;
  readonly scanned?: TracedRelation;
  readonly invalid?: TracedRelation;
  readonly writes?: TracedWrites;
}

export interface WithFile {
  readonly relation: TracedRelation;
  readonly filenode: number;
}

export type Counters = Pick<Held, 'scans' | 'inserted' | 'updated' | 'deleted'>;

interface Change {
  readonly relation: TracedRelation;
  /** undefined: it was not there. */
  readonly before: RelationState | undefined;
  /** As they were at the last reading of this transaction. */
  readonly counters: Counters;
  readonly held: Held;
  readonly newModes: readonly string[];
}

export function deedsOf({ relation, before, counters, held, newModes }: Change): Deeds {
  const { now } = held;
  if (now === undefined) return before === undefined ? {} : { dropped: { relation, filenode: before.filenode } };
  const isRead = relation.kind === 'table' || relation.kind === 'materialized view';
  const hasFile = (isRead || relation.kind === 'index') && now.filenode !== 0;
  const hasNewFile = before !== undefined && hasFile && before.filenode !== now.filenode;
  const inserted = held.inserted - counters.inserted;
  const updated = held.updated - counters.updated;
  const deleted = held.deleted - counters.deleted;
  const written = inserted > 0 || updated > 0 || deleted > 0;
  const becameInvalid = now.valid === false && before?.valid !== false && !relation.partitioned;
  return {
    ...(before === undefined ? { created: { relation, filenode: now.filenode } } : {}),
    ...(hasNewFile ? { newFile: relation } : {}),
    ...(hasNewFile && before.tablespace !== now.tablespace ? { moved: relation } : {}),
    ...(isRead && held.scans > counters.scans ? { scanned: relation } : {}),
    ...(becameInvalid ? { invalid: relation } : {}),
    ...(written || mayWrite(relation, newModes) ? { writes: { relation, inserted, updated, deleted } } : {}),
  };
}

/** INSERT, UPDATE, DELETE, MERGE and COPY take this lock on what they write to, and little else does. */
function mayWrite(relation: TracedRelation, newModes: readonly string[]): boolean {
  return relation.kind === 'table' && newModes.includes('RowExclusiveLock');
}
