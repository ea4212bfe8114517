import { parseScript } from '../project/sql.ts';
import { effectiveExecution } from '../project/transaction.ts';
import type { Script } from '../project/types.ts';
import type { Finding } from '../report/model.ts';
import { isMandatory } from './catalogue.ts';
import { commandsOf } from './commands.ts';
import { readScript } from './reading.ts';
import { Routines } from './routines.ts';
import { looserTimeout } from './rules/looser-timeout.ts';
import { mixedTransaction } from './rules/mixed-transaction.ts';
import { sessionTampering } from './rules/session-tampering.ts';
import { transactionControl } from './rules/transaction-control.ts';
import type { ExaminedScript, ReadScript, RuleContext } from './types.ts';

/** What must hold before any database sees a script. */

/** A script with what was found out about it before any database saw it. */
export interface Guarded {
  readonly examined: ExaminedScript;
  /** undefined: it cannot be read or does not parse. */
  readonly read: ReadScript | undefined;
  /** Of the rules that protect databases. */
  readonly findings: readonly Finding[];
}

/**
 * Reads scripts and asks the rules that protect the databases which will meet them. `history`: the scripts that this
 * change leaves as they are, whose routines the others may call. `loadParser` must have resolved.
 */
export function guard(
  examined: readonly ExaminedScript[],
  context: RuleContext,
  history: readonly Script[] = [],
): Guarded[] {
  const readings = examined.map((one) => ({ one, ...readScript(one) }));
  const routines = new Routines(
    readings.flatMap(({ statements }) => statements ?? []),
    history,
  );
  return readings.map(({ one, statements, findings }) => {
    if (statements === undefined) return { examined: one, read: undefined, findings };
    const declared =
      one.half === 'down' ? (one.migration.downExecution ?? one.migration.execution) : one.migration.execution;
    const read: ReadScript = {
      ...one,
      statements,
      commands: commandsOf(statements, routines),
      execution: effectiveExecution({ ...one.migration, up: one.script, execution: declared }),
    };
    const own = [
      ...transactionControl(read),
      ...ofThisChange(read, [...sessionTampering(read), ...looserTimeout(read, context)]),
      ...mixedTransaction(read, context),
    ];
    return { examined: one, read, findings: [...findings, ...own] };
  });
}

/** Of an edited script what its new statements do: the old ones stand in every environment's past. */
function ofThisChange({ before, statements }: ReadScript, findings: readonly Finding[]): readonly Finding[] {
  const old = new Set((before && parseScript(before).statements)?.map(({ sql }) => sql.trim()));
  const isOld = (found: Finding): boolean =>
    statements.some(({ line, endLine, sql }) => line <= found.line && found.line <= endLine && old.has(sql.trim()));
  return old.size === 0 ? findings : findings.filter((found) => !isOld(found));
}

/**
 * Ids of the migrations whose `half` no database may see. Mandatory rules hold whatever anybody says; a looser timeout
 * counts as `findings` have it in the end, since a reason or a policy may release it.
 */
export function refusedIds(
  guarded: readonly Guarded[],
  half: 'up' | 'down',
  findings: readonly Finding[],
): ReadonlySet<string> {
  const loose = findings.filter(
    ({ rule, severity, suppressed }) => rule === 'looser-timeout' && severity === 'block' && !suppressed,
  );
  const refused = guarded.filter(
    (one) =>
      one.examined.half === half &&
      (one.read === undefined ||
        one.findings.some(({ rule, severity }) => isMandatory(rule) && severity === 'block') ||
        loose.some((found) => stands(found, one.read))),
  );
  return new Set(refused.map(({ examined }) => examined.migration.id));
}

/** Whether a finding stands in this script: both halves of a migration may share a file. */
function stands(found: Finding, read: ReadScript | undefined): boolean {
  if (read === undefined || read.script.path !== found.path) return false;
  return read.statements.some(({ line, endLine }) => line <= found.line && found.line <= endLine);
}
