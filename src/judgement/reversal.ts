import type { Catalog, CatalogObject } from '../postgres/catalog/catalog.ts';
import { items } from '../postgres/catalog/catalog.ts';
import { type CatalogDifference, compare, type FactChange, isSame } from '../postgres/catalog/compare.ts';
import { factTexts, grantLines, ownFacts } from './change-lines.ts';
import { dataLosses } from './data-loss.ts';
import { label, renameText } from './describe.ts';
import { lineDiff } from './line-diff.ts';
import { differing, short } from './sql-words.ts';
import { tellOnce } from './wholes.ts';

interface ReversalInput {
  readonly before: Catalog;
  readonly afterUp: Catalog;
  readonly afterDown: Catalog;
}

export interface Reversal {
  readonly status: 'reversed' | 'different';
  /** What the schema is after up and down, against before: a line each, empty when reversed. */
  readonly difference: string[];
  /** Tables whose columns came back in another order: told, but no difference. */
  readonly columnOrderChanged: string[];
  /** Data that running down would lose, object by object. */
  readonly losesData: string[];
}

/** Whether down undoes up, by the schemas before, between and after. */
export function judgeReversal({ before, afterUp, afterDown }: ReversalInput): Reversal {
  const undone = compare(before, afterDown);
  return {
    status: isSame(undone) ? 'reversed' : 'different',
    difference: reversalLines(undone),
    columnOrderChanged: undone.reordered.map(
      ({ table, before: old, after: now }) => `${table}: ${now.join(', ')} (was ${old.join(', ')})`,
    ),
    losesData: dataLosses(before, afterUp, afterDown),
  };
}

function reversalLines(difference: CatalogDifference): string[] {
  const told = linesOf(tellOnce(difference));
  // Never a difference without a line.
  return told.length > 0 || isSame(difference) ? told : linesOf(difference);
}

function linesOf({ dropped, added, renamed, changed }: CatalogDifference): string[] {
  return [
    ...dropped.map((object) => `${label(object)} is missing`),
    ...added.map((object) => `${label(object)} is left`),
    ...renamed.map((pair) => `${label(pair.before)} is ${renameText(pair)}`),
    ...changed.flatMap((change) => ownFacts(change).flatMap((fact) => sentences(change.after, fact))),
  ];
}

/** Facts whose items are told one by one, and what an item is called. */
const ITEMS: Readonly<Record<string, string>> = {
  labels: 'value',
  options: 'option',
  inherits: 'parent',
  tables: 'table',
  schemas: 'schema',
  attributes: 'attribute',
  members: 'member',
  'member of': 'membership in',
  operators: 'operator',
  functions: 'function',
  publications: 'publication',
};

/** Facts whose value is a state: 'is not valid'. */
const STATES: ReadonlySet<string> = new Set([
  'validity',
  'not null',
  'persistence',
  'unique',
  'clustered',
  'enabled',
  'populated',
  'trust',
  'readiness',
  'security',
  'inherited',
]);

function sentences(object: CatalogObject, { fact, before, after }: FactChange): readonly string[] {
  const name = label(object);
  const [old, now] = factTexts(object, { fact, before, after });
  if (fact === 'grants') return itemLines(grantLines(minus(after, before)), grantLines(minus(before, after)), name);
  if (fact in ITEMS) {
    const items_ = (list: readonly string[]): readonly string[] => list.map((item) => `${ITEMS[fact]} '${item}'`);
    const lines = itemLines(items_(minus(after, before)), items_(minus(before, after)), name);
    return lines.length > 0
      ? lines
      : [`${name} has its ${ITEMS[fact]}s in the order ${items(after).join(', ')}; was ${items(before).join(', ')}`];
  }
  if (fact === 'definition') return [definitionSentence(object, name, before ?? '', after ?? '')];
  if (fact === 'type') return [`${name} is ${now}, was ${old}`];
  if (fact === 'not null' && (old === undefined || now === undefined))
    return [`${name} is ${now ?? 'nullable'}, was ${old ?? 'nullable'}`];
  if (fact === 'partition of' && old !== undefined && now !== undefined)
    return [`${name} is a partition of ${now}, was one of ${old}`];
  if (fact === 'owner') return [`${name} is owned by ${after}, was owned by ${before}`];
  if (STATES.has(fact))
    return [
      now === undefined
        ? `${name} is no longer ${old}`
        : `${name} is ${now}${old === undefined ? ', was not' : `, was ${old}`}`,
    ];
  if (now === undefined) return [`${name} has no ${fact}, had ${old}`];
  return [`${name} has ${fact} ${now}, had ${old ?? 'none'}`];
}

function definitionSentence(object: CatalogObject, name: string, before: string, after: string): string {
  const isPart = object.table !== undefined;
  const lines = isPart ? [] : lineDiff(before, after);
  const text = (sign: '+' | '-'): string => lines.flatMap((line) => (line.sign === sign ? [line.text] : [])).join(' ');
  const [old, now] = isPart
    ? differing(short(before, object.schema), short(after, object.schema))
    : differing(text('-'), text('+'));
  return `${name} ${isPart ? 'is' : 'has another definition:'} ${now || '(nothing)'}, was ${old || '(nothing)'}`;
}

function minus(a: string | undefined, b: string | undefined): readonly string[] {
  const without = items(b);
  return items(a).filter((item) => !without.includes(item));
}

function itemLines(left: readonly string[], missing: readonly string[], name: string): readonly string[] {
  return [...missing.map((item) => `${name}: ${item} is missing`), ...left.map((item) => `${name}: ${item} is left`)];
}
