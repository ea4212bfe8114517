import {
  type Catalog,
  type CatalogObject,
  keyOf,
  type ObjectKind,
  ownName,
  WHOLES,
} from '../../postgres/catalog/catalog.ts';
import { compare } from '../../postgres/catalog/compare.ts';
import type { Statement } from '../../project/sql.ts';
import type { Severity } from '../../report/model.ts';
import { label } from '../describe.ts';
import { holdsData, isAnother, livesOn } from '../same-object.ts';
import { wholeName } from '../sql-words.ts';
import { isEcho, ownerColumn } from '../wholes.ts';
import { type Drop, type Said, whatIsSaid } from './said.ts';

/** What went although no statement names it, and the statement that took it along. */
export interface Casualty {
  readonly rule: 'dropped-by-cascade' | 'dropped-in-a-block';
  readonly what: string;
  readonly severity: Severity;
  readonly statement: Statement;
}

/** What CASCADE or DROP OWNED reach, or a table takes with it. Anything else goes only by a statement of its own. */
const REACHABLE: ReadonlySet<ObjectKind> = new Set<ObjectKind>([
  'schema',
  'extension',
  'table',
  'foreign table',
  'view',
  'materialized view',
  'column',
  'attribute',
  'constraint',
  'domain constraint',
  'index',
  'sequence',
  'statistics object',
  'rule',
  'trigger',
  'policy',
  'function',
  'procedure',
  'aggregate',
  'operator',
  'operator class',
  'operator family',
  'collation',
  'conversion',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'language',
  'foreign-data wrapper',
  'server',
  'publication',
  'event trigger',
  'enum',
  'domain',
  'range type',
  'composite type',
  'type',
]);

/** Something that is not there any more, or not what it was. */
interface Loss {
  readonly object: CatalogObject;
  readonly what: string;
  readonly severity: Severity;
  /** Rows or values went with it. */
  readonly isData: boolean;
}

export function casualties(
  statements: readonly Statement[],
  before: Catalog,
  after: Catalog,
  searchPath: readonly string[],
): readonly Casualty[] {
  const said = whatIsSaid(statements, before, searchPath);
  const { dropped, changed } = compare(before, after);
  const emptied = madeAnew(before, after, said);
  const gone = new Map(dropped.map((object) => [keyOf(object), object]));
  const lost = dropped.filter(
    (object) =>
      REACHABLE.has(object.kind) &&
      !said.dropped.has(keyOf(object)) &&
      !goesNaturally(object, gone, said) &&
      !emptied.some(({ name }) => name === object.table),
  );
  const defaults = changed.filter(
    ({ before: column, facts }) =>
      column.kind === 'column' &&
      !said.named.has(keyOf(column)) &&
      !isOfDropped(column, said) &&
      !isEcho(column) &&
      !isAnother(column, before, after) &&
      facts.some(({ fact, after: now }) => fact === 'default' && now === undefined),
  );
  const losses: readonly Loss[] = [
    ...lost.map((object): Loss => {
      return { object, what: label(object), severity: severityOf(object, gone, said), isData: holdsData(object) };
    }),
    ...emptied.map((object): Loss => {
      return { object, what: `what ${label(object)} held (it is made anew)`, severity: 'block', isData: true };
    }),
    ...defaults.map(({ before: object }): Loss => {
      return { object, what: `the default of ${label(object)}`, severity: 'warn', isData: false };
    }),
  ];
  return losses.flatMap((loss) => laidTo(loss, said, statements[0]));
}

/**
 * Tables and columns that were dropped and made again under their names, when no statement names them as dropped. The
 * columns of such a table are not told again.
 */
function madeAnew(before: Catalog, after: Catalog, said: Said): readonly CatalogObject[] {
  const objects = [...before.objects.values()].filter(
    (object) =>
      holdsData(object) &&
      isAnother(object, before, after) &&
      !livesOn(object, before, after) &&
      !said.dropped.has(keyOf(object)) &&
      !isOfDropped(object, said),
  );
  const tables = new Set(objects.filter(({ kind }) => kind === 'table').map(({ name }) => name));
  return objects.filter(({ table }) => table === undefined || !tables.has(table));
}

