import { DatabaseError } from 'pg';
import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import { identifier, literal, tableSql, tableText } from '../../project/quoting.ts';
import type { HistoryRequest, TargetHistory } from './read.ts';

/**
 * Brings the tool's own table up to date where an older version of the tool has made it, as the newer one would. It changes what the tool
 * sees: only once nothing refuses the run any more, and while the lock is held. Throws `history-not-upgraded`.
 */
export async function upgradeToolTable(
  session: Session,
  { source, layout, role }: Pick<HistoryRequest, 'source' | 'layout' | 'role'>,
  { toolTableUpgrade: upgrade }: Pick<TargetHistory, 'toolTableUpgrade'>,
): Promise<void> {
  if (source === undefined || upgrade === undefined) return;
  try {
    // One message is one transaction: all of it is there, or nothing.
    await session.run(upgrade);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '42501') throw error;
    const name = tableText(source.table);
    const { owner, isSuperuser } = await ownerOf(session, tableSql(source.table));
    throw new LockstepError(
      'history-not-upgraded',
      `${name} is as an older version of ${layout.name} made it, and the role ${role} may not change it: ${error.message}`,
      {
        hint: [
          `Its owner may. Run, as ${owner}, what the newer version would:`,
          ...['BEGIN', ...upgrade.split(';\n'), 'COMMIT'].map((line) => `  ${line};`),
          // A deploy is not to have a superuser's rights for the sake of two columns.
          ...(isSuperuser
            ? []
            : [`or let the role do what ${owner} may:`, `  GRANT ${identifier(owner)} TO ${identifier(role)};`]),
        ].join('\n'),
        cause: error,
      },
    );
  }
}

async function ownerOf(
  session: Session,
  table: string,
): Promise<{ readonly owner: string; readonly isSuperuser: boolean }> {
  const [found] = await session.run(
    `SELECT r.rolname AS owner, r.rolsuper AS "isSuperuser" FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles r ON r.oid = c.relowner WHERE c.oid = ${literal(table)}::pg_catalog.regclass`,
  );
  const [row] = (found?.rows ?? []) as readonly { owner: string; isSuperuser: boolean }[];
  return row ?? { owner: 'its owner', isSuperuser: true };
}
