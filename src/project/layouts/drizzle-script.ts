import { withoutComments } from '../comments.ts';
import { blank } from '../place.ts';
import { oncePerSource, type Source, scriptOf, wholeScript } from '../source.ts';
import type { Script } from '../types.ts';

const MARK = '--> statement-breakpoint';

/**
 * Drizzle cuts at each mark, wherever it stands, and sends the pieces one by one. To Postgres the mark is a comment: where a
 * piece has no `;` of its own, one takes the mark's place.
 */
export const drizzleScript = oncePerSource((source: Source): Script => {
  const { text } = source;
  let cut = text;
  let code: string | undefined;
  for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, at + MARK.length)) {
    code ??= withoutComments(text, source.comments);
    const before = code.slice(0, at).trimEnd();
    const follows = /^[^\S\r\n]*(?:[\r\n]|$)/.test(text.slice(at + MARK.length));
    if ((before === '' || before.endsWith(';')) && follows) continue;
    cut = `${cut.slice(0, at)};${blank(cut, at, at + MARK.length).slice(at + 1)}`;
  }
  return cut === text ? wholeScript(source) : scriptOf(source, cut);
});
