import { type CatalogObject, items, ownName } from '../postgres/catalog/catalog.ts';
import type { CatalogDifference, ChangedObject } from '../postgres/catalog/compare.ts';
import type { Pair } from '../postgres/catalog/pairing.ts';
import type { SchemaDiff } from '../report/model.ts';
import { changeLines, grantLines } from './change-lines.ts';
import {
  columnText,
  definitionText,
  isPlainPrimaryKey,
  label,
  partName,
  partText,
  renameText,
  wholeText,
} from './describe.ts';
import { short } from './sql-words.ts';
import { isEcho, ownerColumn, tableParts, tellOnce } from './wholes.ts';

type Entry = SchemaDiff['tables'][number];
type Sign = '+' | '-';
/** What an entry is about. */
type Whole = Pick<Entry, 'name' | 'kind'>;

/** The difference as a reviewer reads it: table by table, in the order of names; what is no part of a table has its own entry. */
export function schemaDiff(difference: CatalogDifference): SchemaDiff {
  const entries = new Map<string, Entry>();
  const add = ({ name, kind }: Whole, change: Entry['change'], lines: readonly string[]): void => {
    const key = `${name} ${kind}`;
    const known = entries.get(key);
    if (known !== undefined) known.lines.push(...lines);
    else if (lines.length > 0 || change !== 'changed') entries.set(key, { name, kind, change, lines: [...lines] });
  };
  const alone = tellOnce(difference);
  const { added, dropped } = difference;
  // Wholes come first: a table that came or went takes its parts in.
  for (const object of alone.added.filter(isWhole)) add(object, 'added', wholeLines('+', object, added));
  for (const object of alone.dropped.filter(isWhole)) add(object, 'dropped', wholeLines('-', object, dropped));
  for (const pair of alone.renamed) add(wholeOf(pair.after, difference), 'changed', [renameLine(pair)]);
  for (const change of alone.changed) if (isWhole(change.after)) add(change.after, 'changed', changeLines(change));
  for (const isOfKind of [isColumn, isOtherPart]) {
    const addPart = (part: CatalogObject, lines: readonly string[]): void => {
      if (isOfKind(part)) add(wholeOf(part, difference), 'changed', lines);
    };
    for (const part of alone.dropped) addPart(part, partLines('-', part, dropped));
    for (const part of alone.added) addPart(part, partLines('+', part, added));
    for (const change of alone.changed) addPart(change.after, changeLines(change));
  }
  return { tables: [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) };
}

function renameLine(pair: Pair): string {
  const { before, after } = pair;
  if (isPart(after)) return `~ ${partName(before)} ${renameText(pair)}`;
  const moved = before.path.length > 1 && ownName(before) === ownName(after);
  return moved ? `~ moved from schema ${before.schema}` : `~ renamed from ${before.name}`;
}

/** The difference as flat one-liners: '+ column public.users.nick text'. */
export function differenceLines(difference: CatalogDifference): string[] {
  const alone = tellOnce(difference);
  const line = (sign: Sign, object: CatalogObject, list: readonly CatalogObject[]): string => {
    const text = isColumn(object)
      ? columnText(object, contextOf(object, list))
      : isPart(object)
        ? definitionText(object)
        : wholeText(object);
    return `${sign} ${label(object)}${text === '' ? '' : ` ${text}`}`;
  };
  return [
    ...alone.dropped.map((object) => line('-', object, difference.dropped)),
    ...alone.added.map((object) => line('+', object, difference.added)),
    ...alone.renamed.map((pair) => `~ ${label(pair.before)} ${renameText(pair)}`),
    ...alone.changed.flatMap(fullLines),
  ];
}

/** The lines of a change with the object's full name, and without those that show a definition's difference. */
function fullLines(change: ChangedObject): readonly string[] {
  const name = `${partName(change.after)}: `;
  return changeLines(change)
    .filter((line) => !/^. {3}/.test(line))
    .map((line) => {
      const what = line === '~ definition' ? 'another definition' : line.slice(2);
      return `${line[0]} ${label(change.after)}: ${what.startsWith(name) ? what.slice(name.length) : what}`;
    });
}

function isPart(object: CatalogObject): boolean {
  return object.table !== undefined && object.kind !== 'sequence';
}

function isWhole(object: CatalogObject): boolean {
  return !isPart(object);
}

function isOtherPart(object: CatalogObject): boolean {
  return isPart(object) && !isColumn(object);
}

function isColumn(object: CatalogObject): boolean {
  return object.kind === 'column' || object.kind === 'attribute';
}

function wholeOf(part: CatalogObject, { wholes, renamed }: CatalogDifference): Whole {
  if (part.table === undefined || part.kind === 'sequence') return part;
  const now = renamed.find(({ before }) => before.table === undefined && before.name === part.table)?.after;
  const whole = now ?? wholes.get(part.table);
  return { name: whole?.name ?? part.table, kind: whole?.kind ?? 'table' };
}

/** Facts of a new table or view that its lines show; owner and comment are not among them, the columns come from its parts. */
const TABLE_FACTS = [
  'persistence',
  'partition by',
  'access method',
  'tablespace',
  'of type',
  'server',
  'row level security',
] as const;

function wholeLines(sign: Sign, object: CatalogObject, list: readonly CatalogObject[]): readonly string[] {
  const { facts, schema } = object;
  const parts = tableParts(list.filter((part) => part.table === object.name && isPart(part) && !isEcho(part)));
  const partition =
    facts['partition of'] === undefined
      ? []
      : [`partition of ${short(facts['partition of'], schema)} ${facts.bound ?? ''}`.trim()];
  const text = wholeText(object);
  return [
    ...(text === '' ? [] : [text]),
    ...partition,
    ...items(facts.inherits).map((parent) => `inherits ${short(parent, schema)}`),
    ...items(facts.columns).map((column) => short(column, schema)),
    ...parts.columns.map((column) => `${ownName(column)} ${columnText(column, contextOf(column, list))}`),
    ...parts.others.map(partText),
    ...TABLE_FACTS.flatMap((fact) =>
      facts[fact] === undefined ? [] : [facts[fact] === fact ? fact : `${fact} ${facts[fact]}`],
    ),
    ...items(facts.options).map((option) => `option ${option}`),
    ...grantLines(items(facts.grants)),
  ].map((line) => `${sign} ${line}`);
}

function partLines(sign: Sign, part: CatalogObject, list: readonly CatalogObject[]): readonly string[] {
  if (isColumn(part)) return [`${sign} ${ownName(part)} ${columnText(part, contextOf(part, list))}`];
  // A new column's line says that it is the primary key.
  if (isPlainPrimaryKey(part) && tableParts(list.filter(({ table }) => table === part.table)).keyColumn !== undefined)
    return [];
  return [`${sign} ${partText(part)}`];
}

function contextOf(column: CatalogObject, list: readonly CatalogObject[]): Parameters<typeof columnText>[1] {
  const siblings = list.filter(({ table }) => table === column.table);
  const { keyColumn, key } = tableParts(siblings);
  const name = ownName(column);
  return {
    primaryKey: keyColumn === name,
    inPrimaryKey: key.has(name),
    serial:
      siblings.some((part) => part.facts['owned by'] !== undefined && ownerColumn(part) === column.name) &&
      column.facts.default?.startsWith('nextval(') === true,
  };
}
