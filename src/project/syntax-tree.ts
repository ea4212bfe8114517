import type { Node } from './sql.ts';

/** Safe readers of the parser's JSON: fields that hold their default are absent, and what is read here is never trusted. */

/** `{ A_Const: {...} }` -> ['A_Const', {...}]; undefined for anything that is not a node. */
export function nodeEntry(value: unknown): readonly [kind: string, fields: Node] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [kind, fields] = Object.entries(value)[0] ?? [];
  return kind === undefined || typeof fields !== 'object' || fields === null ? undefined : [kind, fields as Node];
}

/** The fields of a node of one kind; undefined when it is another. */
export function fieldsOf(value: unknown, kind: string): Node | undefined {
  const entry = nodeEntry(value);
  return entry?.[0] === kind ? entry[1] : undefined;
}

export function record(value: unknown): Node | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The strings of a list of String nodes: a qualified name in its parts. */
export function names(value: unknown): string[] {
  return list(value).flatMap((item) => text(fieldsOf(item, 'String')?.sval) ?? []);
}

/** The value of `name` among DefElem nodes: undefined when it is not there, `{}` when it stands there without a value. */
export function option(options: unknown, name: string): Node | undefined {
  for (const item of list(options)) {
    const element = fieldsOf(item, 'DefElem');
    if (element?.defname === name) return record(element.arg) ?? {};
  }
  return undefined;
}

/** Whether a boolean option is on, by Postgres' own words for it: without a value it is. */
export function isOn(value: Node | undefined): boolean {
  if (value === undefined) return false;
  const written = scalar(value)?.toLowerCase();
  return written === undefined || !['false', 'off', '0', 'no'].includes(written);
}

/** A constant as text: strings, numbers and booleans alike. undefined when it is no constant. */
export function scalar(value: unknown): string | undefined {
  const entry = nodeEntry(value);
  if (entry === undefined) return undefined;
  const [kind, fields] = entry;
  switch (kind) {
    case 'String':
      return text(fields.sval) ?? '';
    case 'Integer':
      return String(fields.ival ?? 0);
    case 'Float':
      return text(fields.fval);
    case 'Boolean':
      return String(fields.boolval ?? false);
    case 'A_Const':
      return constant(fields);
    case 'TypeName':
      // A bare word in an option list ("connect = off") is read as the name of a type.
      return names(fields.names).join('.');
    case 'TypeCast':
      return scalar(fields.arg);
    default:
      return undefined;
  }
}

// Inside A_Const the value's node is reduced to one field named after its type: { sval: { sval: 'x' } }, { ival: {} }.
function constant(fields: Node): string | undefined {
  const string = record(fields.sval);
  if (string) return text(string.sval) ?? '';
  const integer = record(fields.ival);
  if (integer) return String(integer.ival ?? 0);
  const float = record(fields.fval);
  if (float) return text(float.fval);
  const boolean = record(fields.boolval);
  return boolean ? String(boolean.boolval ?? false) : undefined;
}

/**
 * Every node below a value, with its kind, in the order in which they are written. Iterative: expressions nest deeper
 * than JavaScript's stack.
 */
export function* descendants(value: unknown): Generator<readonly [kind: string, fields: Node]> {
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const item = stack.pop();
    if (typeof item !== 'object' || item === null) continue;
    if (Array.isArray(item)) {
      for (let index = item.length - 1; index >= 0; index--) stack.push(item[index]);
      continue;
    }
    const entries = Object.entries(item);
    for (let index = entries.length - 1; index >= 0; index--) stack.push(entries[index]?.[1]);
    // A node is an object whose one key is a type's name; those are the only keys in upper case.
    for (const [key, fields] of entries) {
      if (/^[A-Z]/.test(key) && typeof fields === 'object' && fields !== null) yield [key, fields as Node];
    }
  }
}
