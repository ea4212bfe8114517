import { reportJsonSchema } from '../../../src/report/json-schema.ts';
import { type Report, reportSchema } from '../../../src/report/model.ts';

/** Reports whose texts are replaced wherever the schema lets them be anything, so that no field is ever forgotten. */

interface Schema {
  readonly type?: string;
  readonly enum?: unknown;
  readonly const?: unknown;
  readonly format?: string;
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const schema = reportJsonSchema() as Schema;

/** The same report with other texts. `path`: 'findings[].message'; `length`: the only one allowed. */
export function withTexts(report: Report, replace: (text: string, path: string, length?: number) => string): Report {
  const map = (node: Schema, value: unknown, path: string): unknown => {
    if (node.anyOf !== undefined) {
      const fitting = node.anyOf.find(({ type }) => (value === null ? type === 'null' : type === typeof value));
      return fitting === undefined ? value : map(fitting, value, path);
    }
    if (typeof value === 'string') return isFree(node) ? replace(value, path, node.minLength) : value;
    if (Array.isArray(value)) return value.map((item) => map(node.items ?? {}, item, `${path}[]`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const property = node.properties?.[key];
        if (property !== undefined) return [key, map(property, item, path === '' ? key : `${path}.${key}`)];
        return [replace(key, `${path}{}`), map(node.additionalProperties || {}, item, `${path}.*`)];
      }),
    );
  };
  return reportSchema.parse(map(schema, report, ''));
}

function isFree(node: Schema): boolean {
  return node.type === 'string' && node.enum === undefined && node.const === undefined && node.format === undefined;
}

/** Every property that a report may have: 'findings[].message'. */
export function allProperties(node: Schema = schema, path = ''): string[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, property]) => {
    const name = path === '' ? key : `${path}.${key}`;
    return [name, ...allProperties(property, name)];
  });
  return [...own, ...(node.items === undefined ? [] : allProperties(node.items, `${path}[]`))];
}

/** The properties that a report has. */
export function propertiesOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => propertiesOf(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const name = path === '' ? key : `${path}.${key}`;
    return [name, ...propertiesOf(item, name)];
  });
}
