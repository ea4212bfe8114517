import type { IsSilent } from '../lint/policy.ts';
import type { Catalog } from '../postgres/catalog/catalog.ts';
import { compare } from '../postgres/catalog/compare.ts';
import type { ScriptOutcome } from '../postgres/runner.ts';
import { ALONE_NOTE } from '../project/layouts/new-file.ts';
import { parseScript } from '../project/sql.ts';
import type { Migration } from '../project/types.ts';
import { platformAdvice } from '../rehearsal/base-advice.ts';
import type { Rehearsal } from '../rehearsal/rehearse.ts';
import type { MigrationRehearsal } from '../rehearsal/rounds.ts';
import type { StatementTrace } from '../rehearsal/trace/types.ts';
import type { Finding, MigrationReport, NotAnalysed, SchemaDiff } from '../report/model.ts';
import { type Loss, lostForGood } from './data-loss.ts';
import { downReport } from './down.ts';
import { inOneLine, observed, placeOf } from './finding.ts';
import { uncalled } from './rows/calls.ts';
import { type RowsReport, rowsGaps, rowsReport, withoutRows } from './rows/coverage.ts';
import { rowsFindings } from './rows/findings.ts';
import { differenceLines, schemaDiff } from './schema-diff.ts';
import { ofWholeChange, type SchemaFinding, schemaFindings } from './schema-findings.ts';
import { surprises } from './surprises.ts';
import type { Seen } from './trace/evidence.ts';
import { judgeTraces } from './trace/judge.ts';

/** One migration's rehearsal, as the report says it. */
export interface JudgedMigration {
  readonly migration: Migration;
  /** A migration that was not rehearsed has `status: 'not-run'` alone. */
  readonly report: Pick<MigrationReport, 'status' | 'up' | 'down' | 'schemaDiff'>;
  readonly findings: readonly Finding[];
  /** What the schemas before and after show; which of it is told, the whole change set decides. */
  readonly schema: readonly SchemaFinding[];
  /** Data that up takes away for good, object by object. */
  readonly lost: readonly Loss[];
  readonly notAnalysed: readonly NotAnalysed[];
  /** undefined: its statements were not followed. */
  readonly trace?: readonly StatementTrace[] | undefined;
}

/** What the rehearsal found out. */
export interface Rehearsed {
  /** By migration id. */
  readonly migrations: ReadonlyMap<string, JudgedMigration['report']>;
  readonly findings: readonly Finding[];
  /** About running code and hazards; what lint tells as well is joined with it: see joined.ts. */
  readonly schema: readonly SchemaFinding[];
  /** By migration id: data that up takes away for good, object by object. */
  readonly lost: ReadonlyMap<string, readonly string[]>;
  readonly notAnalysed: readonly NotAnalysed[];
  readonly schemaDiff: SchemaDiff;
  /** What each statement did. */
  readonly seen: Seen;
  /** How the tables were filled for the run on rows; undefined: there was none. */
  readonly rows: RowsReport | undefined;
}

/** `aloneNote`: how the project's tool has a migration marked that refuses a transaction. */
export function judgeMigration(
  item: MigrationRehearsal,
  searchPath: readonly string[],
  aloneNote: string = ALONE_NOTE,
): JudgedMigration {
  const { migration, round } = item;
  if (round === undefined) {
    const notAnalysed = [{ path: migration.path, reason: `not rehearsed: ${item.skipped}` }];
    return { migration, report: { status: 'not-run' }, findings: [], schema: [], lost: [], notAnalysed };
  }
  const findings = upFindings(migration, round.up, aloneNote);
  const down = downReport(item, findings);
  const schema: SchemaFinding[] = [];
  if (round.after) {
    const statements = parseScript(migration.up).statements ?? [];
    const { path, directives } = migration;
    const change = { path, statements, before: item.before, after: round.after, searchPath };
    findings.push(...surprises(change));
    schema.push(...schemaFindings({ ...change, phase: directives.phase }));
  }
  findings.push(...rowsFindings(item, searchPath));
  const report = {
    status: round.up.status,
    up: upReport(round.up),
    ...(down && { down }),
    ...(round.after && { schemaDiff: differenceLines(compare(item.before, round.after)) }),
  };
  const lost = round.after ? lostForGood(item.before, round.after) : [];
  const notAnalysed = [...withoutRows(item, searchPath), ...uncalled(item)];
  return { migration, report, findings, schema, lost, notAnalysed, trace: round.trace };
}

/** Without what was thrown: that is for who has to decide how to go on, and may hold what no report shows. */
function upReport({ status, durationMs, statements, error }: ScriptOutcome): NonNullable<MigrationReport['up']> {
  return { status, durationMs, statements: [...statements], ...(error === undefined ? {} : { error }) };
}

