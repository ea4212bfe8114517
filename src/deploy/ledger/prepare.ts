import { DatabaseError } from 'pg';
import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import { type Bookkeeping, createTable } from '../../project/layouts/bookkeeping.ts';
import { meaningHash } from '../../project/meaning.ts';
import { identifier, literal, tableText, value } from '../../project/quoting.ts';
import type { TargetHistory } from '../history/read.ts';
import type { AppliedMigration, NotedEdit } from '../history/state.ts';
import { createLedger, type Ledger } from './ledger.ts';

interface Preparation {
  readonly ledger: Ledger;
  readonly source: Bookkeeping | undefined;
  readonly history: TargetHistory;
  readonly role: string;
  readonly database: string;
}

/**
 * Makes the ledger, and the tool's own history table where the tool would. What is there stays as it is: nothing may come of the run yet.
 * Only while the lock is held. Throws `ledger-not-created` with the GRANT to paste.
 */
export async function prepareLedger(session: Session, request: Preparation): Promise<void> {
  const { ledger, source, history, role } = request;
  const tool = history.toolTableMissing ? source : undefined;
  if (history.ledger.exists && tool === undefined) return;
  const there = await schemasThere(session, [ledger.schema, ...(tool === undefined ? [] : [tool.table.schema])]);
  const statements = [
    ...(history.ledger.exists ? [] : [createLedger(ledger, there.has(ledger.schema))]),
    ...(tool === undefined ? [] : [createTable(tool, there.has(tool.table.schema))]),
  ];
  try {
    // One message is one transaction: all of it is there, or nothing.
    await session.run(statements.join(';\n'));
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '42501') throw error;
    const missing = [
      ...(history.ledger.exists ? [] : [`the ledger (schema ${ledger.schema})`]),
      ...(tool === undefined ? [] : [`${tableText(tool.table)}, the tool's own history`]),
    ];
    throw new LockstepError(
      'ledger-not-created',
      `The role ${role} may not make ${missing.join(' or ')}: ${error.message}`,
      { hint: grants(request, there), cause: error },
    );
  }
}

async function schemasThere(session: Session, names: readonly string[]): Promise<ReadonlySet<string>> {
  const list = names.map(literal).join(', ');
  const [found] = await session.run(`SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname IN (${list})`);
  return new Set(((found?.rows ?? []) as readonly { nspname: string }[]).map(({ nspname }) => nspname));
}

function grants({ ledger, source, history, role, database }: Preparation, there: ReadonlySet<string>): string {
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
          ...(there.has(source.table.schema)
            ? [
                "For the tool's own table, as the owner of its schema:",
                `  GRANT CREATE ON SCHEMA ${identifier(source.table.schema)} TO ${identifier(role)};`,
              ]
            : [
                "For the tool's own table, its schema:",
                `  CREATE SCHEMA ${identifier(source.table.schema)} AUTHORIZATION ${identifier(role)};`,
              ]),
        ]
      : []),
  ].join('\n');
}

/** SQL that takes note of edits that are all right, and of migrations that got another name. Undefined: there is nothing to note. */
export function acknowledge(
  { migrations }: Ledger,
  edited: readonly Pick<NotedEdit, 'migration' | 'entry'>[],
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
