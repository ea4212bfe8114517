import { type CatalogObject, find, joinNames, ownName } from '../../postgres/catalog/catalog.ts';
import { parseSql } from '../../project/sql.ts';
import { fieldsOf, list, text } from '../../project/syntax-tree.ts';
import { label } from '../describe.ts';
import { short } from '../sql-words.ts';
import { fits } from '../type-change.ts';
import type { SchemaChange } from './change.ts';
import type { Effect } from './effect.ts';
import { isOfKind } from './placement.ts';
import { capital } from './relations.ts';

/** Functions and procedures that code may call: gone, with other arguments, or with another result. */
export function brokenRoutines(change: SchemaChange): readonly Effect[] {
  const later = new Map<string, CatalogObject[]>();
  for (const object of change.after.objects.values()) {
    if (!isCallable(object)) continue;
    const path = joinNames(object.path);
    later.set(path, [...(later.get(path) ?? []), object]);
  }
  return [...change.before.objects.values()].filter(isCallable).flatMap((object): readonly Effect[] => {
    const same = find(change.after, object.kind, object.name);
    if (same !== undefined) return [...otherResult(object, same), ...otherParameters(object, same)];
    const namesakes = later.get(joinNames(object.path)) ?? [];
    if (change.isInRenamedSchema(object) || namesakes.some((one) => takesTheSame(object, one))) return [];
    return [gone(object, namesakes[0], change)];
  });
}

/** Triggers are fired, not called. */
function isCallable({ kind, facts }: CatalogObject): boolean {
  return (
    (kind === 'function' || kind === 'procedure' || kind === 'aggregate') &&
    facts.returns !== 'trigger' &&
    facts.returns !== 'event_trigger'
  );
}

function gone(object: CatalogObject, namesake: CatalogObject | undefined, change: SchemaChange): Effect {
  const now = change.later(object);
  const became =
    namesake !== undefined
      ? `has other arguments now, ${short(namesake.name, namesake.schema)}`
      : now === undefined
        ? 'is dropped'
        : `is called ${joinNames(now.path)} now`;
  return {
    rule: 'breaks-running-code',
    severity: 'warn',
    id: `gone ${object.name}`,
    message: `${capital(label(object))} ${became}: code that calls it as before fails for good (42883).`,
    blame: { target: object, words: [[ownName(object)]] },
  };
}

function otherResult(before: CatalogObject, after: CatalogObject): readonly Effect[] {
  const [old = '', now = ''] = [before.facts.returns, after.facts.returns];
  if (old === now) return [];
  return [
    {
      rule: 'breaks-cached-plans',
      severity: 'warn',
      id: `returns ${before.name}`,
      message: `${capital(label(before))} returns ${short(now, after.schema)}, was ${short(old, before.schema)}: prepared statements that call it fail with 0A000 until their connection is made anew, and code reads another type after.`,
      blame: { words: [[ownName(before)]], does: isOfKind('CreateFunctionStmt') },
    },
  ];
}

interface Parameter {
  readonly name: string | undefined;
  readonly optional: boolean;
}

/** Calls with named arguments, and those that leave some out. Only DROP and CREATE can change these. */
function otherParameters(before: CatalogObject, after: CatalogObject): readonly Effect[] {
  if (before.facts.definition === after.facts.definition) return [];
  const [old, now] = [parameters(before), parameters(after)];
  const changed = old.flatMap((parameter, at) => {
    const other = now[at];
    if (other === undefined || parameter.name === undefined) return [];
    if (other.name !== parameter.name) return [`argument ${parameter.name} is called ${other.name ?? 'nothing'} now`];
    return parameter.optional && !other.optional ? [`argument ${parameter.name} has lost its default`] : [];
  });
  if (changed.length === 0) return [];
  return [
    {
      rule: 'breaks-running-code',
      severity: 'warn',
      id: `arguments ${before.name}`,
      message: `${capital(label(before))}: ${changed.join(', ')}; calls that rely on it fail for good (42883).`,
      blame: { words: [[ownName(before)]], does: isOfKind('CreateFunctionStmt') },
    },
  ];
}

/** Input parameters in order. `loadParser` must have resolved. */
function parameters({ facts: { definition = '' } }: CatalogObject): readonly Parameter[] {
  const [statement] = parseSql(definition).statements ?? [];
  return list(statement?.tree.parameters).flatMap((item): readonly Parameter[] => {
    const parameter = fieldsOf(item, 'FunctionParameter');
    if (parameter === undefined || ['FUNC_PARAM_OUT', 'FUNC_PARAM_TABLE'].includes(text(parameter.mode) ?? ''))
      return [];
    return [{ name: text(parameter.name), optional: parameter.defexpr !== undefined }];
  });
}

/** Whether calls of the old one find the new one: the same or wider types, and defaults for what is new. */
function takesTheSame(before: CatalogObject, after: CatalogObject): boolean {
  if (before.kind !== after.kind) return false;
  const [old, now] = [argumentTypes(before), argumentTypes(after)];
  if (now.length < old.length || !old.every((type, at) => widens(type, now[at] ?? ''))) return false;
  return (
    now.length === old.length ||
    parameters(after)
      .slice(old.length)
      .every(({ optional }) => optional)
  );
}

/** Casts that Postgres makes by itself when it looks for a function. */
function widens(from: string, to: string): boolean {
  return from === to || (fits(from, to) && [NUMBERS, TEXTS].some((family) => family.test(from) && family.test(to)));
}

const NUMBERS = /^(?:smallint|integer|bigint|numeric|real|double precision)$/;
const TEXTS = /^(?:text|character varying)$/;

function argumentTypes(object: CatalogObject): readonly string[] {
  const types = object.name.slice(joinNames(object.path).length + 1, -1);
  return types === '' ? [] : types.split(', ');
}
