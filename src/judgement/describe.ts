import { type CatalogObject, items, ownName } from '../postgres/catalog/catalog.ts';
import type { Pair } from '../postgres/catalog/pairing.ts';
import { bracketed, defaultText, namesIn, oneLine, short } from './sql-words.ts';

/** How objects are called and what they are, in the words of a reviewer. */

/** The object in a sentence: 'column public.users.nick', 'constraint orders_total_check on public.orders'. */
export function label(object: CatalogObject): string {
  switch (object.kind) {
    case 'constraint':
    case 'trigger':
    case 'policy':
    case 'rule':
      return `${object.kind} ${ownName(object)} on ${object.table}`;
    case 'domain constraint':
      return `constraint ${ownName(object)} of domain ${object.table}`;
    case 'index':
      return `index ${object.name} on ${object.table}`;
    case 'database':
      return 'the database';
    case 'default privileges':
      return `default privileges for ${ownName(object)}${object.name.slice(object.name.indexOf(' made by '))}${object.schema === '' ? '' : ` in schema ${object.schema}`}`;
    default:
      return `${object.kind} ${object.name}`;
  }
}

/** What became of its name: 'renamed to people', 'moved to schema app'. */
export function renameText({ before, after }: Pair): string {
  if (after.table !== undefined && after.kind !== 'sequence') return `renamed to ${ownName(after)}`;
  const moved = before.path.length > 1 && ownName(before) === ownName(after);
  return moved ? `moved to schema ${after.schema}` : `renamed to ${after.name}`;
}

/** What it is called among its table's own parts: 'nick', 'index users_email_idx'. */
export function partName(object: CatalogObject): string {
  if (object.kind === 'column' || object.kind === 'attribute') return ownName(object);
  return `${object.kind === 'domain constraint' ? 'constraint' : object.kind} ${ownName(object)}`;
}

/** What a column's line says beyond its own facts. */
interface ColumnContext {
  /** It alone is the primary key, under the name that Postgres gives. */
  readonly primaryKey?: boolean;
  /** The primary key's line says that it is NOT NULL. */
  readonly inPrimaryKey?: boolean;
  /** Its default is the next value of a sequence that it owns and that came or went with it. */
  readonly serial?: boolean;
}

const SERIAL: Readonly<Record<string, string>> = { smallint: 'smallserial', integer: 'serial', bigint: 'bigserial' };

/** A column as CREATE TABLE would have it, without its name: 'varchar(20) not null default 0'. */
export function columnText(column: CatalogObject, context: ColumnContext = {}): string {
  const { facts, schema } = column;
  const serial = context.serial === true ? SERIAL[facts.type ?? ''] : undefined;
  const implied =
    serial !== undefined ||
    facts.identity !== undefined ||
    context.primaryKey === true ||
    context.inPrimaryKey === true;
  return [
    serial ?? short(facts.type ?? '', schema),
    facts.collation && `collate ${short(facts.collation, 'pg_catalog')}`,
    facts['not null'] === 'not null' && implied ? undefined : facts['not null'],
    serial === undefined && facts.default !== undefined ? `default ${defaultText(facts.default, schema)}` : undefined,
    facts.identity && `generated ${facts.identity} as identity`,
    facts.generated && generatedText(facts.generated, schema),
    context.primaryKey === true ? 'primary key' : undefined,
  ]
    .filter((word) => word !== undefined && word !== '')
    .join(' ');
}

function generatedText(generated: string, schema: string): string {
  const [, expression = generated, how = ''] = generated.match(/^(.*) (stored|virtual)$/s) ?? [];
  return `generated always as ${bracketed(short(expression, schema))} ${how}`;
}

/** A part's line without its sign. Columns: see `columnText`. */
export function partText(object: CatalogObject): string {
  return `${isPlainPrimaryKey(object) ? '' : `${partName(object)} `}${definitionText(object)}`;
}

/** What a part is, without its name. */
export function definitionText(object: CatalogObject): string {
  const { facts, schema } = object;
  const definition = oneLine(short(facts.definition ?? '', schema));
  switch (object.kind) {
    case 'column':
    case 'attribute':
      return columnText(object);
    case 'constraint':
    case 'domain constraint': {
      const key = definition.replace(/^PRIMARY KEY/, 'primary key').replace(/^UNIQUE/, 'unique');
      return join(key, facts.validity, facts.inherited);
    }
    case 'index':
      return join(definition.replace(/^btree /, ''), facts.unique, facts.validity, facts['replica identity']);
    case 'trigger':
      return join(
        definition
          .replace(/^CREATE (CONSTRAINT )?TRIGGER /, (_, word: string) => (word ? 'constraint ' : ''))
          .replace(/ ON \S+ /, ' '),
        facts.enabled,
      );
    case 'rule':
      return join(definition.replace(/^CREATE RULE AS\s+/, ''), facts.enabled);
    case 'policy':
      return join(
        facts.mode,
        `for ${facts.command} to ${facts.roles}`,
        facts.using && `using ${bracketed(short(facts.using, schema))}`,
        facts['with check'] && `with check ${bracketed(short(facts['with check'], schema))}`,
      );
    default:
      return definition;
  }
}

/** What stands alone (not a table): one line, without its name, that says what kind of thing it is. */
export function wholeText(object: CatalogObject): string {
  const { facts, schema } = object;
  const type = facts.type === undefined ? undefined : short(facts.type, schema);
  switch (object.kind) {
    case 'function':
    case 'procedure':
      return join(
        facts.returns && `returns ${short(facts.returns, schema)}`,
        `language ${facts.language}`,
        facts.security,
      );
    case 'enum':
      return `values ${items(facts.labels)
        .map((value) => `'${value}'`)
        .join(', ')}`;
    case 'domain':
      return join(type, facts['not null'], facts.default && `default ${facts.default}`);
    case 'range type':
      return `of ${type}`;
    case 'sequence':
      return join(
        type,
        facts.increment !== '1' && `increment ${facts.increment}`,
        facts.start !== facts.minimum && `start ${facts.start}`,
        facts.cycle,
        facts['owned by'] && `owned by ${facts['owned by']}`,
      );
    case 'extension':
      return join(`version ${facts.version}`, `in schema ${facts['in schema']}`);
    case 'setting':
    case 'security label':
      return `= ${facts.value}`;
    case 'role':
      return join(
        items(facts.attributes).join(', '),
        facts.members && `with ${items(facts.members).join(', ')}`,
        facts['member of'] && `in ${items(facts['member of']).join(', ')}`,
      );
    case 'conversion':
      return join(facts.encodings, facts.default);
    default:
      return '';
  }
}

/** A primary key under the name that Postgres gives: the name says nothing. */
export function isPlainPrimaryKey(object: CatalogObject): boolean {
  return (
    object.kind === 'constraint' && object.facts.type === 'primary key' && ownName(object) === `${object.path[1]}_pkey`
  );
}

/** The columns of a primary key. */
export function keyColumns(constraint: CatalogObject): readonly string[] {
  return namesIn(constraint.facts.definition?.match(/^PRIMARY KEY \(([^)]*)\)/)?.[1] ?? '');
}

function join(...words: readonly (string | false | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== false && word !== '').join(' ');
}
