import type { Scope } from '../actions/expressions.ts';
import { entries, get, plain, scalar } from './tokens.ts';
import type { WorkflowFile } from './workflow-file.ts';

/** The context `inputs` of a called workflow, and of one that somebody starts by hand. */

type Inputs = Readonly<Record<string, unknown>>;

const NOTHING: Readonly<Record<string, unknown>> = { boolean: false, number: 0 };

/** Throws for a value of the wrong type. */
export function calledInputs({ call }: WorkflowFile, given: Inputs, scope: Scope): Inputs {
  const byName = lowerCase(given);
  return Object.fromEntries(
    entries(get(call, 'inputs')).map(([name, definition]) => {
      const type = scalar(get(definition, 'type'))?.toString() ?? 'string';
      const byDefault = get(definition, 'default');
      const value = byName.get(name.toLowerCase()) ?? (byDefault && plain(byDefault, scope));
      return [name, value === undefined ? (NOTHING[type] ?? '') : typed(name, type, value)];
    }),
  );
}

/** Of workflow_dispatch: booleans are booleans, everything else is text. */
export function dispatchInputs({ events }: WorkflowFile, given: Inputs): Inputs {
  const byName = lowerCase(given);
  return Object.fromEntries(
    Object.entries(events.workflow_dispatch?.inputs ?? {}).map(([name, { type, default: byDefault, required }]) => {
      const value = byName.get(name.toLowerCase()) ?? byDefault;
      if (value === undefined && required) throw new Error(`Required input '${name}' not provided`);
      if (type === 'boolean') return [name, String(value ?? false) === 'true'];
      return [name, String(value ?? '')];
    }),
  );
}

function typed(name: string, type: string, value: unknown): unknown {
  if (type === 'string') return value === null ? '' : String(value);
  if (typeof value === type) return value;
  throw new Error(`The value of the input '${name}' is no ${type}: ${JSON.stringify(value)}`);
}

function lowerCase(inputs: Inputs): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(inputs).map(([name, value]) => [name.toLowerCase(), value]));
}
