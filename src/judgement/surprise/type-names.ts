import type { Node } from '../../project/sql.ts';
import { list, names, record, scalar } from '../../project/syntax-tree.ts';

/** Types as SQL writes them, brought to the words of the catalog, so that the two can be compared. */

const CATALOG_NAMES: Readonly<Record<string, string>> = {
  int2: 'smallint',
  smallserial: 'smallint',
  serial2: 'smallint',
  int: 'integer',
  int4: 'integer',
  serial: 'integer',
  serial4: 'integer',
  int8: 'bigint',
  bigserial: 'bigint',
  serial8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  decimal: 'numeric',
  varchar: 'character varying',
  bpchar: 'character',
  varbit: 'bit varying',
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
};

/**
 * 'character varying(20)', 'timestamp(3) with time zone', 'order_status[]': as `format_type` writes it, without schemas.
 * undefined where the two notations cannot be compared safely.
 */
export function typeText(typeName: unknown): string | undefined {
  const type = record(typeName);
  const name = names(type?.names).at(-1);
  if (type === undefined || name === undefined || type.pct_type === true || name === 'interval') return undefined;
  const mods = list(type.typmods).map(scalar);
  if (mods.includes(undefined)) return undefined;
  const base = CATALOG_NAMES[name] ?? name;
  const array = list(type.arrayBounds).length > 0 ? '[]' : '';
  if (mods.length === 0) return `${base}${array}`;
  const length = `(${mods.join(',')})`;
  const [word = base, ...rest] = /^time/.test(base) ? base.split(' ') : [base];
  return `${[`${word}${length}`, ...rest].join(' ')}${array}`;
}

/** A type of the catalog without its schema, as `typeText` has it. */
export function bareType(type: string): string {
  return type.replace(/^(?:"[^"]*"|[\w$]+)\./, '').replace(/^"([^"]*)"/, '$1');
}

/** 'integer, order_status' of a function's ObjectWithArgs; undefined when it gives none, or they cannot be compared. */
export function argumentsText(objectWithArgs: Node): string | undefined {
  if (objectWithArgs.args_unspecified === true) return undefined;
  const types = list(objectWithArgs.objargs).map((argument) => typeText(record(argument)?.TypeName));
  return types.includes(undefined) ? undefined : types.join(', ');
}
