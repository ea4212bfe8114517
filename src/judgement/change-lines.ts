import { type CatalogObject, items } from '../postgres/catalog/catalog.ts';
import type { ChangedObject, FactChange } from '../postgres/catalog/compare.ts';
import { partName } from './describe.ts';
import { lineDiff } from './line-diff.ts';
import { defaultText, differing, oneLine, short } from './sql-words.ts';

/** What changed about an object, as lines with '+', '-' or '~'. */

/** Facts that are lists, a line each, and what an item is called. */
const LISTS: Readonly<Record<string, string>> = {
  grants: '',
  labels: 'value',
  options: 'option',
  'server options': 'option',
  inherits: 'inherits',
  columns: '',
  tables: 'table',
  schemas: 'tables in schema',
  attributes: '',
  members: 'member',
  'member of': 'member of',
  operators: 'operator',
  functions: 'function',
  publications: 'publication',
};

/** Lines of a definition's difference that are shown. */
const DIFF_LINES = 12;

/** Facts of a changed object, without those that its definition shows again. */
export function ownFacts({ after, facts }: ChangedObject): readonly FactChange[] {
  if (!facts.some(({ fact }) => fact === 'definition')) return facts;
  const shown = new Set(['columns', 'returns', 'security', 'language']);
  return after.table === undefined ? facts.filter(({ fact }) => !shown.has(fact)) : facts;
}

export function changeLines(change: ChangedObject): readonly string[] {
  return ownFacts(change).flatMap((fact) => factLines(change.after, fact));
}

/** The values of a fact before and after, short: but two different ones never look alike. */
export function factTexts(
  { schema }: CatalogObject,
  { fact, before, after }: FactChange,
): readonly [string | undefined, string | undefined] {
  const text = (value: string): string => (fact === 'default' ? defaultText(value, schema) : short(value, schema));
  if (before === undefined || after === undefined) {
    return [before === undefined ? before : oneLine(text(before)), after === undefined ? after : oneLine(text(after))];
  }
  return text(before) === text(after) ? [before, after] : differing(text(before), text(after));
}

function factLines(object: CatalogObject, { fact, before, after }: FactChange): readonly string[] {
  const isPart = object.table !== undefined && object.kind !== 'sequence';
  if (fact in LISTS) return listLines(fact, before, after, isPart ? `${partName(object)}: ` : '');
  if (fact === 'definition' && !isPart) return definitionLines(before ?? '', after ?? '');
  const [old, now] = factTexts(object, { fact, before, after });
  const flag = (before ?? fact) === (after ?? fact) ? fact : undefined;
  if (!isPart) {
    if (now === undefined) return [`~ ${fact}: ${old} -> none`];
    return [old === undefined ? `~ ${fact}: ${now}` : `~ ${fact}: ${old} -> ${now}`];
  }
  const name = partName(object);
  if (fact === 'type' || fact === 'definition') return [`~ ${name}: ${old} -> ${now}`];
  if (fact === 'not null' && now === undefined) return [`~ ${name}: now nullable`];
  if (fact === 'not null' || flag !== undefined)
    return [`~ ${name}: ${now === undefined ? `no longer ${fact}` : `now ${now}`}`];
  if (fact === 'validity')
    return [`~ ${name}: ${now === undefined ? `now ${old === 'invalid' ? 'valid' : 'validated'}` : `now ${now}`}`];
  if (old === undefined) return [`~ ${name}: ${fact} ${now} added`];
  return [now === undefined ? `~ ${name}: ${fact} ${old} dropped` : `~ ${name}: ${fact} ${old} -> ${now}`];
}

function listLines(
  fact: string,
  before: string | undefined,
  after: string | undefined,
  prefix: string,
): readonly string[] {
  const [old, now] = [items(before), items(after)];
  const gone = old.filter((item) => !now.includes(item));
  const come = now.filter((item) => !old.includes(item));
  if (fact === 'grants')
    return [
      ...grantLines(come).map((line) => `+ ${prefix}${line}`),
      ...grantLines(gone).map((line) => `- ${prefix}${line}`),
    ];
  if (gone.length + come.length === 0) return [`~ ${prefix}order of ${fact}: ${old.join(', ')} -> ${now.join(', ')}`];
  const word = LISTS[fact] === '' ? '' : `${LISTS[fact]} `;
  const text = (item: string): string => `${prefix}${word}${fact === 'labels' ? `'${item}'` : item}`;
  return [
    ...gone.map((item) => `- ${text(item)}`),
    ...come.map((item) => `+ ${text(item)}${fact === 'labels' ? beforeLabel(item, now) : ''}`),
  ];
}

/** A new value of an enum that is not the last one sorts before others. */
function beforeLabel(label: string, labels: readonly string[]): string {
  const next = labels[labels.indexOf(label) + 1];
  return next === undefined ? '' : ` before '${next}'`;
}

/** 'grant SELECT to app' and 'grant UPDATE to app' as one line. */
export function grantLines(lines: readonly string[]): readonly string[] {
  const byRole = new Map<string, string[]>();
  for (const line of lines) {
    const [, verb, privilege, role] = line.match(/^(grant|revoke) (.+) (?:to|from) (.+)$/) ?? [];
    if (verb === undefined || privilege === undefined) continue;
    const key = `${verb} * ${verb === 'grant' ? 'to' : 'from'} ${role}`;
    byRole.set(key, [...(byRole.get(key) ?? []), privilege]);
  }
  return [...byRole].map(([key, privileges]) => key.replace('*', () => privileges.join(', ')));
}

function definitionLines(before: string, after: string): readonly string[] {
  const changes = lineDiff(before, after);
  const shown = changes.slice(0, DIFF_LINES).map(({ sign, text }) => `${sign}   ${text}`);
  const more = changes.length - shown.length;
  return ['~ definition', ...shown, ...(more > 0 ? [`~   … ${more} more lines differ`] : [])];
}
