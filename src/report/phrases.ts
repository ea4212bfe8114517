import { TEXT } from './limits.ts';
import { shorten } from './shorten.ts';

/** A piece of a sentence: words, or a name that comes from SQL and is set as code. The words may quote foreign text, too. */
export type Phrase = string | { readonly name: string };

/** More names than this are counted. */
const MOST_NAMES = 2;

/** '`a`, `b` and 3 more'. `spare`: so many more are named nevertheless, where leaving them out would save little. */
export function names(all: readonly string[], spare = 1): Phrase[] {
  const shown = all.length > MOST_NAMES + spare ? all.slice(0, MOST_NAMES) : all;
  const left = all.length - shown.length;
  return shown
    .flatMap((name, index): Phrase[] => {
      const last = index === shown.length - 1 && left === 0;
      const before = index === 0 ? [] : [last ? ' and ' : ', '];
      return [...before, { name: shorten(name, TEXT.nameInHeadline) }];
    })
    .concat(left > 0 ? [` and ${left} more`] : []);
}

/** Everybody knows where a table is that is in public. */
export function shortName(relation: string): string {
  return relation.replace(/^public\./, '');
}

/** '1 fails', '2 fail' */
export function verb(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
