import { type CatalogObject, items, joinNames, type ObjectKind } from '../postgres/catalog/catalog.ts';

/** Of an object's facts, those that a target and a rehearsal can be compared by, written the same way. */

/**
 * Who owns what and who may do what with it differ by environment; where a table lies, what it was last clustered by and
 * whether a materialized view holds rows are not said by migrations alone.
 */
const NEVER: ReadonlySet<string> = new Set(['owner', 'grants', 'tablespace', 'clustered', 'populated']);

/** Versions depend on the server, and where a foreign server is on the environment: that they are there is what counts. */
const NEVER_OF: Partial<Record<ObjectKind, ReadonlySet<string>>> = {
  extension: new Set(['version', 'in schema']),
  'foreign-data wrapper': new Set(['server options', 'handler', 'validator']),
  server: new Set(['server options', 'type', 'version']),
};

/** What those who run a server set for its sake: counts where the migrations have set it. */
const TUNING: readonly string[] = ['statistics target', 'replica identity'];

/** Facts that name a relation as such, and no expression. */
const NAMES: ReadonlySet<string> = new Set(['owned by', 'identity of', 'partition of', 'part of', 'inherits']);

/**
 * Without what never counts. `wandering`: schemas in which the two sides keep the same extension; what stands in them is
 * written without its schema, so that `public.citext` and `extensions.citext` are the same type.
 */
export function comparableFacts(object: CatalogObject, wandering: readonly string[]): CatalogObject {
  const facts: Record<string, string> = {};
  for (const [fact, value] of Object.entries(object.facts)) {
    if (NEVER.has(fact) || NEVER_OF[object.kind]?.has(fact)) continue;
    const plain = fact === 'not null' ? withoutConstraintName(value) : castItemByItem(value);
    facts[fact] = NAMES.has(fact) ? plain : withoutSchemas(plain, wandering);
  }
  const own = joinNames(object.path);
  // What stands behind the names are types.
  const name = own + withoutSchemas(object.name.slice(own.length), wandering);
  return { ...object, name, facts };
}

/** The target's object without what was set on it for the server's sake; `made`: what the migrations make of it. */
export function withoutTuning(found: CatalogObject, made: CatalogObject): CatalogObject {
  const facts: Record<string, string> = { ...found.facts };
  for (const fact of TUNING) if (made.facts[fact] === undefined) delete facts[fact];
  // A view's options are a part of what it does; those of others are about storage.
  if (facts.options !== undefined && found.kind !== 'view') {
    const set = new Set(items(made.facts.options).map(optionName));
    const kept = items(facts.options).filter((option) => set.has(optionName(option)));
    if (kept.length > 0) facts.options = kept.join('\n');
    else delete facts.options;
  }
  return { ...found, facts };
}

function optionName(option: string): string {
  return option.split('=', 1)[0] ?? '';
}

/** NOT NULL has a name only from Postgres 18 on: a database that was upgraded to it has lost the one it was given. */
function withoutConstraintName(notNull: string): string {
  return notNull.replace(/ \(constraint (?:"(?:[^"]|"")*"|[^")]+)\)/, '');
}

const STRING = "'(?:[^']|'')*'";
const WHOLE_CAST = new RegExp(
  `\\(ARRAY\\[(${STRING}::character varying(?:, ${STRING}::character varying)*)\\]\\)::text\\[\\]`,
  'g',
);

/**
 * `status IN ('a', 'b')` over a varchar is kept with one cast of the whole list; read back from a dump, with one of each
 * item. A database that was restored once has the second form.
 */
function castItemByItem(text: string): string {
  if (!text.includes(')::text[]')) return text;
  return text.replace(WHOLE_CAST, (_, list: string) => {
    const casts = list.match(new RegExp(`${STRING}::character varying`, 'g')) ?? [];
    return `ARRAY[${casts.map((cast) => `(${cast})::text`).join(', ')}]`;
  });
}

function withoutSchemas(text: string, schemas: readonly string[]): string {
  return schemas.reduce((rest, schema) => {
    const name = /^[a-z_][a-z0-9_$]*$/.test(schema) ? schema : `"${schema.replaceAll('"', '""')}"`;
    return rest.replace(new RegExp(`(?<![\\w$".])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\.`, 'g'), '');
  }, text);
}
