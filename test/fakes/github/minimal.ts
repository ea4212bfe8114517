import { DOCUMENT, type Json, type JsonObject, type Schema } from './document.ts';

/** The least value that a schema accepts, to lay what is known over it. */
export function minimal(name: string): JsonObject {
  return least({ $ref: `#/components/schemas/${name}` }) as JsonObject;
}

function least(schema: Schema): Json {
  if (schema.nullable === true) return null;
  if (schema.$ref !== undefined) return least(componentOf(schema.$ref));
  if (schema.enum !== undefined) return schema.enum[0] ?? null;
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map(least));
  const choice = (schema.oneOf ?? schema.anyOf)?.[0];
  if (choice !== undefined) return least(choice);
  if (schema.type === 'array') return [];
  if (schema.type === 'integer' || schema.type === 'number') return 1;
  if (schema.type === 'boolean') return false;
  if (schema.type === 'string') return LEAST_TEXT[schema.format ?? ''] ?? '';
  const required = (schema.required ?? []).map((key) => [key, least(schema.properties?.[key] ?? {})]);
  return Object.fromEntries(required);
}

const LEAST_TEXT: Readonly<Record<string, string>> = {
  'date-time': '2026-03-02T09:15:00Z',
  uri: 'https://github.example/',
  email: 'nobody@github.example',
};

function componentOf(ref: string): Schema {
  return DOCUMENT.components.schemas[ref.split('/').at(-1) ?? ''] ?? {};
}
