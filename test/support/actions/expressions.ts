import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import type { FunctionDefinition } from '@actions/expressions/funcs/info';
import {
  BasicExpressionToken,
  type MappingToken,
  type ScalarToken,
} from '@actions/workflow-parser/templates/tokens/index';

/** What `github`, `inputs`, `steps`, ... are in an expression: plain data, by the context's name. */
type Contexts = Readonly<Record<string, unknown>>;

/** How the work stands that an expression is part of. */
export interface Status {
  readonly failed: boolean;
  readonly cancelled: boolean;
  /** Of a job: one before it was skipped or cancelled, so that success() does not hold although nothing failed. */
  readonly incomplete?: boolean;
}

/** Evaluates expressions by GitHub's own parser and evaluator. */
export interface Scope {
  readonly contexts: Contexts;
  readonly status: Status;
}

/** Throws for a context or a function that is not there. */
export function evaluate(expression: string, { contexts, status }: Scope): data.ExpressionData {
  const functions = statusFunctions(status);
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const values = Object.entries(contexts).map(([key, value]) => ({ key, value: toData(value) }));
  const byName = new Map(functions.map((each) => [each.name.toLowerCase(), each]));
  return new Evaluator(tree, new data.Dictionary(...values), byName).evaluate();
}

/** A YAML scalar as text: as it stands, or what its expression gives. */
export function scalarText(token: ScalarToken | undefined, scope: Scope): string {
  if (token === undefined) return '';
  return token instanceof BasicExpressionToken ? evaluate(token.expression, scope).coerceString() : token.toString();
}

/** A YAML mapping of names to texts: `env`, `with`. */
export function textMap(token: MappingToken | undefined, scope: Scope): Record<string, string> {
  const entries = [...(token ?? [])].map(({ key, value }) => {
    return [key.toString(), scalarText(value.assertScalar('value'), scope)] as const;
  });
  return Object.fromEntries(entries);
}

/** Whether a condition holds, by GitHub's idea of truth: not empty, not 0, not null. */
export function holds(expression: string, scope: Scope): boolean {
  const value = evaluate(`!!(${expression})`, scope);
  return value instanceof data.BooleanData && value.value;
}

function statusFunctions({ failed, cancelled, incomplete = false }: Status): FunctionDefinition[] {
  const answer = (name: string, value: boolean): FunctionDefinition => {
    return { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) };
  };
  return [
    answer('always', true),
    answer('cancelled', cancelled),
    answer('failure', failed),
    answer('success', !failed && !cancelled && !incomplete),
    {
      name: 'hashFiles',
      minArgs: 1,
      maxArgs: 255,
      call: () => {
        throw new Error('This runner has no hashFiles()');
      },
    },
  ];
}

function toData(value: unknown): data.ExpressionData {
  return JSON.parse(JSON.stringify(value ?? null), data.reviver) as data.ExpressionData;
}