/**
 * Lays a loss to a statement: first to one that drops the schema, the owner's things or what the object refers to; then to
 * a body of code that has its name in it, which for code is as good as a statement that names it, but for data is not.
 */
function laidTo({ object, what, severity, isData }: Loss, said: Said, first?: Statement): readonly Casualty[] {
  const taken = takenBy(object, said);
  const called = [ownName(object), ...(said.newNames.get(keyOf(object)) ?? [])];
  const mentioning = said.opaque
    .filter(({ words }) => called.some((name) => words.has(name)))
    .map(({ statement }) => statement);
  const within = mentioning.find(({ kind }) => kind !== 'SelectStmt') ?? mentioning[0];
  if (within !== undefined && !isData) return [];
  if (within !== undefined && taken === undefined)
    return [{ rule: 'dropped-in-a-block', what, severity: 'warn', statement: within }];
  const statement = taken ?? anyOf(object, said) ?? first;
  return statement === undefined ? [] : [{ rule: 'dropped-by-cascade', what, severity, statement }];
}

/** Whether it goes with something that is named, or is told by naming that: nobody is surprised by its loss. */
function goesNaturally(object: CatalogObject, gone: ReadonlyMap<string, CatalogObject>, said: Said): boolean {
  const isGone = (kind: ObjectKind, name: string): boolean => gone.has(keyOf({ kind, name }));
  if (isEcho(object)) return true;
  if (object.table !== undefined && WHOLES.some((kind) => isGone(kind, object.table ?? ''))) return true;
  if (isOfDropped(object, said)) return true;
  const owner = ownerColumn(object);
  if (owner !== undefined) return isGone('column', owner) || said.named.has(keyOf({ kind: 'column', name: owner }));
  // Postgres drops a column's indexes, constraints and statistics with it, those over several columns too.
  if (!WITH_COLUMN.has(object.kind)) return false;
  return [...gone.values()].some(
    (column) => column.kind === 'column' && column.table === object.table && mentions(object, ownName(column)),
  );
}

function isOfDropped({ table }: CatalogObject, { dropped }: Said): boolean {
  return table !== undefined && WHOLES.some((kind) => dropped.has(keyOf({ kind, name: table })));
}

const WITH_COLUMN: ReadonlySet<ObjectKind> = new Set(['index', 'constraint', 'statistics object']);

/** Lost data and lost guarantees of tables that the statement does not name block; the rest is code that can be brought back. */
function severityOf(object: CatalogObject, gone: ReadonlyMap<string, CatalogObject>, said: Said): Severity {
  if (object.kind === 'table') {
    // A partition that goes with its parent is told by it.
    const parent = object.facts['partition of']?.replaceAll('"', '');
    return parent !== undefined && gone.has(keyOf({ kind: 'table', name: parent })) ? 'warn' : 'block';
  }
  if (object.kind === 'column') return 'block';
  if (object.kind !== 'constraint') return 'warn';
  const own = said.drops.some(({ objects }) => objects.some((named) => named.table === object.table));
  return own ? 'warn' : 'block';
}

/** The statement that must have taken an object along: it cascades, and the object hangs on what it names. */
function takenBy(object: CatalogObject, { drops }: Said): Statement | undefined {
  const cascading = drops.filter(({ cascade }) => cascade);
  return (drops.find(({ sweeps }) => sweeps(object)) ?? referredTo(object, cascading))?.statement;
}

/** The likeliest statement when none must have done it. */
function anyOf(object: CatalogObject, { drops, opaque }: Said): Statement | undefined {
  const cascading = drops.find(({ cascade }) => cascade);
  return (referredTo(object, drops) ?? cascading)?.statement ?? opaque[0]?.statement ?? drops[0]?.statement;
}

function referredTo(object: CatalogObject, drops: readonly Drop[]): Drop | undefined {
  return drops.find(({ objects }) => objects.some((named) => mentions(object, ownName(named))));
}

function mentions(object: CatalogObject, name: string): boolean {
  const word = wholeName(name);
  return (
    Object.values(object.facts).some((fact) => word.test(fact)) ||
    word.test(object.name.slice(object.name.indexOf('(') + 1))
  );
}
