import type { CatalogObject } from './catalog.ts';
import { sameCondition } from './same-condition.ts';

/** Languages in which white space at the beginning of a line and blank lines mean nothing. */
const FREE_FORM: ReadonlySet<string> = new Set(['sql', 'plpgsql']);

/** Facts that hold conditions. */
const CONDITIONS: ReadonlySet<string> = new Set(['definition', 'using', 'with check']);

/**
 * Whether a fact of two namesakes means the same. Definitions are compared line by line without white space at line
 * ends, in free-form languages also without indentation: one in thirty public down scripts brings a body back with
 * other white space, and those are good. So are brackets in conditions that change nothing.
 */
export function sameFact(
  object: CatalogObject,
  fact: string,
  before: string | undefined,
  after: string | undefined,
): boolean {
  if (before === after) return true;
  if (before === undefined || after === undefined) return false;
  if (CONDITIONS.has(fact) && sameCondition(object, before, after)) return true;
  if (fact !== 'definition') return false;
  const freeForm = FREE_FORM.has(object.facts.language ?? '');
  return plainLines(before, freeForm) === plainLines(after, freeForm);
}

function plainLines(text: string, freeForm: boolean): string {
  // The body stands between Postgres' own quotes: a line break beside them is white space too.
  const body = freeForm ? text.replace(/\$(?:function|procedure)x*\$/g, '\n$&\n') : text;
  const lines = body.split(/\r\n|\n|\r/).map((line) => (freeForm ? line.trim() : line.trimEnd()));
  return (freeForm ? lines.filter((line) => line !== '') : lines).join('\n').trimEnd();
}
