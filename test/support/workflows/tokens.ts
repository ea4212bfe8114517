import { data } from '@actions/expressions';
import {
  BasicExpressionToken,
  BooleanToken,
  MappingToken,
  NullToken,
  NumberToken,
  type ScalarToken,
  SequenceToken,
  type TemplateToken,
} from '@actions/workflow-parser/templates/tokens/index';
import { evaluate, type Scope } from '../actions/expressions.ts';

/** YAML as GitHub's parser gives it: a tree in which expressions are still to be evaluated. */

type Maybe = TemplateToken | undefined;

/** undefined: there is no such key, or nothing that has keys. */
export function get(token: Maybe, key: string): Maybe {
  return token instanceof MappingToken ? token.find(key) : undefined;
}

export function mapping(token: Maybe): MappingToken | undefined {
  return token instanceof MappingToken ? token : undefined;
}

export function scalar(token: Maybe): ScalarToken | undefined {
  return token === undefined || token instanceof NullToken ? undefined : token.assertScalar('value');
}

/** Key and value, in the order of the file. */
export function entries(token: Maybe): (readonly [key: string, value: TemplateToken])[] {
  return token instanceof MappingToken ? [...token].map(({ key, value }) => [key.toString(), value] as const) : [];
}

/** What a tree of tokens means: plain data, its expressions evaluated. */
export function plain(token: Maybe, scope: Scope): unknown {
  if (token === undefined || token instanceof NullToken) return null;
  if (token instanceof BasicExpressionToken)
    return JSON.parse(JSON.stringify(evaluate(token.expression, scope), data.replacer));
  if (token instanceof SequenceToken) return [...token].map((item) => plain(item, scope));
  if (token instanceof MappingToken)
    return Object.fromEntries([...token].map(({ key, value }) => [key.toString(), plain(value, scope)]));
  if (token instanceof BooleanToken || token instanceof NumberToken) return token.value;
  return token.assertScalar('value').toString();
}
