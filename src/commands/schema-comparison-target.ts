import { DatabaseError } from 'pg';
import { LockstepError } from '../errors.ts';
import type { ObjectKind } from '../postgres/catalog/catalog.ts';
import { type TargetSnapshot, targetSnapshot } from '../postgres/catalog/target-snapshot.ts';
import type { Session } from '../postgres/session.ts';

/** Without these a comparison says nothing. */
const NEEDED: ReadonlySet<ObjectKind> = new Set<ObjectKind>(['schema', 'table', 'column', 'constraint', 'index']);

const NO_RIGHT = '42501';

/** The schema of the target. Throws LockstepError `schema-unreadable` when the role may not read its tables' catalogs. */
export async function readTarget(
  session: Session,
  major: number,
  isWanted: (kind: ObjectKind) => boolean,
): Promise<TargetSnapshot> {
  try {
    return await targetSnapshot(session.client, major, isWanted, NEEDED);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== NO_RIGHT) throw error;
    throw new LockstepError('schema-unreadable', `the target's schema cannot be read: ${error.message}`, {
      hint: 'Every role may read the system catalogs (pg_class, pg_attribute, ...) unless somebody has revoked it: GRANT SELECT on the one that is named to this role.',
      cause: error,
    });
  }
}