/** `linted`: what lint has found, by which the trace says nothing twice; `isSilent`: what of it is switched off. */
export function judgeRehearsal(
  rehearsal: Rehearsal<JudgedMigration>,
  linted: readonly Finding[],
  isSilent: IsSilent = () => false,
): Rehearsed {
  const { baseCatalog, headCatalog } = rehearsal;
  const { migrations, seen } = judgeTraces(rehearsal.migrations, linted, isSilent);
  const last = migrations.at(-1)?.migration;
  const reason = 'the migrations were not run together: they change roles, and this server cannot be copied';
  const notInOne = 'the migrations were not run in one transaction, as the tool itself would: they change roles';
  return {
    migrations: new Map(migrations.map(({ migration, report }) => [migration.id, report])),
    findings: [
      ...migrations.flatMap(({ findings }) => findings),
      ...togetherFindings(rehearsal),
      ...inOneFindings(rehearsal),
    ],
    schema: ofWholeChange(
      migrations.flatMap(({ schema }) => schema),
      baseCatalog,
      headCatalog,
    ),
    lost: new Map(migrations.map(({ migration, lost }) => [migration.id, ofBase(lost, baseCatalog)])),
    notAnalysed: [
      ...migrations.flatMap(({ notAnalysed }) => notAnalysed),
      ...(rehearsal.notTogether && last ? [{ path: last.path, reason }] : []),
      ...(rehearsal.notInOne && last ? [{ path: last.path, reason: notInOne }] : []),
      ...(rehearsal.rows && last ? rowsGaps(rehearsal.rows, last.path) : []),
    ],
    rows: rehearsal.rows && rowsReport(rehearsal.rows),
    schemaDiff: schemaDiff(compare(baseCatalog, headCatalog)),
    seen,
  };
}

/** What the change set itself has made held nothing before it. */
function ofBase(lost: readonly Loss[], base: Catalog): string[] {
  const known = new Set(base.identities.values());
  // A table that is emptied and then dropped has lost its rows once.
  return [...new Set(lost.filter(({ of }) => of === undefined || known.has(of)).map(({ what }) => what))];
}

/** `note`: how the project's tool has it marked. */
function needsNoTransaction(note: string): string {
  return `This statement cannot run in the transaction that the tool opens. Give it a migration of its own, ${note}.`;
}

function upFindings(migration: Migration, up: ScriptOutcome, aloneNote: string): Finding[] {
  if (up.error === undefined) return [];
  const { error } = up;
  const rule = error.sqlstate === '42501' ? 'needs-superuser' : 'migration-fails';
  const stays =
    up.status === 'partial' ? ` ${error.ranBefore ?? ''}: in production this would be a half-applied migration.` : '';
  return [
    observed(rule, {
      ...placeOf(error, migration.path),
      message: `${inOneLine(error)}.${stays}`,
      suggestion: error.hint ?? platformAdvice(error.message),
      help: error.sqlstate === '25001' ? needsNoTransaction(aloneNote) : undefined,
    }),
  ];
}

function togetherFindings({ together, migrations, headCatalog }: Rehearsal<JudgedMigration>): Finding[] {
  if (together === undefined) return [];
  const failed = together.outcomes.findIndex(({ status }) => status !== 'applied');
  const migration = migrations[failed]?.migration;
  const error = together.outcomes[failed]?.error;
  if (migration && error) {
    return [
      observed('fails-together', {
        ...placeOf(error, migration.path),
        message: `Alone it runs, after the others on one connection it does not: ${inOneLine(error)}.`,
      }),
    ];
  }
  const last = migrations.at(-1)?.migration;
  if (together.after === undefined || last === undefined) return [];
  const difference = differenceLines(compare(headCatalog, together.after));
  if (difference.length === 0) return [];
  return [
    observed('fails-together', {
      path: last.path,
      message: `One after the other on one connection the migrations make another schema: ${difference[0]}.`,
    }),
  ];
}

/** Where the tool's own way, one transaction for all, leads elsewhere than ours. */
function inOneFindings({ inOne, migrations, headCatalog }: Rehearsal<JudgedMigration>): Finding[] {
  const last = migrations.at(-1)?.migration;
  if (inOne === undefined || last === undefined) return [];
  const [difference] = inOne.after ? differenceLines(compare(headCatalog, inOne.after)) : [];
  const { failed } = inOne;
  if (failed === undefined && difference === undefined) return [];
  const place = failed ? placeOf(failed.error, failed.migration.path) : { path: last.path };
  const what = failed ? `this fails: ${inOneLine(failed.error)}` : `another schema comes out: ${difference}`;
  return [
    observed('fails-in-one-transaction', {
      ...place,
      message: `The tool itself runs all that is pending in one transaction, where ${what}. Lockstep does not, and can run it.`,
    }),
  ];
}
