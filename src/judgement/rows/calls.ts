import { parseScript, type Statement } from '../../project/sql.ts';
import type { MigrationRehearsal } from '../../rehearsal/rounds.ts';
import type { FailedCall } from '../../rehearsal/seed/calls.ts';
import type { Finding, NotAnalysed } from '../../report/model.ts';
import { observed } from '../finding.ts';

/** What functions and triggers of a migration do when they are called. */

export function callFindings({ migration, onRows }: MigrationRehearsal): Finding[] {
  const statements = parseScript(migration.up).statements ?? [];
  return (onRows?.calls?.failed ?? []).map((call) => {
    const at = madeBy(call, statements);
    return observed('fails-when-called', {
      path: migration.path,
      ...(at && { line: at.line, column: at.column, statement: at.index }),
      message: `${subject(call)} fails: ${call.message} (${call.sqlstate}).`,
    });
  });
}

/** What nobody has called, so that nobody knows whether it works. */
export function uncalled({ migration, onRows }: MigrationRehearsal): NotAnalysed[] {
  return (onRows?.calls?.notCalled ?? []).map((what) => ({
    path: migration.path,
    reason: `not called in the rehearsal: ${what}`,
  }));
}

function subject({ kind, name, table, event }: FailedCall): string {
  return kind === 'function' ? `A call of ${name}` : `${event} of a row of ${table}, in trigger ${name},`;
}

/** The last statement that makes such a thing and names it; else one that runs others. */
function madeBy({ kind, name }: FailedCall, statements: readonly Statement[]): Statement | undefined {
  const makes = kind === 'function' ? 'CreateFunctionStmt' : 'CreateTrigStmt';
  const bare = name.replace(/\(.*$/s, '').replace(/^.*\./s, '').replaceAll('"', '');
  const named = statements.findLast((one) => one.kind === makes && one.sql.includes(bare));
  return named ?? statements.findLast((one) => one.kind === 'CreateFunctionStmt') ?? statements[0];
}
