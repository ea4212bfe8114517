import { type Catalog, joinNames, keyOf } from '../../postgres/catalog/catalog.ts';
import { relationsBelow } from '../../project/relations.ts';
import { parseScript, type Statement } from '../../project/sql.ts';
import type { MigrationRehearsal } from '../../rehearsal/rounds.ts';
import type { OnRows } from '../../rehearsal/seed/chain.ts';
import type { Finding, SqlErrorReport } from '../../report/model.ts';
import { inOneLine, observed, placeOf } from '../finding.ts';
import { callFindings } from './calls.ts';
import { failsOnAnyRow } from './certain.ts';
import { type Demand, demandOf, tableFinder } from './demand.ts';
import { decidingQuery } from './query.ts';

/** A migration that ran on empty tables and fails on tables with rows: whose rows they were, and what decides on production. */

/** Whose rows made a statement fail. */
type Owner = 'generic' | 'project' | 'change set';

export function rowsFindings(item: MigrationRehearsal, searchPath: readonly string[]): Finding[] {
  return [...failureOnRows(item, searchPath), ...callFindings(item)];
}

function failureOnRows(item: MigrationRehearsal, searchPath: readonly string[]): Finding[] {
  const { migration, onRows, before, round } = item;
  const error = onRows?.outcome.error;
  if (onRows === undefined || error === undefined) return [];
  const after = round?.after;
  const statements = parseScript(migration.up).statements ?? [];
  const statement = statements.find(({ index }) => index === error.statement);
  const tableOf = tableFinder(after ? [before, after] : [before], searchPath);
  const demand =
    statement && demandOf({ statement, text: migration.up.text, error, subject: onRows.subject, before, tableOf });
  const certain = demand && statement && failsOnAnyRow(demand, statement, statements, before, after);
  const query = demand && !certain ? decidingQuery(demand, before, after) : undefined;
  const owner = ownerOf(onRows, relationsOf(onRows, statement, tableOf), after ? [before, after] : [before]);
  const finding = observed('fails-on-rows', {
    ...placeOf(error, migration.path),
    message: `On empty tables it runs, on tables with rows it fails: ${toldOf(error)}. ${certain ? ANY[kindOf(demand)] : ROWS[owner]}`,
    help: certain ? WAY[kindOf(demand)] : query !== undefined ? ASK : look(error, demand),
    suggestion: query,
  });
  return [certain || owner === 'project' ? { ...finding, severity: 'block' } : finding];
}

/** The tables that a failure is about: the one that Postgres names, and those that the statement does. */
function relationsOf(
  { subject }: OnRows,
  statement: Statement | undefined,
  tableOf: ReturnType<typeof tableFinder>,
): readonly string[] {
  const named = relationsBelow(statement?.tree).flatMap(({ schema, name }) => {
    const table = tableOf({ relname: name, ...(schema !== undefined && { schemaname: schema }) });
    return table === undefined ? [] : [joinNames([table.schema, table.name])];
  });
  return [...new Set([...(subject.relation === undefined ? [] : [subject.relation]), ...named])];
}

/**
 * Generic rows decide nothing as soon as they have a part in it, and what the change set has written into a table of its own
 * comes from them too: what it wrote by itself would have failed on empty tables. Tables are told by OID: their names may
 * be new.
 */
function ownerOf({ filling }: OnRows, relations: readonly string[], catalogs: readonly Catalog[]): Owner {
  const rows = relations.map((name) => {
    const key = keyOf({ kind: 'table', name });
    const identity = catalogs.map(({ identities }) => identities.get(key)).find((found) => found !== undefined);
    return filling.seeding?.tables.get(identity?.replace('relation:', '') ?? '') ?? 'made';
  });
  if (rows.includes('generic')) return 'generic';
  const made = rows.length > 0 && rows.every((one) => one === 'made');
  if (filling.byProject && (rows.includes('kept') || filling.seeding?.filled.length === 0)) return 'project';
  return made ? 'change set' : 'generic';
}

/** Generic values fill their columns: nobody wants to read three hundred times the same sign, nor all columns of a row. */
function toldOf({ detail, ...error }: SqlErrorReport): string {
  const told = inOneLine(detail === undefined || /^Failing row/.test(detail) ? error : { ...error, detail });
  return told.replace(/([xyz])\1{19,}/g, '$1$1$1…');
}

const ROWS: Readonly<Record<Owner, string>> = {
  generic:
    "The rows are generic: three for each table, one with NULL wherever it may stand, two that are equal but for keys. Whether production's rows fail as well, they do not tell.",
  project: "The rows are the project's own (`rehearsal.seed`, `rehearsal.seed_command`).",
  'change set':
    'The rows were written by this change set itself, out of tables with generic rows: make sure that what it writes meets what it demands.',
};

const ASK =
  'Run the query below on production, it only reads: where it counts nothing and finds no row, the statement passes. Else mend these rows first, in this migration before the statement or in one before it.';

type Kind = Demand['kind'];

function kindOf(demand: Demand | undefined): Kind {
  return demand?.kind ?? 'check';
}

const ANY: Readonly<Record<Kind, string>> = {
  'not null': 'Every row that is there makes it fail: the column is new, and nothing fills it.',
  unique: 'Any two rows that are there make it fail: the column is new, and holds the same in all of them.',
  'foreign key': 'Every row that is there makes it fail: the column is new, and what it holds refers to nothing.',
  check: 'Every row that is there makes it fail: the column is new, and what it holds does not meet the condition.',
  type: 'Every value that is there makes it fail: none of the old type is one of the new.',
};

const WAY: Readonly<Record<Kind, string>> = {
  'not null':
    'Give the column a DEFAULT; or add it without NOT NULL, fill it for the rows that are there, and set NOT NULL then.',
  unique: 'Add the column without a default, give each row a value of its own, and make it unique then.',
  'foreign key': 'Add the column without a default, or with one that the other table holds before.',
  check: 'Choose a default that meets the condition, or fill the column before the constraint is added.',
  type: 'Say by USING how the old values become new ones; or add a column of the new type, fill it, and let it take the place of the old one.',
};

/** What to look for where no query can be built. */
function look({ sqlstate = '' }: SqlErrorReport, demand: Demand | undefined): string {
  const where =
    demand === undefined ? 'the tables that the statement reads' : `${demand.table.schema}.${demand.table.name}`;
  const what =
    WHAT[sqlstate] ??
    (sqlstate.startsWith('22') ? 'values that the new type or the expression does not take' : undefined);
  return what === undefined
    ? 'Look at what the statement does to rows that are there, and try it on a copy of production.'
    : `Look on production for ${what}, in ${where}; mend them before the statement, or write it so that it passes them by.`;
}

const WHAT: Readonly<Record<string, string>> = {
  '23502': 'rows from which NULL comes into the column',
  '23505': 'rows that are equal in the key',
  '23503': 'rows that refer to nothing',
  '23514': 'rows that do not meet the condition',
  '21000': 'subqueries that find more than one row',
};
