import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { type Content, DOCUMENT, type Json, type OperationObject, type Parameter, type Schema } from './document.ts';

/** GitHub's official description of its API (test/fixtures/github-openapi.json), put to work: routes and validators. */

/** One operation, as a request named it. */
export interface Match {
  readonly operation: string;
  /** Whether installation tokens, the workflow's GITHUB_TOKEN among them, may call it. */
  readonly forApps: boolean;
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
}

interface Route extends Omit<Match, 'params'> {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly object: OperationObject;
}

/** What every operation may answer, whether its description says so or not. */
const COMMON_REFUSALS = [400, 401, 403, 404, 405, 410, 422, 429, 500, 502, 503];

/** Compiling takes longer than a request: each validator is made once in a process. */
const validators = new Map<string, ValidateFunction>();
const values = validator(false);
/** Paths and queries are text, and '7' is good for a number there. */
const texts = validator(true);
const routes: readonly Route[] = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, object]) => route(path, method, object)),
);

/** Described elsewhere: https://docs.github.com/graphql. The stand-in knows one query, and answers it for every token. */
const GRAPHQL = 'graphql/viewer';

/** undefined: the description (as far as it was extracted) knows no such operation. */
export function match(method: string, path: string): Match | undefined {
  if (method === 'POST' && path === '/graphql') return { operation: GRAPHQL, forApps: true, params: {} };
  for (const { pattern, names, operation, forApps, ...route } of routes) {
    const found = route.method === method ? pattern.exec(path) : null;
    if (found === null) continue;
    const params = names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]);
    return { operation, forApps, params: Object.fromEntries(params) };
  }
  return undefined;
}

/** `refused`: GitHub answers 422. `ignored`: GitHub takes no notice, so whoever wrote the request is mistaken. */
interface Verdict {
  readonly refused: readonly string[];
  readonly ignored: readonly string[];
}

/** `query` as parsed, `body` undefined when the request has none. */
export function checkRequest({ operation, params }: Match, query: URLSearchParams, body: Json | undefined): Verdict {
  if (operation === GRAPHQL) return { refused: [], ignored: [] };
  const { object } = routeOf(operation);
  const parameters = (object.parameters ?? []).map((each) => resolve(each, DOCUMENT.components.parameters));
  const named = (where: 'path' | 'query'): readonly Parameter[] => parameters.filter((each) => each.in === where);
  const schema = schemaOf(object.requestBody);
  const queryNames = named('query').map(({ name }) => name);
  return {
    refused: [
      ...problems(texts, `${operation} path`, objectOf(named('path')), { ...params }),
      ...problems(texts, `${operation} query`, objectOf(named('query')), Object.fromEntries(query)),
      ...(schema === undefined || (body === undefined && object.requestBody?.required !== true)
        ? []
        : problems(values, `${operation} body`, schema, body ?? null)),
    ],
    ignored: [
      ...[...query.keys()]
        .filter((name) => !queryNames.includes(name))
        .map((name) => `query has no parameter '${name}'`),
      ...(body === undefined ? [] : ignoredKeys(operation, schema, body)),
    ],
  };
}

/** What is wrong with an answer of ours. */
export function checkAnswer(operation: string, status: number, body: Json | undefined): readonly string[] {
  if (operation === GRAPHQL) return [];
  const responses = routeOf(operation).object.responses;
  const described = responses[status];
  if (described === undefined) {
    if (!COMMON_REFUSALS.includes(status)) return [`${operation} never answers ${status}`];
    return problems(values, 'error', { $ref: '#/components/schemas/basic-error' }, body ?? null);
  }
  const schema = schemaOf(resolve(described, DOCUMENT.components.responses));
  if (schema === undefined) return body === undefined ? [] : [`${operation} answers ${status} without a body`];
  return problems(values, `${operation} ${status}`, schema, body ?? null);
}

function route(path: string, method: string, object: OperationObject): Route {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  // A file's path keeps its slashes; in everything else they are encoded.
  const source = path.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, (_, name) => (name === 'path' ? '(.+)' : '([^/]+)'));
  return {
    operation: object.operationId,
    forApps: object['x-github'].enabledForGitHubApps,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${source}$`),
    names,
    object,
  };
}

function routeOf(operation: string): Route {
  const found = routes.find((each) => each.operation === operation);
  if (found === undefined) throw new Error(`the description has no operation ${operation}`);
  return found;
}

function schemaOf(content: Content | undefined): Schema | undefined {
  return content?.content?.['application/json']?.schema;
}

function resolve<T extends { readonly $ref?: string }>(value: T, components: Readonly<Record<string, T>>): T {
  return value.$ref === undefined ? value : (components[value.$ref.split('/').at(-1) ?? ''] ?? value);
}

function objectOf(parameters: readonly Parameter[]): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required === true).map(({ name }) => name),
  };
}

function ignoredKeys(operation: string, schema: Schema | undefined, body: Json): readonly string[] {
  if (schema === undefined) return ['this operation takes no body'];
  return problems(values, `${operation} body, closed`, closed(schema), body, 'additionalProperties');
}

/** The same schema, except that an object may have no other keys than those it names. */
function closed(schema: Schema): Schema {
  const properties = Object.entries(schema.properties ?? {}).map(([key, each]) => [key, closed(each)]);
  return {
    ...schema,
    ...(schema.properties === undefined ? {} : { properties: Object.fromEntries(properties) }),
    ...(schema.properties === undefined || schema.additionalProperties !== undefined
      ? {}
      : { additionalProperties: false }),
    ...(schema.items === undefined ? {} : { items: closed(schema.items) }),
  };
}

function problems(ajv: Ajv, key: string, schema: Schema, value: Json, keyword?: string): string[] {
  const validate = validators.get(key) ?? ajv.compile(standard(schema));
  validators.set(key, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).filter((each) => keyword === undefined || each.keyword === keyword).map(inWords);
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty } = params as { additionalProperty?: string };
  return `${instancePath || 'it'} ${message}${additionalProperty === undefined ? '' : ` ('${additionalProperty}')`}`;
}

function validator(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes });
  addFormats.default(ajv, ['date-time', 'email']);
  // GitHub's own answers hold URI templates under this name.
  ajv.addFormat('uri', true).addFormat('int64', true);
  ajv.addSchema({ $id: 'github', components: { schemas: standard(DOCUMENT.components.schemas) } });
  return ajv;
}

/** OpenAPI 3.0 as JSON Schema: `nullable` is its own invention, and references lead into the one document. */
function standard(node: unknown): object {
  const convert = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(convert);
    if (typeof value !== 'object' || value === null) return value;
    const { nullable, ...rest } = value as Record<string, unknown>;
    const converted = Object.fromEntries(
      Object.entries(rest).map(([key, each]) => [
        key,
        key === '$ref' && typeof each === 'string' ? `github${each}` : convert(each),
      ]),
    );
    return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
  };
  return convert(node) as object;
}
