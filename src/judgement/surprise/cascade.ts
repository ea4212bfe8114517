import { type Catalog, type CatalogObject, keyOf, type ObjectKind, ownName } from '../../postgres/catalog/catalog.ts';
import { compare } from '../../postgres/catalog/compare.ts';
import type { Statement } from '../../project/sql.ts';
import type { Severity } from '../../report/model.ts';
import { label } from '../describe.ts';
import { isEcho, ownerColumn } from '../wholes.ts';
import { type Drop, type Said, whatIsSaid } from './said.ts';

/** What went although no statement names it, and the statement that took it along. */
export interface Casualty {
  readonly what: string;
  readonly severity: Severity;
  readonly statement: Statement;
}

/** What CASCADE reaches, or a table takes with it. Anything else goes only by a statement of its own. */
const REACHABLE: ReadonlySet<ObjectKind> = new Set<ObjectKind>([
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
  'event trigger',
  'enum',
  'domain',
  'range type',
  'composite type',
  'type',
]);

export function casualties(
  statements: readonly Statement[],
  before: Catalog,
  after: Catalog,
  searchPath: readonly string[],
): readonly Casualty[] {
  const said = whatIsSaid(statements, before, searchPath);
  const { dropped, changed } = compare(before, after);
  const gone = new Map(dropped.map((object) => [keyOf(object), object]));
  const blame = (object: CatalogObject): Statement | undefined => culprit(object, said) ?? statements[0];
  const lost = dropped.filter(
    (object) => REACHABLE.has(object.kind) && !isSaid(object, said) && !goesNaturally(object, gone, said),
  );
  const defaults = changed.filter(
    ({ before: column, facts }) =>
      column.kind === 'column' &&
      !isSaid(column, said) &&
      !isOfDropped(column, said) &&
      !isEcho(column) &&
      facts.some(({ fact, after: now }) => fact === 'default' && now === undefined),
  );
  return [
    ...lost.flatMap((object) => casualty(label(object), severityOf(object, said), blame(object))),
    ...defaults.flatMap(({ before: column }) => casualty(`the default of ${label(column)}`, 'warn', blame(column))),
  ];
}

function casualty(what: string, severity: Severity, statement: Statement | undefined): readonly Casualty[] {
  return statement === undefined ? [] : [{ what, severity, statement }];
}

function isSaid(object: CatalogObject, { named, opaque, roles }: Said): boolean {
  return (
    named.has(keyOf(object)) ||
    roles.has(object.facts.owner ?? '') ||
    opaque.some(({ words }) => words.has(ownName(object)))
  );
}

/** Whether it goes with something that is named, or is told by naming that: nobody is surprised by its loss. */
function goesNaturally(object: CatalogObject, gone: ReadonlyMap<string, CatalogObject>, said: Said): boolean {
  const isGone = (kind: ObjectKind, name: string): boolean => gone.has(keyOf({ kind, name }));
  if (isEcho(object)) return true;
  if (said.named.has(keyOf({ kind: 'schema', name: object.schema }))) return true;
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

const WHOLES: readonly ObjectKind[] = [
  'table',
  'foreign table',
  'view',
  'materialized view',
  'composite type',
  'domain',
];
const WITH_COLUMN: ReadonlySet<ObjectKind> = new Set(['index', 'constraint', 'statistics object']);

/** Lost data and lost guarantees of tables that the statement does not name block; the rest is code that can be brought back. */
function severityOf(object: CatalogObject, said: Said): Severity {
  if (object.kind === 'table') return object.facts['partition of'] === undefined ? 'block' : 'warn';
  if (object.kind === 'column') return 'block';
  if (object.kind !== 'constraint') return 'warn';
  const own = said.drops.some(({ objects }) => objects.some((named) => named.table === object.table));
  return own ? 'warn' : 'block';
}

/** The statement that took an object along: one whose objects it refers to, first of all among those that cascade. */
function culprit(object: CatalogObject, { drops, opaque }: Said): Statement | undefined {
  const cascading = drops.filter(({ cascade }) => cascade);
  const refers = (list: readonly Drop[]): Drop | undefined =>
    list.find(({ objects }) => objects.some((named) => mentions(object, ownName(named))));
  return (refers(cascading) ?? refers(drops) ?? cascading[0])?.statement ?? opaque[0]?.statement ?? drops[0]?.statement;
}

function mentions(object: CatalogObject, name: string): boolean {
  const word = new RegExp(`(?<![\\w$])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w$])`);
  return (
    Object.values(object.facts).some((fact) => word.test(fact)) ||
    word.test(object.name.slice(object.name.indexOf('(') + 1))
  );
}
