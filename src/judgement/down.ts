import { compare } from '../postgres/catalog/compare.ts';
import type { ScriptOutcome } from '../postgres/runner.ts';
import { parseScript } from '../project/sql.ts';
import type { Migration, Script } from '../project/types.ts';
import type { DownRun } from '../rehearsal/round.ts';
import type { MigrationRehearsal } from '../rehearsal/rounds.ts';
import type { StatementTrace } from '../rehearsal/trace/types.ts';
import type { Finding, MigrationReport, StatementReport } from '../report/model.ts';
import { inOneLine, observed, placeOf } from './finding.ts';
import { judgeReversal } from './reversal.ts';
import { differenceLines } from './schema-diff.ts';
import { factsOf, MadeByDeploy } from './trace/facts.ts';
import { withFacts } from './trace/statements.ts';

/** The way back of one migration: down right after up, and up again. */

/** What became of the way back; what there is to say of it is added to `findings`. undefined: up did not come to its end. */
export function downReport(item: MigrationRehearsal, findings: Finding[]): MigrationReport['down'] {
  const { migration, round, before } = item;
  if (round?.after === undefined) return undefined;
  const reason = migration.directives.irreversible?.reason;
  if (round.down === undefined) {
    if (reason !== undefined) return { status: 'irreversible', difference: [reason] };
    // What forbade it is a finding of its own.
    if (item.downSkipped !== undefined)
      return { status: 'failed', error: { message: `the down script was not run: ${item.downSkipped}` } };
    const path = migration.down?.path ?? migration.path;
    const what = migration.down === undefined ? 'there is no down script' : 'the down script holds no statement';
    findings.push(
      observed('down-missing', {
        path,
        line: firstLine(migration.down ?? migration.up),
        message: `${migration.id}: ${what}.`,
      }),
    );
    return { status: 'missing' };
  }
  return judgeDown(migration, round.down, before, round.after, findings);
}

function judgeDown(
  migration: Migration,
  down: DownRun,
  before: MigrationRehearsal['before'],
  afterUp: MigrationRehearsal['before'],
  findings: Finding[],
): NonNullable<MigrationReport['down']> {
  const script = migration.down ?? migration.up;
  const { durationMs } = down.outcome;
  if (down.outcome.error !== undefined || down.after === undefined) {
    const { error } = down.outcome;
    const message = error ? `${inOneLine(error)}.` : 'The down script did not run.';
    findings.push(
      observed('down-fails', error ? { ...placeOf(error, script.path), message } : { path: script.path, message }),
    );
    return { status: 'failed', durationMs, ...(error && { error }) };
  }
  const verdict = judgeReversal({ before, afterUp, afterDown: down.after });
  const place = { path: script.path, line: firstLine(script) };
  if (verdict.status === 'different') {
    const [first = '', ...rest] = verdict.difference;
    const more = rest.length > 0 ? ` (and ${rest.length} more)` : '';
    findings.push(observed('down-differs', { ...place, message: `After up and down: ${first}${more}.` }));
  }
  findings.push(...againFindings(migration, down, afterUp));
  const [reordered] = verdict.columnOrderChanged;
  if (reordered !== undefined) {
    findings.push(
      observed('column-order-changed', {
        ...place,
        message: `after up and down the columns stand in another order: ${reordered}.`,
      }),
    );
  }
  return {
    status: verdict.status,
    durationMs,
    ...(verdict.difference.length > 0 ? { difference: verdict.difference } : {}),
    ...(verdict.losesData.length > 0 ? { losesData: verdict.losesData } : {}),
    ...(down.trace && { statements: downStatements(script, down.outcome, down.trace) }),
  };
}

/** What the way back would lock on a target, where all that the migration has made is there. */
function downStatements(
  script: Script,
  { statements }: ScriptOutcome,
  trace: readonly StatementTrace[],
): StatementReport[] {
  const parsed = parseScript(script).statements ?? [];
  return withFacts(
    statements,
    factsOf(trace, new MadeByDeploy(), (index) => parsed[index]?.kind),
  );
}

function againFindings(migration: Migration, down: DownRun, afterUp: MigrationRehearsal['before']): Finding[] {
  const again = down.again;
  if (again === undefined) return [];
  if (again.outcome.error !== undefined) {
    const { error } = again.outcome;
    return [
      observed('up-again-fails', {
        ...placeOf(error, migration.path),
        message: `Up, down, up: the second up fails: ${inOneLine(error)}.`,
      }),
    ];
  }
  if (again.after === undefined) return [];
  const difference = differenceLines(compare(afterUp, again.after));
  if (difference.length === 0) return [];
  const line = firstLine(migration.up);
  return [
    observed('up-again-fails', {
      path: migration.path,
      line,
      message: `Up, down, up: the second up makes another schema than the first: ${difference[0]}.`,
    }),
  ];
}

/** The line of a script's first statement; 1 when it has none. */
function firstLine(script: Script): number {
  return parseScript(script).statements?.[0]?.line ?? 1;
}
