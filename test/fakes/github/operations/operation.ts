import type { Answer } from '../answers.ts';
import type { JsonObject } from '../document.ts';
import type { Identity, World } from '../world.ts';

/** A request that has been found valid, by somebody who may make it. */
export interface Call {
  readonly world: World;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  readonly identity: Identity;
}

/** By GitHub's name of the operation. May throw Invalid. */
export type Operations = Readonly<Record<string, (call: Call) => Answer>>;

/** A text of the body; '' when there is none. */
export function text(body: JsonObject, key: string): string {
  const value = body[key];
  return typeof value === 'string' ? value : '';
}
