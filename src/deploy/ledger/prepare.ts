import { DatabaseError } from 'pg';
import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import { meaningHash } from '../../project/meaning.ts';
import type { TargetHistory } from '../history/read.ts';
import type { HistorySource } from '../history/source.ts';
import type { AppliedMigration, EditedMigration } from '../history/state.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { identifier, value } from './sql.ts';

interface Preparation {
  readonly ledger: Ledger;
  readonly source: HistorySource | undefined;
  readonly history: TargetHistory;
  readonly role: string;
  readonly database: string;
}

/**
 * Makes the ledger, and the tool's own history table where the tool would. Only while the lock is held. Throws
 * `ledger-not-created` with the GRANT to paste.
 */
export async function prepareLedger(session: Session, request: Preparation): Promise<void> {
  const { ledger, source, history, role } = request;
  const [found] = history.ledger.exists
    ? []
    : await session.run(`SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${value(ledger.schema)}`);
  const statements = [
    ...(history.ledger.exists ? [] : [createLedger(ledger, (found?.rows.length ?? 0) > 0)]),
    ...(history.toolTableMissing && source?.create !== undefined ? [source.create] : []),
  ];
  if (statements.length === 0) return;
  try {
    // One message is one transaction: all of it is there, or nothing.
    await session.run(statements.join(';\n'));
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '42501') throw error;
    const tool = source === undefined ? '' : ` or ${source.schema}.${source.relation}`;
    throw new LockstepError(
      'ledger-not-created',
      `The role ${role} may not make the ledger (schema ${ledger.schema})${tool}: ${error.message}`,
      { hint: grants(request), cause: error },
    );
  }
}

function grants({ ledger, source, history, role, database }: Preparation): string {
  return [
    ...(history.ledger.exists
      ? []
      : [
          'As the owner of the database:',
          `  GRANT CREATE ON DATABASE ${identifier(database)} TO ${identifier(role)};`,
          'or make the schema for it:',
          `  CREATE SCHEMA ${identifier(ledger.schema)} AUTHORIZATION ${identifier(role)};`,
        ]),
    ...(history.toolTableMissing && source !== undefined
      ? [
          "For the tool's own table, as the owner of its schema:",
          `  GRANT CREATE ON SCHEMA ${identifier(source.schema)} TO ${identifier(role)};`,
        ]
      : []),
  ].join('\n');
}

/** SQL that takes note of edits that are all right, and of migrations that got another name. Undefined: there is nothing to note. */
export function acknowledge(
  { migrations }: Ledger,
  edited: readonly Pick<EditedMigration, 'migration' | 'entry'>[],
  renamed: readonly AppliedMigration[],
): string | undefined {
  const statements = [
    ...edited.map(
      ({ migration, entry }) =>
        `UPDATE ${migrations} SET checksum = ${value(migration.checksum)}, meaning = ${value(meaningHash(migration.up))}
         WHERE id = ${value(entry.identity)}`,
    ),
    ...renamed.map(
      ({ migration, identity, entry }) =>
        `UPDATE ${migrations} SET id = ${value(identity)}, name = ${value(migration.id)}, path = ${value(migration.path)}
         WHERE id = ${value(entry?.identity)}`,
    ),
  ];
  return statements.length === 0 ? undefined : statements.join(';\n');
}
