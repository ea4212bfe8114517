import * as z from 'zod';
import { didYouMean, nearest } from '../nearest.ts';
import { fileSchema } from './schema.ts';

/** A problem of lockstep.yml at a path of keys; `at` tells whether the key or the value is meant. */
interface ValueProblem {
  readonly path: readonly PropertyKey[];
  readonly at: 'key' | 'value';
  readonly message: string;
}

/** All that is wrong with the file's value. */
export function validateFile(value: unknown, ruleNames: readonly string[]): ValueProblem[] {
  // To compile a schema that is asked once takes longer than to ask it.
  const result = fileSchema.safeParse(value, { error: expected, reportInput: true, jitless: true });
  const problems = result.success ? [] : result.error.issues.flatMap((issue) => fromIssue(issue));
  return [...problems, ...databaseNames(value), ...unknownRules(value, ruleNames), ...replacedByNothing(value)];
}

/** What zod calls its types, in the words of somebody who writes YAML. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
};

/** The message of an issue for which the schema has none of its own. */
function expected(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return `expected ${TYPES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `expected ${issue.values.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
  return undefined;
}

function fromIssue(issue: z.core.$ZodIssue): ValueProblem[] {
  const { path, input } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], at: 'key' as const, message: unknownKey(path, key) }));
  }
  if (issue.code === 'invalid_union' && Array.isArray(input)) {
    // The branch for lists knows what is wrong with an entry; the other one only that this is no word.
    const inner = issue.errors.find((branch) => branch.some((each) => each.path.length > 0)) ?? [];
    if (inner.length > 0) return inner.flatMap((each) => fromIssue({ ...each, path: [...path, ...each.path] }));
  }
  if (input === undefined && path.length > 0) {
    return [{ path: path.slice(0, -1), at: 'value', message: `'${String(path.at(-1))}' is missing` }];
  }
  const choices = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const suggestion = typeof input === 'string' ? didYouMean(input, choices) : '';
  return [{ path, at: 'value', message: `${nameOf(path)}${issue.message}, found ${describe(input)}${suggestion}` }];
}

function nameOf(path: readonly PropertyKey[]): string {
  const name = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return name === '' ? '' : `${name.replace(/^\./, '')}: `;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'a map';
  const shown = String(value);
  const cut = shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
  return typeof value === 'string' ? `'${cut}'` : cut;
}

/** Names the key that was meant: one of the same map, or one of this name elsewhere. */
function unknownKey(path: readonly PropertyKey[], key: string): string {
  const here = keysOf(schemaAt(path));
  if (nearest(key, here) !== undefined) return `unknown key '${key}'${didYouMean(key, here)}`;
  const elsewhere = allKeys(fileSchema, '').filter(
    (name) => nearest(key, [name.split('.').at(-1) ?? '']) !== undefined,
  );
  const meant = elsewhere[0] === undefined ? '' : `; did you mean '${elsewhere[0]}'?`;
  return `unknown key '${key}'${meant}`;
}

function schemaAt(path: readonly PropertyKey[]): unknown {
  let schema: unknown = fileSchema;
  for (const step of path) {
    const inside = unwrap(schema);
    if (inside instanceof z.ZodObject) schema = inside.shape[String(step)];
    else if (inside instanceof z.ZodArray) schema = inside.element;
    else if (inside instanceof z.ZodRecord) schema = inside.valueType;
  }
  return schema;
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap());
  }
  // Of a union, the branch that has keys.
  if (schema instanceof z.ZodUnion) return schema.options.map(unwrap).find((branch) => branch instanceof z.ZodArray);
  return schema;
}

function keysOf(schema: unknown): string[] {
  const inside = unwrap(schema);
  return inside instanceof z.ZodObject ? Object.keys(inside.shape) : [];
}

function allKeys(schema: unknown, prefix: string): string[] {
  const inside = unwrap(schema);
  if (!(inside instanceof z.ZodObject)) return [];
  return Object.entries(inside.shape).flatMap(([key, value]) => [prefix + key, ...allKeys(value, `${prefix}${key}.`)]);
}

/** Each map of settings in the file: the file itself and its databases. */
function* settingsMaps(value: unknown): Generator<{ path: PropertyKey[]; map: Readonly<Record<string, unknown>> }> {
  if (!isRecord(value)) return;
  yield { path: [], map: value };
  const { databases } = value;
  if (!Array.isArray(databases)) return;
  for (const [index, map] of databases.entries()) if (isRecord(map)) yield { path: ['databases', index], map };
}

function databaseNames(value: unknown): ValueProblem[] {
  const seen = new Set<unknown>();
  const problems: ValueProblem[] = [];
  for (const { path, map } of settingsMaps(value)) {
    if (path.length === 0 || map.name === undefined) continue;
    if (seen.has(map.name)) {
      problems.push({
        path: [...path, 'name'],
        at: 'value',
        message: `two databases are called '${String(map.name)}'`,
      });
    }
    seen.add(map.name);
  }
  return problems;
}

function unknownRules(value: unknown, ruleNames: readonly string[]): ValueProblem[] {
  const problems: ValueProblem[] = [];
  for (const { path, map } of settingsMaps(value)) {
    const lint = isRecord(map.lint) ? map.lint : {};
    const report = (rule: unknown, where: readonly PropertyKey[], at: ValueProblem['at']): void => {
      if (typeof rule !== 'string' || ruleNames.includes(rule)) return;
      const message = `there is no rule '${rule}'${didYouMean(rule, ruleNames)}`;
      problems.push({ path: [...path, 'lint', ...where], at, message });
    };
    for (const rule of isRecord(lint.rules) ? Object.keys(lint.rules) : []) report(rule, ['rules', rule], 'key');
    for (const [entry, override] of (Array.isArray(lint.overrides) ? lint.overrides : []).entries()) {
      const rules: unknown = isRecord(override) ? override.rules : undefined;
      for (const [index, rule] of (Array.isArray(rules) ? rules : []).entries())
        report(rule, ['overrides', entry, 'rules', index], 'value');
    }
  }
  return problems;
}

/** `seed_mode: replace` without anything that takes the generic rows' place. What stands at the top holds for a database too. */
function replacedByNothing(value: unknown): ValueProblem[] {
  const top = isRecord(value) && isRecord(value.rehearsal) ? value.rehearsal : {};
  return [...settingsMaps(value)].flatMap(({ path, map }) => {
    const own = isRecord(map.rehearsal) ? map.rehearsal : {};
    const { seed, seed_command: command } = { ...top, ...own };
    const brings = command !== undefined || (Array.isArray(seed) && seed.length > 0);
    if (own.seed_mode !== 'replace' || brings) return [];
    const message =
      'rehearsal.seed_mode: replace needs rehearsal.seed or rehearsal.seed_command; for no rows at all, off';
    return [{ path: [...path, 'rehearsal', 'seed_mode'], at: 'value' as const, message }];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
