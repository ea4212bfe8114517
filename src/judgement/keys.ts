import { type Catalog, type CatalogObject, joinNames } from '../postgres/catalog/catalog.ts';
import { namesIn } from './sql-words.ts';

/** Indexes, keys and foreign keys, as their catalog texts say what they are made on. */

/** An index, or the one behind a constraint. */
export interface IndexShape {
  readonly object: CatalogObject;
  readonly method: string;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  /** Each key column as written, with operator class and order: 'email', 'lower(email)', 'at DESC'. */
  readonly columns: readonly string[];
  readonly include: readonly string[];
  readonly predicate: string | undefined;
  readonly valid: boolean;
}

export interface ForeignKey {
  readonly object: CatalogObject;
  readonly table: string;
  readonly columns: readonly string[];
  readonly references: string;
  readonly referenced: readonly string[];
  /** What a delete of the referenced row does to rows: 'CASCADE', 'SET NULL', 'SET DEFAULT'; undefined: it is refused. */
  readonly onDelete: string | undefined;
}

const KEYS: Readonly<Record<string, string>> = { 'primary key': 'btree', unique: 'btree', exclude: '' };

const known = new WeakMap<Catalog, ReadonlyMap<string, readonly IndexShape[]>>();

/** The indexes of a catalog by table, those behind constraints too. Read once for each catalog. */
export function indexesOf(catalog: Catalog): ReadonlyMap<string, readonly IndexShape[]> {
  const read = known.get(catalog) ?? readIndexes(catalog);
  known.set(catalog, read);
  return read;
}

function readIndexes(catalog: Catalog): ReadonlyMap<string, readonly IndexShape[]> {
  const found = new Map<string, IndexShape[]>();
  for (const object of catalog.objects.values()) {
    const shape = object.table === undefined ? undefined : indexShape(object);
    if (shape === undefined || object.table === undefined) continue;
    const known = found.get(object.table);
    if (known === undefined) found.set(object.table, [shape]);
    else known.push(shape);
  }
  return found;
}

/** undefined: it is no index and has none. */
export function indexShape(object: CatalogObject): IndexShape | undefined {
  const { kind, facts } = object;
  const { definition = '' } = facts;
  if (kind === 'index')
    return shape(
      object,
      definition,
      facts.unique !== undefined,
      facts.validity === undefined && facts.readiness === undefined,
    );
  const method = kind === 'constraint' ? KEYS[facts.type ?? ''] : undefined;
  if (method === undefined) return undefined;
  const text = definition
    .replace(/^(?:PRIMARY KEY|UNIQUE) /, `${method} `)
    .replace(/^EXCLUDE USING /, '')
    .replace(/^btree NULLS NOT DISTINCT (.*)$/s, 'btree $1 NULLS NOT DISTINCT');
  return shape(object, text, facts.type !== 'exclude', facts.index !== 'invalid');
}

function shape(object: CatalogObject, text: string, unique: boolean, valid: boolean): IndexShape | undefined {
  const [, method = ''] = text.match(/^(\w+) \(/) ?? [];
  const open = text.indexOf('(');
  if (open < 0) return undefined;
  const end = closing(text, open);
  const rest = text.slice(end + 1);
  const include = /^ INCLUDE \(/.test(rest) ? rest.slice(rest.indexOf('(') + 1, closing(rest, rest.indexOf('('))) : '';
  return {
    object,
    method,
    unique,
    valid,
    nullsNotDistinct: rest.includes(' NULLS NOT DISTINCT'),
    columns: items(text.slice(open + 1, end)),
    include: items(include),
    predicate: rest.match(/ WHERE (.*)$/s)?.[1],
  };
}

/** The column that a part of an index stands for; undefined: it is an expression. */
export function columnOf(part: string): string | undefined {
  return /^(?:"(?:[^"]|"")+"|[\w$]+)(?: |$)/.test(part) ? namesIn(part)[0] : undefined;
}

/** undefined: it is no foreign key. */
export function foreignKey(object: CatalogObject): ForeignKey | undefined {
  if (object.kind !== 'constraint' || object.facts.type !== 'foreign key') return undefined;
  const { definition = '' } = object.facts;
  const [, columns = '', references = '', referenced = '', rest = ''] =
    definition.match(/^FOREIGN KEY \((.+?)\) REFERENCES (.+?)\((.+?)\)(.*)$/s) ?? [];
  return {
    object,
    table: object.table ?? '',
    // `PERIOD` marks the last column of a temporal key, from 18 on.
    columns: namesIn(columns.replace(/\bPERIOD (?=["\w])/, '')),
    references: joinNames(namesIn(references)),
    referenced: namesIn(referenced.replace(/\bPERIOD (?=["\w])/, '')),
    onDelete: rest.match(/ ON DELETE (CASCADE|SET NULL|SET DEFAULT)/)?.[1],
  };
}

/** Where the bracket that opens at `open` is closed; names and strings in quotes may hold some. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const character = text[at];
    if (character === '"' || character === "'") at = text.indexOf(character, at + 1);
    if (at < 0) break;
    if (character === '(') depth++;
    if (character === ')' && --depth === 0) return at;
  }
  return text.length;
}

/** Splits at commas outside of brackets and quotes. */
function items(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"' || character === "'") {
      const end = text.indexOf(character, at + 1);
      at = end < 0 ? text.length : end;
    } else if (character === '(' || character === '[') depth++;
    else if (character === ')' || character === ']') depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === '' ? parts : [...parts, last];
}
